"""What an example of a page says: whose matter it is, and what its form sends. Shared by the tables of all rooms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.rules.facts import Role
from tests.guards.asking import Shows
from tests.guards.world import Place

Form = Mapping[str, Any]


@dataclass(frozen=True)
class PageExample:
    """`refuses`: roles that the table permits and a rule refuses all the same (403). `mimetype`: what is answered."""

    shows: Shows
    form: Callable[[Place], Form] = lambda _: {}
    status: int = 200
    refuses: frozenset[Role] = frozenset()
    mimetype: str = "text/html"
    query: Mapping[str, str] = field(default_factory=dict)
