"""What decides on leave: the person with all leave on record, one request, and what somebody wants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.rules.calendar import legal_day
from app.rules.facts import Actor, Channel, DutyState, SubjectStatus
from app.rules.law import in_force
from app.rules.leave.counting import Count, Days, count, days_of, who_decides
from app.rules.leave.kinds import LeaveGround, LeaveKind, LeaveLevel, LeaveState, ReportKind
from app.rules.policy import Policy

COUNTED = frozenset({LeaveState.APPROVED, LeaveState.EXTENDED, LeaveState.ENDED, LeaveState.REVOKED})
RUNNING = frozenset({LeaveState.APPROVED, LeaveState.EXTENDED})


@dataclass(frozen=True)
class Leave:
    """One request as it stands. `duty_state` is that of the return that is owed, None without one."""

    id: UUID
    root_id: UUID
    extends_id: UUID | None
    kind: LeaveKind
    state: LeaveState
    from_at: datetime
    until: datetime
    destinations: tuple[str, ...]
    decider: LeaveLevel
    entered_by: UUID | None = None
    decided_by: UUID | None = None
    decided_level: LeaveLevel | None = None
    decision_reason: str | None = None
    conditions: str | None = None
    counts_from: datetime | None = None
    ended_at: datetime | None = None
    end_note: str | None = None
    duty_id: UUID | None = None
    duty_state: DutyState | None = None
    duty_due_at: datetime | None = None
    duty_grace_until: datetime | None = None
    told_procuratorate_at: datetime | None = None
    waiting_return: tuple[UUID, datetime] | None = None

    @property
    def days(self) -> Days:
        """The days that count: of a leave that ended, those until its end; of one that was never granted, none."""
        if self.state not in COUNTED or self.counts_from is None or self.kind is LeaveKind.PERMIT:
            return frozenset()
        return days_of(self.counts_from, min(self.until, self.ended_at or self.until))

    @property
    def is_running(self) -> bool:
        """Whether it was approved and nothing ended it yet; whether its time has come does not matter."""
        return self.state in RUNNING and self.ended_at is None


@dataclass(frozen=True)
class Person:
    """The subject under its lock, all its leave on record, and who could decide: users on duty by level."""

    subject_id: UUID
    status: SubjectStatus
    office_id: UUID
    office_code: str
    channel: Channel
    policy_version_id: UUID
    policy: Policy
    leaves: tuple[Leave, ...] = ()
    deciders: Mapping[LeaveLevel, tuple[UUID, ...]] = field(default_factory=dict)

    def leave(self, leave_id: UUID | None) -> Leave | None:
        """The request with that id."""
        return next((one for one in self.leaves if one.id == leave_id), None)

    def chain(self, leave: Leave) -> tuple[Leave, ...]:
        """The leave with all that it was extended from and that was approved."""
        return tuple(one for one in self.leaves if one.root_id == leave.root_id and one.counts_from is not None)

    def is_away(self, leave: Leave, *, now: datetime) -> bool:
        """Whether the time of the leave, or of what it was extended from, has come and is not over."""
        begun = [one.counts_from for one in self.chain(leave) if one.counts_from is not None]
        return bool(begun) and min(begun) <= now < leave.until

    def counted(self, from_at: datetime, until: datetime, *, root_id: UUID | None, now: datetime) -> Count:
        """The days of such a leave, with what it would extend and with all that was approved besides."""
        chain = [one.days for one in self.leaves if root_id is not None and one.root_id == root_id]
        others = [one.days for one in self.leaves]
        return count(days_of(from_at, until), chain, others, in_force(legal_day(now)))

    def decider(self, kind: LeaveKind, counted: Count, *, now: datetime) -> LeaveLevel:
        """Who must decide on it, by law and delegation."""
        delegated = self.policy.leave.office_decides(self.office_code)
        return who_decides(kind, counted, in_force(legal_day(now)), delegated=delegated)


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for. `from_at` is None for an extension: it goes on where the other ends.

    `until` is None for a permit: six months. `proof` tells of papers that were shown, `proofs` are photos of papers.
    """

    id: UUID
    kind: LeaveKind
    ground: LeaveGround
    reason: str
    destinations: tuple[str, ...]
    place: str
    from_at: datetime | None
    until: datetime | None
    travel: str
    contact: str
    body_hash: bytes
    frequency: str | None = None
    proof: str | None = None
    proofs: tuple[UUID, ...] = ()
    extends_id: UUID | None = None
    destination_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What somebody decides. A refusal needs a reason in plain words."""

    approve: bool
    reason: str | None = None
    conditions: str | None = None
    report_arrival: bool = False


@dataclass(frozen=True)
class Told:
    """Something told on the way. `until` is when somebody who is delayed, or on a trip, will be back."""

    id: UUID
    kind: ReportKind
    happened_at: datetime
    body_hash: bytes
    destination: str | None = None
    until: datetime | None = None
    note: str | None = None


def is_staff(actor: Actor) -> bool:
    """Whether a user of an office acts, and not the person."""
    return actor.kind == "user"
