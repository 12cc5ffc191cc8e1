"""Take a batch of positions from a phone: date them, set aside what is no fix, let the gate decide, give a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import Actor
from app.rules.positions import Report, SetAside, sort_out
from app.rules.timing import Sending, observed_offset_s
from app.store import clocks, identity, poison, positions
from app.store.positions import BatchReceipt


@dataclass(frozen=True, slots=True)
class ReportPositions:
    """The command: reports with coordinates in WGS-84, and what the phone says of its clocks."""

    request_id: UUID
    body_hash: bytes
    reports: Sequence[Report]
    sent_at: datetime | None = None
    sent_elapsed_ms: int | None = None
    boot_id: str | None = None


def report_positions(
    connection: Connection, actor: Actor, command: ReportPositions, settings: Settings, *, now: datetime
) -> BatchReceipt:
    """Store what a power covers; one writing statement, so the connection may be in autocommit.

    A repeated request gets the first receipt again. Conflict `id_reused` where its id was used for another body.
    """
    subject_id = actor.id
    if subject_id is None:
        raise NotAllowed("not_allowed")
    known_s = clocks.proven_offset_s(connection, subject_id, command.boot_id)
    sending = Sending(now, command.sent_at, command.sent_elapsed_ms, command.boot_id, known_s)
    found = sort_out(command.reports, sending)
    batch = positions.Batch(
        subject_id=subject_id,
        request_id=command.request_id,
        body_hash=command.body_hash,
        usable=found.usable,
        set_aside=found.set_aside,
        sealed=_sealed(settings, subject_id, command, found.set_aside),
        doubled=found.doubled,
        received_at=now,
        sent_at=command.sent_at,
        boot_id=command.boot_id,
        offset_s=observed_offset_s(sending),
    )
    receipt = positions.store(connection, batch)
    if receipt is None:
        raise NotAllowed("session_ended")
    if receipt.body_hash != command.body_hash:
        raise Conflict("id_reused")
    return receipt


def _sealed(
    settings: Settings, subject_id: UUID, command: ReportPositions, set_aside: Sequence[SetAside]
) -> tuple[poison.SealedReport, ...]:
    if not set_aside:
        return ()
    return poison.seal_reports(identity.keys_of(settings), subject_id, command.request_id, set_aside)
