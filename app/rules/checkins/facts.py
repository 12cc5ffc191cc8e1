"""What is known when a try at a check-in, or a review of one, is judged. All instants are aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.rules.facts import Actor, AreaVerdict, DutyState, Fix, Outcome
from app.rules.timing import Timed

OWED = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.SUBMITTED, DutyState.MISSED, DutyState.UNJUDGED})
"""States that a check-in may still turn: a planned duty counts as open once it opens, a missed one is judged again."""

DONE = frozenset({DutyState.FULFILLED, DutyState.LATE})


@dataclass(frozen=True)
class CheckInDuty:
    """One check-in that is owed: on time in [opens_at, due_at), late in [due_at, grace_until).

    `office_id` answers for it: the one fixed at opening, before that the subject's present one.
    [covered_from, covered_until) is the power to collect that the duty carries, None where it carries none.
    `receipt_no` is that of the check-in which settled it; `missed_at` stays once it was missed. `excused` says that it
    was unjudged once, because the service itself was away. `wants_photo` and `wants_answer` say what a check-in for it
    should hold beside the place.
    """

    id: UUID
    state: DutyState
    rule_code: str
    opens_at: datetime
    due_at: datetime
    grace_until: datetime
    judge_at: datetime
    random: bool
    office_id: UUID
    policy_version_id: UUID
    missed_at: datetime | None = None
    excused: bool = False
    receipt_no: str | None = None
    covered_from: datetime | None = None
    covered_until: datetime | None = None
    wants_photo: bool = False
    wants_answer: bool = False

    def holds(self, at: datetime) -> bool:
        """Whether a check-in at `at` would count for this duty, on time or late."""
        return self.opens_at <= at < self.grace_until

    def on_time(self, at: datetime) -> bool:
        """Whether a check-in at `at` would be on time."""
        return self.opens_at <= at < self.due_at

    def covers(self, at: datetime) -> bool:
        """Whether the duty's power allows a place of that instant to be kept."""
        if self.covered_from is None or self.covered_until is None:
            return False
        return self.covered_from <= at < self.covered_until


@dataclass(frozen=True)
class Episode:
    """A missed check-in whose alert is not over: which duty, and when it fell due."""

    duty_id: UUID
    event_at: datetime


@dataclass(frozen=True)
class Facts:
    """One subject's check-ins around the time of a try.

    `duties` holds those in whose window the try's time or its arrival lies, the last that ended before and the next
    that opens after its time on the same legal day; of those to come, one at a random time that has not come is the
    one held. `episodes` are all that are not over.
    """

    subject_id: UUID
    duties: tuple[CheckInDuty, ...] = ()
    episodes: tuple[Episode, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What was measured for a try's place: the verdict on the permitted area, and distances in metres."""

    area: AreaVerdict = AreaVerdict.CANNOT_TELL
    area_distance_m: float | None = None
    home_distance_m: float | None = None


@dataclass(frozen=True)
class PhotoFacts:
    """The photo that a try names. `shot_at` is when it was taken by its own word, else when it came; None where it has
    not come. `used` says that it, or the very same bytes, belong to another try.
    """

    id: UUID
    shot_at: datetime | None = None
    used: bool = False


@dataclass(frozen=True)
class Try:
    """One try at a check-in, by the subject's phone or recorded by an officer who met the subject.

    `timed` is its effective time; an accuracy of 0 in `fix` says that the phone gave none. `fix_given` is the pair of
    coordinates and the datum as they were sent. `note` is the officer's.
    """

    id: UUID
    subject_id: UUID
    actor: Actor
    body_hash: bytes
    recorded_at: datetime
    timed: Timed
    fix: Fix | None = None
    fix_given: Mapping[str, Any] | None = None
    evidence: Evidence = Evidence()
    sent_at: datetime | None = None
    note: str | None = None
    answers: Mapping[str, Any] | None = None
    photo: PhotoFacts | None = None

    @property
    def by_officer(self) -> bool:
        """Whether an officer vouches for it."""
        return self.actor.kind == "user"


@dataclass(frozen=True)
class Standing:
    """A try that waits for review, or that a review accepted. `effective_at` is None where nothing proved it."""

    id: UUID
    recorded_at: datetime
    received_at: datetime
    effective_at: datetime | None
    reviewed: bool


@dataclass(frozen=True)
class ReviewFacts:
    """One try under review, the duty that it was for, and every standing try for that duty, itself included.

    `ended_at` is when the supervision ended under which the duty fell, None while it lasts. `also` are further duties
    that wait because of it, each with the tries that stand for that one.
    """

    subject_id: UUID
    attempt_id: UUID
    outcome: Outcome
    reviewed: bool
    duty: CheckInDuty | None
    standing: tuple[Standing, ...] = ()
    episodes: tuple[Episode, ...] = ()
    ended_at: datetime | None = None
    also: tuple[tuple[CheckInDuty, tuple[Standing, ...]], ...] = ()
