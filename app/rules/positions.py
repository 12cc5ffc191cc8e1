"""Reports of positions: which can be used and when they happened; and which location checks a fix fulfils."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.rules.effects import ChangeDuty, Decision
from app.rules.facts import JOB, About, DutyState, Reason
from app.rules.timing import Proof, Sending, Timed, effective_time

# A receiver without a fix says 0 degrees, 0 degrees, sometimes with a digit of noise far behind the point. The place
# itself is open sea off Africa; a hundred metres around it cost nobody a fix.
NULL_ISLAND_DEG = 0.001

FUTURE_TIME = "future_time"
NULL_ISLAND = "null_island"


class Report(NamedTuple):
    """One fix as a phone reported it: `lon`, `lat` in WGS-84 degrees, and the pair that was sent with its datum.

    Not a dataclass: five hundred of them arrive in one request.
    """

    id: UUID
    recorded_at: datetime
    lon: float
    lat: float
    accuracy_m: float
    sent_lon: float
    sent_lat: float
    datum: str = "wgs84"
    recorded_elapsed_ms: int | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    battery_percent: int | None = None
    provider: str | None = None
    mock: bool | None = None


class Usable(NamedTuple):
    """A report that may be stored if a power covers the instant at which it happened."""

    report: Report
    timed: Timed


class SetAside(NamedTuple):
    """A report that could be read and cannot be used, with the reason code."""

    report: Report
    reason: str


@dataclass(frozen=True, slots=True)
class SortedReports:
    """What became of a batch before the gate; `doubled` counts reports that were in it more than once.

    `by_word`: some are dated by the phone's word alone, and what earlier requests of its boot proved may date them.
    """

    usable: tuple[Usable, ...]
    set_aside: tuple[SetAside, ...]
    doubled: int
    by_word: bool = False


def sort_out(reports: Sequence[Report], sending: Sending) -> SortedReports:
    """Date each report of a batch, and set aside what is no fix (0, 0) or lies more than 2 min ahead of its arrival.

    One wrong clock would otherwise freeze "last position". The same id at the same time, or the same time and place
    under another id, is one report; the same id at another time is another report.
    """
    usable: list[Usable] = []
    set_aside: list[SetAside] = []
    by_word = False
    for report in _once(reports):
        timed = effective_time(report.recorded_at, report.recorded_elapsed_ms, sending)
        by_word = by_word or timed.how is Proof.NONE or timed.how is Proof.AHEAD
        reason = _unusable(report, timed)
        if reason is None:
            usable.append(Usable(report, timed))
        else:
            set_aside.append(SetAside(report, reason))
    return SortedReports(tuple(usable), tuple(set_aside), len(reports) - len(usable) - len(set_aside), by_word)


def _once(reports: Sequence[Report]) -> Sequence[Report]:
    """The reports without those that were in the batch before."""
    if len({report.recorded_at for report in reports}) == len(reports):
        return reports  # no two of one instant: so it nearly always is, and so nothing has to be compared
    kept: list[Report] = []
    seen: set[tuple[datetime, UUID] | tuple[datetime, float, float]] = set()
    for report in reports:
        by_id = (report.recorded_at, report.id)
        by_place = (report.recorded_at, report.sent_lon, report.sent_lat)
        if by_id not in seen and by_place not in seen:
            kept.append(report)
            seen.update((by_id, by_place))
    return kept


def _unusable(report: Report, timed: Timed) -> str | None:
    if abs(report.lon) < NULL_ISLAND_DEG and abs(report.lat) < NULL_ISLAND_DEG:
        return NULL_ISLAND
    return FUTURE_TIME if timed.how is Proof.AHEAD else None


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """A location check that a fix may still turn, with the first proven fix in [opens_at, grace_until).

    `office_id` is the subject's office now: it is frozen in a duty that nobody opened yet.
    """

    duty_id: UUID
    state: DutyState
    due_at: datetime
    office_id: UUID
    fix_id: UUID
    fix_at: datetime


def judge_checks(checks: Iterable[CheckFacts], *, now: datetime) -> Decision:
    """One fix inside the window fulfils a location check [Law 26], also when it arrives after the check was missed.

    The fix's own time counts, not its arrival; one in the time of grace makes the check late. What is late already, or
    could not be judged, is turned by a fix inside the window alone: which of two arrives first is chance.
    """
    return Decision(tuple(_kept(check, now) for check in checks if _turns(check)))


def _turns(check: CheckFacts) -> bool:
    return check.fix_at < check.due_at or check.state not in {DutyState.LATE, DutyState.UNJUDGED}


def _kept(check: CheckFacts, now: datetime) -> ChangeDuty:
    on_time = check.fix_at < check.due_at
    return ChangeDuty(
        duty_id=check.duty_id,
        state=DutyState.FULFILLED if on_time else DutyState.LATE,
        at=now,
        reason=Reason("fix_in_window" if on_time else "fix_in_grace"),
        actor=JOB,
        effective_at=check.fix_at,
        evidence=About("position", check.fix_id),
        office_id=check.office_id if check.state is DutyState.PLANNED else None,
    )
