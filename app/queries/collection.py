"""What a phone may collect at this instant."""

from datetime import datetime

from sqlalchemy import Connection, text

from app.rules.collection import Collection, CollectionFacts, OpenWindow, may_collect
from app.rules.errors import NotFound
from app.rules.facts import Actor, DutyKind
from app.store import policies

# Powers are few and found by range; of the checks only those whose duty still waits for a fix ask for one.
POWERS = text(
    """
    SELECT s.office_id, p.kind, upper(p.covers) AS until, d.kind AS duty_kind
    FROM subjects s
    LEFT JOIN collection_powers p ON p.subject_id = s.id AND p.phone AND p.covers @> CAST(:now AS timestamptz)
    LEFT JOIN duties d ON d.id = p.id AND d.state IN ('planned', 'open')
    WHERE s.id = :subject_id
    """
)


def collection(connection: Connection, actor: Actor, *, now: datetime) -> Collection:
    """What the actor's phone may collect now, by which power and until when. Two queries."""
    rows = connection.execute(POWERS, {"subject_id": actor.id, "now": now}).all()
    if actor.kind != "subject" or not rows:
        raise NotFound("not_found")
    facts = CollectionFacts(
        order_until=max((row.until for row in rows if row.kind == "order"), default=None),
        windows=tuple(OpenWindow(DutyKind(row.duty_kind), row.until) for row in rows if row.duty_kind),
    )
    policy = policies.of_office(connection, rows[0].office_id, at=now).policy
    return may_collect(facts, policy)
