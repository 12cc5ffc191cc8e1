"""The values that judgments about duties stand on, and which alert a missed duty raises."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.facts import (
    About,
    AlertKind,
    Cause,
    Channel,
    DutyKind,
    DutyState,
    Hold,
    Obligor,
    Reason,
    Strength,
    about_item,
)
from app.rules.policy import Policy

PER_ITEM = frozenset({DutyKind.VISIT, DutyKind.TALK, DutyKind.CORRECTION_GROUP, DutyKind.CORRECTION_PLAN})
"""Duties of which one person has one alert for each item, however often it is missed."""

ALERTS = {
    DutyKind.CHECK_IN: AlertKind.MISSED_CHECK_IN,
    DutyKind.SPOT_CHECK: AlertKind.MISSED_CHECK_IN,
    DutyKind.INTAKE: AlertKind.MISSED_INTAKE,
    DutyKind.VISIT: AlertKind.VISIT_OVERDUE,
    DutyKind.TALK: AlertKind.TALK_OVERDUE,
    DutyKind.ORDER_NOTICE: AlertKind.HANDLING_OVERDUE,
    DutyKind.SEARCH: AlertKind.HANDLING_OVERDUE,
    DutyKind.LEAVE_RETURN: AlertKind.LEAVE_OVERDUE,
    DutyKind.CORRECTION_GROUP: AlertKind.HANDLING_OVERDUE,
    DutyKind.CORRECTION_PLAN: AlertKind.HANDLING_OVERDUE,
}
"""What a missed duty raises. A missed location check alone raises nothing: it is counted. Nor does a fact that was not
verified again in time, or data that an officer did not look through: they stand on the list of what is due, on the
person's page and in the audit, and one alert a month for each fact of each person is an alert that nobody reads.

A spot check is one more check-in that was asked for: missed, it is an occurrence of the same alert about the person.
"""

CHECKED_IN = frozenset({DutyKind.CHECK_IN, DutyKind.SPOT_CHECK})
"""Duties that the subject fulfils by checking in."""

WAIVABLE = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.SUBMITTED, DutyState.MISSED})


@dataclass(frozen=True)
class DutyFacts:
    """A duty that a sweep looks at. `office_id` answers for it: frozen once it has opened, before that the present one.

    `ended_at` is when the subject's supervision ended, None while it lasts.
    """

    id: UUID
    subject_id: UUID
    office_id: UUID
    kind: DutyKind
    obligor: Obligor
    state: DutyState
    opens_at: datetime
    due_at: datetime
    random: bool = False
    channel: Channel = Channel.SMARTPHONE
    ended_at: datetime | None = None

    @property
    def is_void(self) -> bool:
        """Whether supervision ended before the duty did: then nobody owes it."""
        return self.ended_at is not None and self.ended_at <= self.due_at


@dataclass(frozen=True)
class PhoneFacts:
    """What is known of the subject's phone when a duty is judged; None is what it never told.

    `tried`: since the window began the person tried to check in, in time or not: somebody is with the phone.
    """

    last_heard_at: datetime | None = None
    battery_percent: int | None = None
    location_permission: str | None = None
    battery_saver: bool = False
    network: str | None = None
    tried: bool = False


@dataclass(frozen=True)
class Gap:
    """A time in which the service was away. `to_at` is None while it has not come back."""

    from_at: datetime
    to_at: datetime | None

    def touches(self, from_at: datetime, to_at: datetime) -> bool:
        """Whether any of [from_at, to_at) lies in the gap."""
        return self.from_at < to_at and (self.to_at is None or from_at < self.to_at)


@dataclass(frozen=True)
class Asked:
    """The last time that a person was asked to look: what showed it, when, how much it carried; `closed` if somebody
    has looked since.
    """

    source: About
    event_at: datetime
    strength: Strength
    closed: bool = False


@dataclass(frozen=True)
class Unanswered:
    """What went before a window that nobody answered; numbers and metres, no places.

    `before` windows of the last day were missed in a row, over before this one began, while the phone was heard beyond
    the end of each; `spot_checks` of them were spot checks, and the first opened at `since`. How far the phone's
    fixes lay apart, circles taken off: in this window (`window_m`) and from `since` on (`row_m`); None where fewer than
    two are known. `asked` is of the last day: a person was asked to look then.
    """

    before: int = 0
    spot_checks: int = 0
    since: datetime | None = None
    window_m: float | None = None
    row_m: float | None = None
    asked: Asked | None = None
    only_reports: bool = False


@dataclass(frozen=True)
class JudgeFacts:
    """A duty whose time to be judged has come, and what the judgment looks at.

    `planned_at` is when its row was written. `policy` is the version by which it was planned. `gaps` are the API's that
    touch [opens_at, due_at), whole and in order. `why` is what another rule found: reason, cause and strength of what
    this one knows nothing of; `about` what its alert is about, where that is neither the subject nor the duty. `holds`
    are the outages of many that touched the subject's phone in that time. `unanswered` is what went before it.
    """

    duty: DutyFacts
    rule_code: str
    planned_at: datetime
    policy_version_id: UUID
    policy: Policy
    gaps: tuple[Gap, ...] = ()
    phone: PhoneFacts = PhoneFacts()
    holds: tuple[Hold, ...] = ()
    why: tuple[Reason, Cause, Strength] | None = None
    about: About | None = None
    unanswered: Unanswered = Unanswered()


@dataclass(frozen=True)
class OwedFacts:
    """A duty of a subject's own, as its phone shows it. `ground` is why a spot check was ordered."""

    kind: DutyKind
    state: DutyState
    channel: Channel
    opens_at: datetime
    due_at: datetime
    grace_until: datetime
    ground: str | None = None


@dataclass(frozen=True)
class WaiveFacts:
    """A duty that somebody wants to waive, as it stands; with who waived it before, and why.

    `about` is what its alert is about, where that is neither the subject nor the duty: the leave of a return.
    """

    id: UUID
    subject_id: UUID
    kind: DutyKind
    state: DutyState
    waived_by: UUID | None = None
    waive_reason: str | None = None
    about: About | None = None
    rule_code: str = ""


def alert_about(kind: DutyKind, subject_id: UUID, duty_id: UUID, rule_code: str) -> About:
    """What the alert of a missed duty is about: the subject for a check-in or a step of a search, the item for a visit
    or a talk, else the duty itself.

    So misses in a row are occurrences of one alert, and each intake or notice that falls due has an alert of its own.
    """
    if kind in PER_ITEM:
        return about_item(rule_code)
    if kind in CHECKED_IN or kind is DutyKind.SEARCH:
        return About("subject", subject_id)
    return About("duty", duty_id)
