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
        SELECT w.id, 'in_app' AS channel, 'in_app' AS endpoint, CAST(NULL AS uuid) AS endpoint_id,
               CAST(NULL AS uuid) AS channel_id, 0 AS wait_min
        FROM written w
        UNION ALL
        SELECT w.id, 'fcm', CAST(e.id AS text), e.id, NULL, 0
        FROM written w JOIN push_endpoints e
          ON e.owner_kind = w.recipient_kind AND e.owner_id = w.recipient_id AND e.retired_at IS NULL
        UNION ALL
        SELECT w.id, 'apprise', CAST(c.id AS text), NULL, c.id,
               CASE WHEN EXISTS (SELECT FROM push_endpoints e WHERE e.owner_kind = 'user' AND e.owner_id = c.user_id
                                 AND e.retired_at IS NULL) THEN c.wait_min ELSE 0 END
        FROM written w JOIN user_channels c
          ON w.recipient_kind = 'user' AND c.user_id = w.recipient_id
         AND c.retired_at IS NULL AND c.verified_at IS NOT NULL
    )
    INSERT INTO deliveries (id, notice_id, channel, endpoint, endpoint_id, channel_id, state, next_try_at, attempts)
    SELECT md5(CAST(r.id AS text) || r.channel || r.endpoint)::uuid, r.id, r.channel, r.endpoint, r.endpoint_id,
           r.channel_id, 'pending',
           CASE WHEN r.channel <> 'in_app' THEN n.push_at + make_interval(mins => r.wait_min) END, 0
    FROM route r
    JOIN jsonb_to_recordset(CAST(:notices AS jsonb)) AS n(id uuid, push_at timestamptz) ON n.id = r.id
    """
)


def notice_id(recipient_id: UUID, about_kind: str, about_id: UUID, step: str) -> UUID:
    """The id of a notice: the same recipient, thing and step give the same one."""
    return uuid5(NOTICES, f"{recipient_id}|{about_kind}|{about_id}|{step}")


def notify(tx: Connection, effects: Sequence[Notify]) -> None:
    """Write each notice once, with one delivery for the app, one for each live push endpoint and one for the user's own
    channel, which waits where there is an endpoint; wake the worker.
    """
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
