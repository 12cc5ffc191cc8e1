"""Effects of leave: asked, decided, reported on, ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.facts import Actor


@dataclass(frozen=True)
class RequestLeave:
    """A request as it was asked. `decider` and the counts are those of the day on which it was asked.

    `root_id` is the first request of a chain of extensions; `proofs` are photos of papers, kept with the request.
    """

    id: UUID
    root_id: UUID
    extends_id: UUID | None
    subject_id: UUID
    kind: str
    ground: str
    reason: str
    destinations: tuple[str, ...]
    destination_names: tuple[str, ...]
    place: str
    from_at: datetime
    until: datetime
    travel: str
    contact: str
    frequency: str | None
    proof: str | None
    proofs: tuple[UUID, ...]
    keep_days: int
    asked_late: bool
    entered_by: UUID | None
    at: datetime
    body_hash: bytes
    days: int
    total_days: int
    decider: str


@dataclass(frozen=True)
class DecideLeave:
    """The decision, with the counts by which it was known who decides. `counts_from` is None for a refusal."""

    id: UUID
    state: str
    level: str
    actor: Actor
    at: datetime
    days: int
    total_days: int
    reason: str | None = None
    conditions: str | None = None
    report_arrival: bool = False
    counts_from: datetime | None = None
    duty_id: UUID | None = None
    filed_at: datetime | None = None
    remind_at: datetime | None = None


@dataclass(frozen=True)
class EndLeave:
    """The leave counts no longer than `ended_at`; `whole_chain` ends what it was extended from as well.

    `note` is told to the person where the leave was revoked. With `duty_id` another return is owed from now on.
    """

    id: UUID
    state: str
    at: datetime
    ended_at: datetime | None
    actor: Actor
    note: str | None = None
    duty_id: UUID | None = None
    whole_chain: bool = False


@dataclass(frozen=True)
class ReportLeave:
    """Something told on the way, by phone or to an officer (`entered_by`)."""

    id: UUID
    leave_id: UUID
    subject_id: UUID
    kind: str
    happened_at: datetime
    at: datetime
    destination: str | None
    until: datetime | None
    note: str | None
    entered_by: UUID | None
    confirmed_by: UUID | None
    body_hash: bytes


@dataclass(frozen=True)
class ConfirmReturn:
    """A named officer's word that the person is back, on a return that was reported by phone."""

    report_id: UUID
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class TellProcuratorate:
    """The county told the procuratorate of a leave that the city approved."""

    leave_id: UUID
    actor: Actor
    told_at: datetime
    note: str


@dataclass(frozen=True)
class PermitReminded:
    """That the permit ends soon was told."""

    leave_id: UUID


@dataclass(frozen=True)
class RecountLeave:
    """A request that still waits, counted again: other leave of the person was granted, or ended early."""

    id: UUID
    days: int
    total_days: int
    decider: str


@dataclass(frozen=True)
class JudgeAgain:
    """What bounds the subject changed at `since`: fixes from then on are looked at again."""

    subject_id: UUID
    since: datetime


LeaveEffect = (
    RequestLeave
    | DecideLeave
    | EndLeave
    | ReportLeave
    | ConfirmReturn
    | TellProcuratorate
    | PermitReminded
    | RecountLeave
    | JudgeAgain
)
