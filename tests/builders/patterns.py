"""Weeks of check-ins written at once, as the service would have left them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from tests.builders.offices import Tree

WINDOWS = text(
    """
    INSERT INTO duties (id, subject_id, kind, obligor, rule_code, slot_start, opens_at, due_at, grace_until, judge_at,
                        random, state, office_id, policy_version_id, created_at)
    SELECT md5(w.subject_id || ':' || w.day || ':' || :rule)::uuid, w.subject_id, 'check_in', 'subject', :rule, o.at,
           o.at, o.at + interval '2 hours', o.at + interval '150 minutes', o.at + interval '151 minutes', false,
           'fulfilled', :office_id, :version_id, o.at
    FROM (SELECT s.subject_id, d.day FROM unnest(CAST(:ids AS uuid[])) AS s(subject_id)
          CROSS JOIN generate_series(1, :days) AS d(day)) AS w
    CROSS JOIN LATERAL (SELECT CAST(:last AS timestamptz) - (w.day - 1) * interval '1 day' AS at) AS o
    """
)

TRIES = text(
    """
    INSERT INTO attempts (subject_id, id, body_hash, receipt_no, duty_id, outcome, reasons, recorded_at, received_at,
                          effective_at, place, accuracy_m, power_id)
    SELECT d.subject_id, d.id, '\\x00', 'T-' || d.id, d.id, 'accepted', '[{"code": "checked_in", "params": {}}]', t.at,
           t.at, t.at, ST_SetSRID(ST_MakePoint(:lon + :jitter * t.x, :lat + :jitter * t.y), 4326), 20, d.id
    FROM duties d
    CROSS JOIN LATERAL (
        SELECT d.opens_at + make_interval(secs => :after_s + :spread_s * abs(hashtext(d.id || 't') % 1000) / 1000.0)
               AS at, abs(hashtext(d.id || 'x') % 1000) / 1000.0 AS x, abs(hashtext(d.id || 'y') % 1000) / 1000.0 AS y
    ) AS t
    WHERE d.subject_id = ANY(:ids) AND d.rule_code = :rule
    """
)


@dataclass(frozen=True)
class Manner:
    """How somebody checks in: seconds after the opening, by how much that varies, where, and how much that varies."""

    after_s: float = 600.0
    spread_s: float = 6000.0
    lon: float = 118.627
    lat: float = 28.738
    jitter: float = 0.0005


def weeks_of_check_ins(
    tx: Connection,
    tree: Tree,
    ids: list[UUID],
    manner: Manner,
    *,
    last: datetime,
    days: int = 14,
    rule: str = "check_in.a",
) -> None:
    """One fulfilled check-in a day for each of these people, the last window opening at `last`."""
    values = {"ids": ids, "rule": rule}
    office = {"office_id": tree.office.id, "version_id": tree.policy_version_id}
    tx.execute(WINDOWS, {**values, **office, "last": last, "days": days})
    analyze(tx, "duties")  # else each try looks for its window by a plan that was made when there were none
    tx.execute(TRIES, {**values, **vars(manner)})


ALIKE = text(
    """
    INSERT INTO subjects
    SELECT (jsonb_populate_record(s, jsonb_build_object('id', md5(s.id || ':' || n), 'subject_no', 'M' || n))).*
    FROM subjects s CROSS JOIN generate_series(1, :many) AS n WHERE s.id = :one
    RETURNING id
    """
)


def many_like(tx: Connection, one: UUID, many: int) -> list[UUID]:
    """So many more people, in all but number and id like that one; what is made of them may take its time."""
    tx.execute(text("SET LOCAL statement_timeout = '120s'"))
    made = list(tx.execute(ALIKE, {"one": one, "many": many}).scalars())
    analyze(tx, "subjects")
    return made


def analyze(tx: Connection, table: str) -> None:
    """Tell the planner what is in the table."""
    tx.execute(text(f"ANALYZE {table}"))
