"""Row scope: an actor sees the rows of its own offices and of those below them, and nothing else."""

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select

from app.models.office import Office
from app.models.subject import Subject
from app.rules.facts import Actor, Grant, Role
from app.store.session import REACH

UPWARD = (
    r"ANY (ARRAY(SELECT array_to_string((string_to_array(o.path, '.'))[1\:n], '.') FROM generate_series(1, 4) AS n))"
)
"""What the path of an office `o`, or of one above it, equals: one look at the index on paths for each of the floors.

`o.path LIKE above.path || '.%'` says the same, and no index can answer it: it reads all offices of the province.
"""


def below(path: str) -> ColumnElement[bool]:
    """Offices at `path` or anywhere under it."""
    return or_(Office.path == path, Office.path.like(bindparam(REACH, f"{path}.%", unique=True)))


def offices_of(actor: Actor) -> ColumnElement[bool]:
    """A condition on `Office` for what the actor's grants reach; without grants nothing."""
    if not actor.grants:
        return false()
    return or_(*(below(grant.office_path) for grant in actor.grants))


def subjects_of(actor: Actor) -> ColumnElement[bool]:
    """A condition on `Subject`: rows of the actor's offices, for an outside helper only those assigned to them."""
    if actor.kind == "subject":
        return Subject.id == actor.id
    if not actor.grants:
        return false()
    return or_(*(_granted(actor, grant) for grant in actor.grants))


def _granted(actor: Actor, grant: Grant) -> ColumnElement[bool]:
    within = Subject.office_id.in_(select(Office.id).where(below(grant.office_path)))
    if grant.role is Role.PROVIDER:
        return and_(within, Subject.officer_id == actor.id)
    return within
