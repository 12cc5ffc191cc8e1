"""The name of a subject in lists and tables of several offices: sealed where the law seals it."""

from dataclasses import dataclass
from uuid import UUID

from app.rules.facts import Actor
from app.rules.identity import listed_name
from app.rules.wording.visits import MINOR, MOVED


@dataclass(frozen=True)
class Named:
    """What decides how a name is shown. `office_id` is the office that the subject is assigned to now."""

    name: str
    minor_regime: bool
    office_id: UUID
    within_reach: bool = True


def is_sealed(actor: Actor, subject: Named) -> bool:
    """Whether name and free text about the subject are closed to `actor` in lists.

    Under the regime for minors they are open to the assigned office alone, not to those above it [Law 54]. Somebody who
    has moved out of the actor's reach is closed too: what was owed then is still counted where it was owed.
    """
    if not subject.within_reach:
        return True
    return subject.minor_regime and subject.office_id not in {grant.office_id for grant in actor.grants}


def shown_name(actor: Actor, subject: Named) -> str:
    """The name as `actor` reads it in a list. The assigned office reads a family name, as in its other lists."""
    if not subject.within_reach:
        return MOVED
    if is_sealed(actor, subject):
        return MINOR
    return listed_name(subject.name, minor_regime=subject.minor_regime)
