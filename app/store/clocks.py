"""What phones proved about their clocks: for each boot, how far ours is from the phone's."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

KNOWN = text("SELECT offset_s FROM clock_proofs WHERE subject_id = :subject_id AND boot_id = :boot_id")

# What a statement reads it reads as it was before it wrote: the answer is what earlier requests proved.
HEAR = text(
    """
    WITH proved AS (
        INSERT INTO clock_proofs AS c (subject_id, boot_id, offset_s, proved_at)
        VALUES (:subject_id, :boot_id, :offset_s, :now)
        ON CONFLICT (subject_id, boot_id) DO UPDATE SET offset_s = excluded.offset_s, proved_at = excluded.proved_at
        WHERE excluded.offset_s < c.offset_s
    )
    SELECT offset_s FROM clock_proofs WHERE subject_id = :subject_id AND boot_id = :boot_id
    """
)


def proven_offset_s(tx: Connection, subject_id: UUID, boot_id: str | None) -> float | None:
    """Our clock minus the phone's in seconds, as earlier requests of that boot proved; None where none did."""
    if boot_id is None:
        return None
    return tx.execute(KNOWN, {"subject_id": subject_id, "boot_id": boot_id}).scalar_one_or_none()


def hear(
    tx: Connection, subject_id: UUID, boot_id: str | None, sent_at: datetime | None, *, now: datetime
) -> float | None:
    """Like `proven_offset_s`, and what a request that says when it was sent proves is noted for those to come.

    The smallest offset counts: what a request spends on its way only ever adds to it. At most one statement.
    """
    if boot_id is None or sent_at is None:
        return proven_offset_s(tx, subject_id, boot_id)
    offset_s = (now - sent_at).total_seconds()
    values = {"subject_id": subject_id, "boot_id": boot_id, "offset_s": offset_s, "now": now}
    return tx.execute(HEAR, values).scalar_one_or_none()
