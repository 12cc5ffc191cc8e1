"""Notices and their deliveries, written in the transaction of the fact that they tell of."""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, text

from app.rules.effects import Notify
from app.store.arrays import as_json

NOTICES = uuid5(NAMESPACE_URL, "zhifang:notice")
CHANNEL = "zhifang_outbox"
"""The PostgreSQL channel on which the worker listens for new deliveries."""

WRITE = text(
    """
    WITH written AS (
        INSERT INTO notices (id, recipient_kind, recipient_id, subject_id, about_kind, about_id, step, wording,
                             created_at)
        SELECT n.id, n.recipient_kind, n.recipient_id, n.subject_id, n.about_kind, n.about_id, n.step, n.wording, n.at
        FROM jsonb_to_recordset(CAST(:notices AS jsonb)) AS n(
            n integer, id uuid, recipient_kind text, recipient_id uuid, subject_id uuid, about_kind text,
            about_id uuid, step text, wording jsonb, at timestamptz)
        ORDER BY n.n
        ON CONFLICT (recipient_id, about_kind, about_id, step) DO NOTHING
        RETURNING id, recipient_kind, recipient_id
    ), route AS (
        SELECT w.id, 'in_app' AS channel, 'in_app' AS endpoint, CAST(NULL AS uuid) AS endpoint_id FROM written w
        UNION ALL
        SELECT w.id, 'fcm', CAST(e.id AS text), e.id
        FROM written w JOIN push_endpoints e
          ON e.owner_kind = w.recipient_kind AND e.owner_id = w.recipient_id AND e.retired_at IS NULL
    )
    INSERT INTO deliveries (id, notice_id, channel, endpoint, endpoint_id, state, next_try_at, attempts)
    SELECT md5(CAST(r.id AS text) || r.channel || r.endpoint)::uuid, r.id, r.channel, r.endpoint, r.endpoint_id,
           'pending', CASE WHEN r.channel = 'in_app' THEN NULL ELSE n.push_at END, 0
    FROM route r
    JOIN jsonb_to_recordset(CAST(:notices AS jsonb)) AS n(id uuid, push_at timestamptz) ON n.id = r.id
    """
)


def notice_id(recipient_id: UUID, about_kind: str, about_id: UUID, step: str) -> UUID:
    """The id of a notice: the same recipient, thing and step give the same one."""
    return uuid5(NOTICES, f"{recipient_id}|{about_kind}|{about_id}|{step}")


def notify(tx: Connection, effects: Sequence[Notify]) -> None:
    """Write each notice once, with one delivery for the app and one for each live push endpoint; wake the worker."""
    rows = {row["id"]: row for row in (_row(n, effect) for n, effect in enumerate(effects))}
    tx.execute(WRITE, {"notices": as_json(list(rows.values()))})
    tx.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


def _row(n: int, effect: Notify) -> dict[str, Any]:
    return {
        "n": n,
        "id": notice_id(effect.recipient_id, effect.about.kind, effect.about.id, effect.step),
        "recipient_kind": effect.recipient_kind,
        "recipient_id": effect.recipient_id,
        "subject_id": effect.subject_id,
        "about_kind": effect.about.kind,
        "about_id": effect.about.id,
        "step": effect.step,
        "wording": effect.wording.as_json(),
        "at": effect.at,
        "push_at": effect.push_at,
    }
