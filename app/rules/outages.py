"""The silence of many at once: an outage of a carrier, of phones of one maker, of the push service, or of all is one
incident for everybody whom it touches, and none of them is alerted about for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.effects import Decision, Notify, OpenIncident
from app.rules.effects.causes import EndIncident
from app.rules.facts import About, Reason
from app.rules.policy import Outages

CARRIER, MAKER, ALL, PUSH = "carrier", "maker", "all", "push"
KINDS = (CARRIER, MAKER, ALL, PUSH)

LONGEST = timedelta(hours=72)
"""Nobody is held back for longer: what lasts for days has to be looked at person by person, whatever is behind it."""

WEIGHT_OF_TODAY = 0.3
"""How much one day moves what is usual at an hour."""


@dataclass(frozen=True, slots=True)
class Group:
    """Phones that may fall silent together. `about` is the carrier or maker; empty for all, and for pushes."""

    kind: str
    about: str = ""


ALL_OF_THEM = Group(ALL)
PUSHES = Group(PUSH)


@dataclass(frozen=True, slots=True)
class Cell:
    """The phones of one carrier and one maker that were heard not long ago: how many, how many of them fell silent,
    and when the first tenth of those was last heard. None for what phones did not tell.
    """

    carrier: str | None
    maker: str | None
    live: int
    fell: int
    began_at: datetime | None

    def groups(self) -> Iterator[Group]:
        """The groups to which they belong."""
        if self.carrier:
            yield Group(CARRIER, self.carrier)
        if self.maker:
            yield Group(MAKER, self.maker)
        yield Group(ALL)


@dataclass(frozen=True, slots=True)
class Out:
    """A group that fell silent together, and since when."""

    group: Group
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Pushing:
    """Phones of subjects whose push is tried in vain, since when the first of these was written, and to how many
    phones a push went through since then.
    """

    failing: int
    sent: int
    began_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lasting:
    """An incident that lasts, with how many it touched and how many of them were heard again."""

    id: UUID
    group: Group
    from_at: datetime
    touched: int
    heard: int


def fallen(cells: Sequence[Cell], usual: dict[Group, float], limits: Outages) -> tuple[Out, ...]:
    """The groups that are out, each phone counted in one of them.

    Where every carrier fell silent it is all; else the group of which the most fell explains what it holds, and what
    is left is looked at anew: when one carrier is out, half of the phones of each maker are silent too.
    """
    found: list[Out] = []
    left = list(cells)
    while (out := _next(left, usual, limits)) is not None:
        found.append(out)
        left = [cell for cell in left if out.group not in cell.groups()]
    return tuple(found)


def _next(cells: Sequence[Cell], usual: dict[Group, float], limits: Outages) -> Out | None:
    shares = {
        group: (live, fell) for group, live, fell in _sums(cells) if _is_out(live, fell, usual.get(group, 0.0), limits)
    }
    whole = ALL_OF_THEM if ALL_OF_THEM in shares and _everywhere(cells, limits) else None
    group = whole or _worst(shares)
    if group is None:
        return None
    began = [cell.began_at for cell in cells if cell.began_at is not None and group in cell.groups()]
    return Out(group, min(began)) if began else None


def _sums(cells: Sequence[Cell]) -> Iterator[tuple[Group, int, int]]:
    groups = {group for cell in cells for group in cell.groups()}
    for group in sorted(groups, key=lambda group: (group.kind, group.about)):
        inside = [cell for cell in cells if group in cell.groups()]
        yield group, sum(cell.live for cell in inside), sum(cell.fell for cell in inside)


def _is_out(live: int, fell: int, usual: float, limits: Outages) -> bool:
    """So many, such a share, and clearly more than at this hour on other days."""
    if fell < limits.at_least:
        return False
    percent = 100 * fell / live
    return percent >= limits.share_percent and percent >= 100 * usual + limits.over_usual_percent


def _everywhere(cells: Sequence[Cell], limits: Outages) -> bool:
    """Whether what no outage of a carrier explains fell silent as well; one carrier alone is that carrier."""
    out = {group for group, live, fell in _sums(cells) if group.kind == CARRIER and _is_share(live, fell, limits)}
    rest = [cell for cell in cells if not out.intersection(cell.groups())]
    live, fell = sum(cell.live for cell in rest), sum(cell.fell for cell in rest)
    return _is_share(live, fell, limits) if live else len(out) > 1


def _is_share(live: int, fell: int, limits: Outages) -> bool:
    return fell >= limits.at_least and 100 * fell >= limits.share_percent * live


def _worst(shares: dict[Group, tuple[int, int]]) -> Group | None:
    """The group of which the largest part fell; among equals the larger, a carrier before a maker."""

    def weight(group: Group) -> tuple[float, int, bool]:
        live, fell = shares[group]
        return fell / live, fell, group.kind == CARRIER

    return max((group for group in shares if group.kind != ALL), key=weight, default=None)


def pushes_fail(pushing: Pushing, limits: Outages) -> Out | None:
    """The push service is out where so many phones, and such a share of those tried, get nothing through it."""
    if pushing.began_at is None or not _is_share(pushing.failing + pushing.sent, pushing.failing, limits):
        return None
    return Out(PUSHES, pushing.began_at)


def usual_then(cells: Sequence[Cell], known: dict[Group, float], limits: Outages) -> dict[Group, float]:
    """What is usual at this hour, with today in it; groups too small to be an outage have nothing usual."""
    found: dict[Group, float] = {}
    for group, live, fell in _sums(cells):
        if live >= limits.at_least:
            share = fell / live
            before = known.get(group, share)
            found[group] = before + WEIGHT_OF_TODAY * (share - before)
    return found


def open_incident(out: Out, touched: Iterable[tuple[UUID, datetime]], *, now: datetime) -> Decision:
    """One incident for all whom it touches: each subject with when its phone was last heard."""
    return Decision(
        tuple(
            OpenIncident(out.group.kind, out.group.about, out.began_at, None, subject_id, now, silent_since=since)
            for subject_id, since in touched
        )
    )


def is_over(lasting: Lasting, pushing: Pushing, limits: Outages, *, now: datetime) -> bool:
    """Whether enough of them were heard again, or it has lasted too long to hold anybody back for it.

    An outage of pushes is over when one went through and few fail: phones are heard without them too.
    """
    if lasting.group == PUSHES:
        works = pushing.sent > 0 and pushes_fail(pushing, limits) is None
        return works or now - lasting.from_at >= LONGEST
    return 100 * lasting.heard >= limits.back_percent * lasting.touched or now - lasting.from_at >= LONGEST


def end_incident(lasting: Lasting, *, now: datetime) -> Decision:
    """It is over from `now` on; those who do not come back are looked at one by one."""
    return Decision((EndIncident(lasting.id, now),))


def tell(
    incident_id: UUID, group: Group, step: str, touched: int, since: datetime, users: Sequence[UUID], *, now: datetime
) -> Decision:
    """One notice for each of the users that it is there (`opened`) or over (`ended`)."""
    params = (
        ("outage", group.kind),
        ("outage_of", group.about or "—"),
        ("n", str(touched)),
        ("since", since.isoformat()),
    )
    said = Reason(f"push_outage_{step}", params) if group == PUSHES else Reason(f"outage_{step}", params)
    about = About("incident", incident_id)
    return Decision(tuple(Notify("user", user, about, step, said, now, now) for user in users))
