"""What speaks for and against records, measured; the proofs that are kept; and which of them late evidence moves."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import insert

from app.models.visit import RecordProof
from app.rules.effects.proofs import KeepProof
from app.rules.facts import DutyKind, FilePurpose
from app.rules.policy import Policy
from app.rules.policy.items import Place
from app.rules.proof import Asked, Nearby, Photographed, ProofFacts, Where
from app.store import policies

FRESH_FOR = timedelta(days=30)
"""How long after its writing late evidence still moves a proof: an offline phone may be weeks late, not years."""

# The subject's own position nearest in time, found through the primary key (an hour's slack for the phone's own clock).
# Nothing is collected for this: positions are there where a power covered them, and only then.
RECORDS = text(
    """
    SELECT r.id, r.subject_id, r.office_id, r.kind, r.happened_at, r.ended_at, r.written_at, r.accuracy_m,
           r.home_distance_m, r.place IS NOT NULL AS placed, r.client_started_at, r.drafted_offline,
           r.reasons @> '[{"code": "place_mock"}]' AS mock,
           ARRAY(SELECT i.item FROM record_items i WHERE i.record_id = r.id ORDER BY i.item) AS items,
           ARRAY(SELECT DISTINCT a.purpose FROM attachments a
                 WHERE a.about_kind = 'record' AND a.about_id = r.id AND a.subject_id = r.subject_id
                   AND a.deleted_at IS NULL) AS attached,
           (SELECT jsonb_agg(jsonb_build_object(
                       'at', a.taken_at, 'm', ST_Distance(a.place::geography, r.place::geography),
                       'accuracy', coalesce(a.accuracy_m, 0)) ORDER BY a.id)
            FROM attachments a
            WHERE a.about_kind = 'record' AND a.about_id = r.id AND a.subject_id = r.subject_id
              AND a.purpose = 'photo' AND a.deleted_at IS NULL) AS photos,
           (SELECT min(s.created_at) FROM sessions s
            WHERE s.owner_kind = 'user' AND s.owner_id = r.officer_id AND s.client_name = r.device
              AND s.created_at <= r.written_at AND coalesce(s.ended_at, 'infinity') >= r.written_at) AS here_since,
           seen.effective_at AS seen_at, seen.distance_m AS seen_m, seen.accuracy_m AS seen_accuracy
    FROM records r
    LEFT JOIN LATERAL (
        SELECT p.effective_at, p.accuracy_m, ST_Distance(p.place::geography, r.place::geography) AS distance_m
        FROM positions p
        WHERE r.place IS NOT NULL AND p.subject_id = r.subject_id AND p.mock IS NOT TRUE
          AND p.recorded_at BETWEEN r.happened_at - interval '25 hours'
                                AND coalesce(r.ended_at, r.happened_at) + interval '25 hours'
          AND p.effective_at BETWEEN r.happened_at - make_interval(mins => :around)
                                 AND coalesce(r.ended_at, r.happened_at) + make_interval(mins => :around)
        ORDER BY greatest(r.happened_at - p.effective_at, p.effective_at - coalesce(r.ended_at, r.happened_at),
                          interval '0'), p.accuracy_m, p.id
        LIMIT 1) seen ON true
    WHERE r.id = ANY(:ids)
    ORDER BY r.id
    """
)

# What was never judged, and what evidence came for after its proof was.
DUE = text(
    """
    SELECT r.id FROM records r LEFT JOIN record_proofs p ON p.record_id = r.id
    WHERE r.written_at > :since AND (
        p.record_id IS NULL
        OR EXISTS (SELECT FROM attachments a
                   WHERE a.about_kind = 'record' AND a.about_id = r.id
                     AND (a.added_at > p.judged_at OR a.deleted_at > p.judged_at))
        OR EXISTS (SELECT FROM positions f
                   WHERE f.subject_id = r.subject_id AND f.received_at > p.judged_at
                     AND f.recorded_at BETWEEN r.happened_at - interval '1 day'
                                           AND coalesce(r.ended_at, r.happened_at) + interval '1 day'))
    ORDER BY r.written_at, r.id
    LIMIT :limit
    """
)


def facts_for(tx: Connection, record_ids: Sequence[UUID]) -> list[ProofFacts]:
    """What speaks for and against these records, by the policies of their offices at the time of writing."""
    found: list[ProofFacts] = []
    rows = tx.execute(RECORDS, {"ids": list(record_ids), "around": _WIDEST}).all()
    for at in sorted({row.written_at for row in rows}):
        then = [row for row in rows if row.written_at == at]
        in_force = policies.in_force(tx, sorted({row.office_id for row in then}), at=at)
        found += [_facts(row, in_force[row.office_id].policy) for row in then]
    return found


def keep(tx: Connection, effects: Sequence[KeepProof]) -> None:
    """Write proofs; a later one takes the place of the one before."""
    for effect in effects:
        row = {"verdict": effect.verdict, "checks": list(effect.checks), "judged_at": effect.at}
        new = insert(RecordProof).values(record_id=effect.record_id, **row)
        tx.execute(new.on_conflict_do_update(index_elements=["record_id"], set_=row))


def due(tx: Connection, *, now: datetime, limit: int) -> list[UUID]:
    """Records of the last 30 days that were never judged, or for which evidence came since."""
    return list(tx.execute(DUE, {"since": now - FRESH_FOR, "limit": limit}).scalars())


_WIDEST = 1_440
"""Minutes around a visit in which positions are looked for at all; the policy's own limit is applied afterwards."""


def _facts(row: Row[Any], policy: Policy) -> ProofFacts:
    return ProofFacts(
        record_id=row.id,
        subject_id=row.subject_id,
        kind=DutyKind(row.kind),
        happened_at=row.happened_at,
        ended_at=row.ended_at,
        written_at=row.written_at,
        asked=tuple(_asked(policy, code) for code in row.items),
        rules=policy.proof,
        write_within_days=policy.visits.write_within_days,
        where=Where(row.accuracy_m or 0.0, row.mock) if row.placed else None,
        distances=((Place.HOME, row.home_distance_m),) if row.home_distance_m is not None else (),
        subject=_nearby(row, policy),
        photos=tuple(_photo(told) for told in row.photos or ()),
        attached=frozenset(FilePurpose(purpose) for purpose in row.attached),
        drafted_at=row.client_started_at if row.drafted_offline else None,
        here_since=row.here_since,
    )


def _asked(policy: Policy, code: str) -> Asked:
    """The item by the policy then; one that it does not know any more asks for nothing."""
    item = policy.item(code)
    return Asked(code, item.place, frozenset(item.evidence)) if item else Asked(code, Place.NONE, frozenset())


def _nearby(row: Row[Any], policy: Policy) -> Nearby | None:
    if row.seen_at is None:
        return None
    off = max(row.happened_at - row.seen_at, row.seen_at - (row.ended_at or row.happened_at), timedelta())
    if off > timedelta(minutes=policy.proof.around_min):
        return None
    return Nearby(row.seen_at, row.seen_m, row.seen_accuracy)


def _photo(told: Mapping[str, Any]) -> Photographed:
    at = datetime.fromisoformat(told["at"]) if told["at"] else None
    return Photographed(at, told["m"], told["accuracy"])
