"""What an example of a route says: whose matter it is, and how to ask. Shared by the tables of all rooms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.rules.facts import Role
from tests.guards.world import Place

Json = dict[str, Any]


class Shows(StrEnum):
    """What a route is about. Cases are an outside helper's only where assigned; offices hold users, absences, ...

    What belongs to one person alone is nobody else's to see, whatever their role.
    """

    CASE = "case"
    OFFICE = "office"
    CASES = "cases"
    OFFICES = "offices"
    ONESELF = "oneself"
    SOMEBODY_ELSES = "somebody else's"


@dataclass(frozen=True)
class Example:
    """How to ask a route about the things of a place. Parameters of its path are filled from `Place.id_of`.

    `refuses` names roles that the table permits and a rule refuses all the same (403), with the reason beside it.
    """

    shows: Shows
    body: Callable[[Place], Json] | None = None
    query: Callable[[Place], Mapping[str, str]] | None = None
    refuses: frozenset[Role] = frozenset()
    status: int | None = None
    """What everybody is answered whom the table permits, where that is no success: there is nothing to act on."""
    form: Callable[[Place], Mapping[str, Any]] | None = None
    """What is sent as a form, with a file, instead of JSON."""
