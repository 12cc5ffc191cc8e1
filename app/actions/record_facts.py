"""Keep what an officer learned or verified of a person (四知道), and which of several statements counts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import Conflict, NotAllowed, NotFound, Refused
from app.rules.facts import Actor
from app.rules.known_facts import KnowledgeFacts, NewCheck, Settlement, learn, settle
from app.store import effects, known_facts


def record_facts(tx: Connection, actor: Actor, subject_id: UUID, new: NewCheck, *, now: datetime) -> bool:
    """Keep a check; False where the same request was kept before.

    NotFound for a subject out of reach, Conflict `id_reused`, Refused `evidence_of_other`; the rest as the rule says.
    """
    facts = _facts(tx, actor, subject_id, now)
    if _repeated(tx, subject_id, new.id, new.body_hash):
        return False
    if new.evidence is not None and not known_facts.is_evidence_of(tx, subject_id, new.evidence):
        raise Refused("evidence_of_other", fields={"evidence": "evidence_of_other"})
    effects.apply(tx, [learn(facts, new, actor, now=now)])
    return True


def settle_fact(tx: Connection, actor: Actor, subject_id: UUID, chosen: Settlement, *, now: datetime) -> bool:
    """Keep an officer's decision between statements; False where the same request was kept before.

    NotFound for a subject or statement out of reach, Conflict `id_reused` and as the rule says.
    """
    facts = _facts(tx, actor, subject_id, now)
    if _repeated(tx, subject_id, chosen.id, chosen.body_hash):
        return False
    effects.apply(tx, [settle(facts, chosen, actor, now=now)])
    return True


def _facts(tx: Connection, actor: Actor, subject_id: UUID, now: datetime) -> KnowledgeFacts:
    if actor.id is None:
        raise NotAllowed("not_allowed")
    facts = known_facts.facts(tx, actor, subject_id, now=now)
    if facts is None:
        raise NotFound("not_found")
    return facts


def _repeated(tx: Connection, subject_id: UUID, check_id: UUID, body_hash: bytes) -> bool:
    known = known_facts.body_hash_of(tx, check_id)
    if known is not None and known != (subject_id, body_hash):
        raise Conflict("id_reused")
    return known is not None
