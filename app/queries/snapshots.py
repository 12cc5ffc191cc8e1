"""A month as it was kept, beside what the same figures are now."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Text, func, literal, or_, select
from sqlalchemy import cast as typed
from sqlalchemy.dialects.postgresql import ARRAY

from app.models.compliance import ComplianceSnapshot
from app.models.office import Office
from app.queries import oversight_names
from app.queries.oversight import Asked, cells
from app.rules.facts import Actor, OfficeLevel
from app.rules.oversight import Changed, Counts, Line, Unit, changed_lines, content_hash, lines_of, span_of, summed
from app.store.scope import offices_of

Key = TypeVar("Key")

MOST_MONTHS = 36


@dataclass(frozen=True)
class Kept:
    """One county's snapshot. `whole`: what it holds has the hash that was kept with it."""

    id: UUID
    office_id: UUID
    office_name: str
    taken_at: datetime
    content_hash: str
    whole: bool


@dataclass(frozen=True)
class MonthBeside:
    """The month of every office within reach, as it was kept and as it is now; offices where nothing is kept are
    left out, and named apart.
    """

    month: date
    as_of: datetime
    kept: tuple[Kept, ...]
    offices: Mapping[UUID, Changed]
    names: Mapping[UUID, str]
    items: Mapping[str, Changed]
    total: Changed
    not_kept: int

    @property
    def taken_at(self) -> datetime:
        """When the first of them was taken: what became known after that may differ."""
        return min(kept.taken_at for kept in self.kept)


def months(connection: Connection, actor: Actor) -> tuple[date, ...]:
    """The months of which anything within reach is kept, the latest first."""
    rows = connection.execute(
        select(ComplianceSnapshot.month)
        .where(ComplianceSnapshot.office_id.in_(_counties(actor)))
        .distinct()
        .order_by(ComplianceSnapshot.month.desc())
        .limit(MOST_MONTHS)
    )
    return tuple(rows.scalars())


def beside(connection: Connection, actor: Actor, month: date, *, now: datetime) -> MonthBeside | None:
    """The month as it was kept beside now; None where nothing of it is kept within reach."""
    rows = connection.execute(
        select(
            *(ComplianceSnapshot.id, ComplianceSnapshot.office_id, ComplianceSnapshot.taken_at),
            *(ComplianceSnapshot.content, ComplianceSnapshot.content_hash, Office.name, Office.path),
        )
        .join(Office, Office.id == ComplianceSnapshot.office_id)
        .where(ComplianceSnapshot.month == month, ComplianceSnapshot.office_id.in_(_counties(actor)))
        .order_by(Office.path.collate("C"))
    ).all()
    if not rows:
        return None
    kept = tuple(
        Kept(
            *(row.id, row.office_id, row.name, row.taken_at, row.content_hash),
            whole=content_hash(row.content) == row.content_hash,
        )
        for row in rows
    )
    lines = [line for row in rows for line in lines_of(row.content)]
    covered = _covered(connection, actor, [row.path for row in rows])
    found = cells(connection, actor, Asked(span_of(Unit.MONTH, month)), now=now)
    present = [line for line in found if line.office_id in covered]
    reach = oversight_names.offices(connection, actor, also={line.office_id for line in (*lines, *present)})
    then = [line for line in lines if line.office_id in reach]
    offices = changed_lines(_by(then, _office), _by(present, _office))
    return MonthBeside(
        month=month,
        as_of=now,
        kept=kept,
        offices={key: offices[key] for key in [*reach, *offices] if key in offices},
        names={key: named.name for key, named in reach.items()},
        items=changed_lines(_by(then, _item), _by(present, _item)),
        total=Changed(summed(line.counts for line in then), summed(line.counts for line in present)),
        not_kept=len(reach.keys() - covered),
    )


def _office(line: Line) -> UUID:
    return line.office_id


def _item(line: Line) -> str:
    return line.item


def _by(lines: Iterable[Line], key: Callable[[Line], Key]) -> dict[Key, Counts]:
    found: dict[Key, Counts] = defaultdict(Counts)
    for line in lines:
        found[key(line)] += line.counts
    return dict(found)


def _counties(actor: Actor) -> Any:
    """The counties within reach, and those above an office that is: an officer's own month lies in its county's."""
    paths = [grant.office_path for grant in actor.grants]
    above = [path[:n] for path in paths for n in range(1, len(path) + 1) if path[n : n + 1] in {"", "."}]
    below = or_(*(Office.path.like(f"{path}.%") for path in paths)) if paths else literal(value=False)
    return select(Office.id).where(Office.level == OfficeLevel.COUNTY, or_(Office.path.in_(above), below))


def _covered(connection: Connection, actor: Actor, paths: list[str]) -> set[UUID]:
    """The offices within reach that lie at or below the counties of which the month is kept."""
    top = func.unnest(typed(paths, ARRAY(Text))).column_valued("top")
    statement = select(Office.id).where(
        offices_of(actor),
        select(top).where(or_(Office.path == top, Office.path.startswith(top + "."))).exists(),
    )
    return set(connection.execute(statement).scalars())
