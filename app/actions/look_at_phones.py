"""Look each morning which phones need a hand, and which were not with their owners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import RaiseAlert, RecoverAlert
from app.rules.phones import look
from app.store import effects, phones


@dataclass(frozen=True)
class Looked:
    """How many alerts were raised, and how many are over."""

    raised: int = 0
    over: int = 0


def carried_phones(tx: Connection) -> list[UUID]:
    """Whose phones `look_at_phones` looks at."""
    return phones.carried(tx)


def look_at_phones(tx: Connection, ids: Sequence[UUID], *, now: datetime) -> Looked:
    """Judge the phones of these subjects; what was told once is not told again while it goes on."""
    decisions = [look(facts, now=now) for facts in phones.facts_for(tx, ids, now=now)]
    effects.apply(tx, decisions)
    found = [effect for decision in decisions for effect in decision.effects]
    return Looked(
        sum(isinstance(effect, RaiseAlert) for effect in found),
        sum(isinstance(effect, RecoverAlert) for effect in found),
    )
