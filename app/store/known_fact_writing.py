"""Statements of 四知道 as they are added, and those whose place they take."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.dialects.postgresql import insert as insert_new

from app.models.known_fact import KnownFact, KnownFactDispute, KnownFactEnd
from app.rules.effects.known_facts import KeepFact
from app.rules.errors import Conflict


def write(tx: Connection, effects: Sequence[KeepFact]) -> None:
    """Add statements, note which others they contradict, and end those whose place they take.

    Conflict `id_reused` where an id is another's already.
    """
    for effect in effects:
        added = insert_new(KnownFact).values(_row(effect)).on_conflict_do_nothing(index_elements=["id"])
        if tx.execute(added.returning(KnownFact.id)).one_or_none() is None:
            raise Conflict("id_reused")
    disputes = [
        {"fact_id": effect.id, "other_id": other, "subject_id": effect.subject_id}
        for effect in effects
        for other in effect.differs_from
    ]
    if disputes:
        tx.execute(insert(KnownFactDispute), disputes)
    ends = [{"fact_id": gone, "ended_by": effect.id} for effect in effects for gone in effect.supersedes]
    ends += [{"fact_id": effect.id, "ended_by": effect.outdated_by} for effect in effects if effect.outdated_by]
    if ends:
        tx.execute(insert(KnownFactEnd), ends)


def _row(effect: KeepFact) -> dict[str, Any]:
    verified_by, verified_at = effect.verification
    return {
        "id": effect.id,
        "check_id": effect.check_id,
        "subject_id": effect.subject_id,
        "item": effect.item,
        "field": effect.field,
        "value": effect.value,
        "held": effect.held,
        "source": effect.source,
        "said_by": effect.said_by,
        "how": effect.how,
        "learned_at": effect.learned_at,
        "verified_by": verified_by,
        "verified_at": verified_at,
        "evidence_kind": effect.evidence.kind if effect.evidence else None,
        "evidence_id": effect.evidence.id if effect.evidence else None,
        "note": effect.note,
        "settles": effect.settles,
        "confirms_id": effect.confirms_id,
        "written_by_kind": effect.actor.kind,
        "written_by": effect.actor.id,
        "written_at": effect.at,
        "body_hash": effect.body_hash,
    }
