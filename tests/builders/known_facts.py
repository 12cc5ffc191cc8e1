"""Facts of people (四知道) as the service keeps them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection

from app.actions.record_facts import record_facts
from app.rules.effects.known_facts import How, Source
from app.rules.facts import Actor
from app.rules.known_facts import NewCheck, Told
from tests.builders.app import MONDAY


def kept_facts(
    tx: Connection,
    actor: Actor,
    subject_id: UUID,
    told: Mapping[str, str | None],
    *,
    at: datetime = MONDAY,
    key: str = "check",
    source: Source = Source.OFFICER,
    how: How = How.SEEN,
    **changes: Any,
) -> Mapping[str, UUID]:
    """A check of these fields; gives the id of each statement. A risk comes with its words."""
    check_id = uuid5(subject_id, f"{key}|{at.isoformat()}")
    facts = tuple(Told(field, value, note="情况稳定" if field == "risk" else None) for field, value in told.items())
    new = NewCheck(check_id, at, source, how, facts, check_id.bytes, **changes)
    record_facts(tx, actor, subject_id, new, now=at)
    return {field: uuid5(check_id, f"{field}|") for field in told}


def a_body(check_id: UUID, told: list[dict[str, Any]], at: datetime = MONDAY, **changes: Any) -> dict[str, Any]:
    """What an officer's app sends."""
    return {
        "id": str(check_id),
        "happened_at": at.isoformat(),
        "source": "officer",
        "how": "seen",
        "facts": told,
        **changes,
    }
