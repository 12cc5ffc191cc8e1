"""When an office will have nobody on duty: known beforehand from roles and absences, and told to the county."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from app.rules.calendar import SHANGHAI
from app.rules.effects import Decision, Notify
from app.rules.facts import About, Reason

LOOK_AHEAD = timedelta(days=7)
OPEN = "open"
"""Stands for the beginning of a stretch before which nobody ever held a role there, and for an end not known."""

SENTENCES = {
    (True, True): "office_unstaffed",
    (True, False): "office_unstaffed_open",
    (False, True): "office_unstaffed_until",
    (False, False): "office_never_staffed",
}
"""By whether the beginning and the end of a stretch are known."""


@dataclass(frozen=True)
class Span:
    """[from_at, to_at); None is open."""

    from_at: datetime
    to_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the instant lies in it."""
        return self.from_at <= at and (self.to_at is None or at < self.to_at)


@dataclass(frozen=True)
class Holder:
    """One user who takes alerts in an office: when the role is held, and when the user is away."""

    held: Span
    away: tuple[Span, ...] = ()

    def on_duty(self, at: datetime) -> bool:
        """Whether the user holds the role then and is not away."""
        return self.held.holds(at) and not any(span.holds(at) for span in self.away)


@dataclass(frozen=True)
class Staffing:
    """An office with subjects in correction, everybody who takes alerts in it, and whom to tell at its county."""

    office_id: UUID
    holders: tuple[Holder, ...]
    county: tuple[UUID, ...]


@dataclass(frozen=True)
class Gap:
    """A stretch in which nobody is on duty. `from_at` is None where nobody ever was, `to_at` where no end is known."""

    from_at: datetime | None
    to_at: datetime | None


def foresee(staffing: Staffing, *, now: datetime) -> Decision:
    """One notice for each of the county's staff about each stretch of the next seven days without anybody on duty.

    Each stretch is told once, by its beginning and end; so this may be asked daily, and when an absence is entered.
    """
    return Decision(
        tuple(
            _notice(staffing, gap, user, now)
            for gap in gaps(staffing.holders, from_at=now, to_at=now + LOOK_AHEAD)
            for user in staffing.county
        )
    )


def gaps(holders: tuple[Holder, ...], *, from_at: datetime, to_at: datetime) -> tuple[Gap, ...]:
    """The stretches without anybody on duty that touch [from_at, to_at), whole, in order of time."""
    edges = sorted({edge for holder in holders for span in (holder.held, *holder.away) for edge in _edges(span)})
    stretches = [Gap(*pair) for pair in pairwise([None, *edges, None])]
    empty = [gap for gap in stretches if not _manned(holders, gap)]
    return tuple(
        gap
        for gap in _joined(empty)
        if (gap.from_at is None or gap.from_at < to_at) and (gap.to_at is None or gap.to_at > from_at)
    )


def _edges(span: Span) -> Iterator[datetime]:
    yield span.from_at
    if span.to_at is not None:
        yield span.to_at


def _manned(holders: tuple[Holder, ...], stretch: Gap) -> bool:
    """Whether somebody is on duty in a stretch in which nothing changes. Before the first edge nobody is."""
    return stretch.from_at is not None and any(holder.on_duty(stretch.from_at) for holder in holders)


def _joined(stretches: list[Gap]) -> Iterator[Gap]:
    """Neighbours made one."""
    pending: Gap | None = None
    for stretch in stretches:
        if pending is not None and pending.to_at == stretch.from_at:
            pending = Gap(pending.from_at, stretch.to_at)
            continue
        if pending is not None:
            yield pending
        pending = stretch
    if pending is not None:
        yield pending


def _notice(staffing: Staffing, gap: Gap, user: UUID, now: datetime) -> Notify:
    params = [("from", gap.from_at.isoformat())] if gap.from_at else []
    if gap.to_at:
        params.append(("until", gap.to_at.isoformat()))
    return Notify(
        recipient_kind="user",
        recipient_id=user,
        about=About("office", staffing.office_id),
        step=f"unstaffed.{_edge(gap.from_at)}/{_edge(gap.to_at)}",
        wording=Reason(SENTENCES[gap.from_at is not None, gap.to_at is not None], tuple(params)),
        at=now,
        push_at=now,
    )


def _edge(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="minutes") if at else OPEN
