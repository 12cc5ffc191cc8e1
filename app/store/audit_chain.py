"""Links of the chain over the audit on disk, and up to which act the next ones may be made."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from app.rules.audit_chain import Act, Head, Horizon, Link

HEAD = text("SELECT seq, audit_id, hash FROM audit_seals ORDER BY seq DESC LIMIT 1")

# As text, and times as numbers: what is hashed must not depend on a driver or on a time zone.
COLUMNS = """
    id, CAST(extract(epoch FROM at) * 1000000 AS bigint), actor_kind, CAST(actor_id AS text), action,
    CAST(subject_id AS text), object_kind, CAST(object_id AS text), reason, CAST(details AS text)
"""

ACTS = text(
    f"SELECT {COLUMNS} FROM audit WHERE id > :after AND id <= :until ORDER BY id LIMIT :limit"  # noqa: S608  (constant)
)

LINKS = text("SELECT seq, audit_id, form, previous, hash FROM audit_seals WHERE seq > :after ORDER BY seq LIMIT :limit")

ADD = text(
    """
    INSERT INTO audit_seals (seq, audit_id, form, previous, hash, sealed_at)
    SELECT seq, audit_id, form, previous, hash, CAST(:now AS timestamptz)
    FROM unnest(CAST(:seq AS bigint[]), CAST(:audit_id AS bigint[]), CAST(:form AS integer[]),
                CAST(:previous AS bytea[]), CAST(:hash AS bytea[])) AS given (seq, audit_id, form, previous, hash)
    """
)

ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('audit_seals', 0))")

TAKEN = text("SELECT coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence('audit', 'id') AS regclass)), 0)")

# Whoever adds to the audit holds this lock from before its id is drawn until its transaction has ended for all to see.
WRITERS = text(
    """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = CAST('audit' AS regclass) AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
    """
)


def horizon(connection: Connection) -> Horizon:
    """The newest id that was drawn, and the transactions that may still hold an act with that id or a lower one.

    The order matters: an act whose id was drawn before the first statement has its writer in the second, or is
    committed. Both are statements of their own, so that the acts are read by a later snapshot.
    """
    drawn = connection.execute(TAKEN).scalar_one()
    return Horizon(drawn, writers(connection))


def writers(connection: Connection) -> frozenset[str]:
    """The transactions that are adding to the audit now."""
    return frozenset(connection.execute(WRITERS).scalars())


def head(tx: Connection) -> Head:
    """The newest link."""
    row = tx.execute(HEAD).one_or_none()
    return Head(*row) if row else Head()


def alone(tx: Connection) -> None:
    """Let sealers come one after the other, each with the other's links before its eyes."""
    tx.execute(ALONE)


def acts(tx: Connection, *, after: int, until: int, limit: int) -> Sequence[Act]:
    """Acts by id."""
    rows = tx.execute(ACTS, {"after": after, "until": until, "limit": limit})
    return [Act._make(row) for row in rows.all()]


def links(connection: Connection, *, after: int, limit: int) -> Sequence[Link]:
    """Links by number."""
    return [Link._make(row) for row in connection.execute(LINKS, {"after": after, "limit": limit}).all()]


def add(tx: Connection, made: Sequence[Link], *, now: datetime) -> None:
    """Write links. A link or an act that has one already breaks a unique key, and nothing is written."""
    columns = {name: [getattr(one, name) for one in made] for name in Link._fields}
    tx.execute(ADD, {**columns, "now": now})
