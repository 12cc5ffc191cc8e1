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
from app.rules.proof import LOOKS, Asked, Nearby, Photographed, Point, ProofFacts, Where
from app.store import policies

WHO = text("SELECT id, office_id, written_at FROM records WHERE id = ANY(:ids) ORDER BY id")

# The subject's own position nearest in time, where the power that it was collected under covers it still: nothing is
# collected for this, and nothing else is read than what lies within the policy's minutes. Like every way to a fix by
# its effective time it has two halves, see FAR_CLOCK in the model.
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
           (SELECT jsonb_agg(jsonb_build_object(
                       'place', v.place, 'own', v.set_by = r.officer_id,
                       'm', ST_Distance(ST_SetSRID(ST_MakePoint(v.lon, v.lat), 4326)::geography, r.place::geography)))
            FROM visit_points v
            WHERE r.place IS NOT NULL AND coalesce(v.ended_at, 'infinity') > r.happened_at AND v.deleted_at IS NULL
              AND (v.subject_id = r.subject_id OR (v.subject_id IS NULL AND v.office_id = r.office_id))) AS points,
           (SELECT min(s.created_at) FROM sessions s
            WHERE s.owner_kind = 'user' AND s.owner_id = r.officer_id AND s.client_name = r.device
              AND s.created_at <= r.written_at AND coalesce(s.ended_at, 'infinity') >= r.written_at) AS here_since,
           seen.effective_at AS seen_at, seen.distance_m AS seen_m, seen.accuracy_m AS seen_accuracy
    FROM unnest(CAST(:ids AS uuid[]), CAST(:around AS integer[])) AS asked(id, minutes)
    JOIN records r ON r.id = asked.id
    CROSS JOIN LATERAL (
        SELECT r.happened_at - make_interval(mins => asked.minutes) AS since,
               coalesce(r.ended_at, r.happened_at) + make_interval(mins => asked.minutes) AS until) span
    LEFT JOIN LATERAL (
        SELECT p.effective_at, p.accuracy_m, ST_Distance(p.place::geography, r.place::geography) AS distance_m
        FROM (SELECT n.* FROM positions n
              WHERE n.subject_id = r.subject_id AND n.effective_at BETWEEN span.since AND span.until
                AND n.recorded_at BETWEEN span.since - interval '1 hour' AND span.until + interval '1 hour'
              UNION ALL
              SELECT f.* FROM positions f
              WHERE f.subject_id = r.subject_id AND f.effective_at BETWEEN span.since AND span.until
                AND f.effective_at - f.recorded_at NOT BETWEEN interval '-1 hour' AND interval '1 hour') p
        JOIN collection_powers w ON w.id = p.power_id AND w.subject_id = p.subject_id AND w.covers @> p.effective_at
        WHERE r.place IS NOT NULL AND p.mock IS NOT TRUE
        ORDER BY greatest(r.happened_at - p.effective_at, p.effective_at - coalesce(r.ended_at, r.happened_at),
                          interval '0'), p.accuracy_m, p.id
        LIMIT 1) seen ON true
    ORDER BY r.id
    """
)

DUE = text(
    """
    SELECT record_id FROM record_proofs WHERE look_again_at <= :now
    ORDER BY look_again_at, record_id LIMIT :limit
    FOR UPDATE SKIP LOCKED
    """
)

EVIDENCE_CAME = text(
    """
    UPDATE record_proofs p SET look_again_at = :now FROM records r
    WHERE p.record_id = ANY(:ids) AND r.id = p.record_id AND r.written_at > :since
    """
)


def facts_for(tx: Connection, record_ids: Sequence[UUID]) -> list[ProofFacts]:
    """What speaks for and against these records, by the policies of their offices at the time of writing."""
    written = tx.execute(WHO, {"ids": list(record_ids)}).all()
    rules: dict[UUID, Policy] = {}
    for at in sorted({row.written_at for row in written}):
        then = [row for row in written if row.written_at == at]
        in_force = policies.in_force(tx, sorted({row.office_id for row in then}), at=at)
        rules |= {row.id: in_force[row.office_id].policy for row in then}
    asked = {"ids": list(rules), "around": [policy.proof.around_min for policy in rules.values()]}
    return [_facts(row, rules[row.id]) for row in tx.execute(RECORDS, asked)]


def keep(tx: Connection, effects: Sequence[KeepProof]) -> None:
    """Write proofs; a later one takes the place of the one before."""
    for effect in effects:
        row = {
            "verdict": effect.verdict,
            "checks": list(effect.checks),
            "judged_at": effect.at,
            "look_again_at": effect.look_again_at,
        }
        new = insert(RecordProof).values(record_id=effect.record_id, **row)
        tx.execute(new.on_conflict_do_update(index_elements=["record_id"], set_=row))


def due(tx: Connection, *, now: datetime, limit: int) -> list[UUID]:
    """The next records to be judged again, locked: what comes for them meanwhile is not lost."""
    return list(tx.execute(DUE, {"now": now, "limit": limit}).scalars())


def evidence_came(tx: Connection, record_ids: Sequence[UUID], *, now: datetime) -> None:
    """Something was attached to these records, or taken away: what they prove is judged anew, while they are fresh."""
    if record_ids:
        tx.execute(EVIDENCE_CAME, {"ids": sorted(set(record_ids)), "now": now, "since": now - LOOKS[-1]})


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
        where=Where(row.accuracy_m or 0.0, row.mock, _is_of_then(row, policy)) if row.placed else None,
        distances=((Place.HOME, row.home_distance_m),) if row.home_distance_m is not None else (),
        points=tuple(Point(Place(told["place"]), told["m"], told["own"]) for told in row.points or ()),
        subject=Nearby(row.seen_at, row.seen_m, row.seen_accuracy) if row.seen_at is not None else None,
        photos=tuple(_photo(told) for told in row.photos or ()),
        attached=frozenset(FilePurpose(purpose) for purpose in row.attached),
        drafted_at=row.client_started_at if row.drafted_offline else None,
        here_since=row.here_since,
    )


def _asked(policy: Policy, code: str) -> Asked:
    """The item by the policy then; one that it does not know any more asks for nothing."""
    item = policy.item(code)
    return Asked(code, item.place, frozenset(item.evidence)) if item else Asked(code, Place.NONE, frozenset())


def _is_of_then(row: Row[Any], policy: Policy) -> bool:
    """Whether the officer's position is of the time of the visit: written at once, or begun on the phone then."""
    around, over_at = timedelta(minutes=policy.proof.around_min), row.ended_at or row.happened_at
    begun = row.client_started_at
    return row.written_at <= over_at + around or (
        begun is not None and row.happened_at - around <= begun <= over_at + around
    )


def _photo(told: Mapping[str, Any]) -> Photographed:
    at = datetime.fromisoformat(told["at"]) if told["at"] else None
    return Photographed(at, told["m"], told["accuracy"])
