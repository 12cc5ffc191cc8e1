"""Take a batch of positions from a phone: date them, set aside what is no fix, let the gate decide, give a receipt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import Actor
from app.rules.positions import FUTURE_TIME, Report, SetAside, sort_out
from app.rules.timing import Sending, observed_offset_s
from app.store import clocks, identity, poison, positions, rejudging
from app.store.positions import BatchReceipt

__all__ = ["BatchReceipt", "ReportPositions", "report_positions"]


@dataclass(frozen=True, slots=True)
class ReportPositions:
    """The command: reports with coordinates in WGS-84, and what the phone says of its clocks.

    `client` is what sent them: our own app, or another maker's.
    """

    request_id: UUID
    body_hash: bytes
    reports: Sequence[Report]
    sent_at: datetime | None = None
    sent_elapsed_ms: int | None = None
    boot_id: str | None = None
    client: str = poison.MOBILE
    hash_of_old: Callable[[], bytes] | None = None

    def is_of(self, receipt: BatchReceipt) -> bool:
        """Whether the receipt was given for these reports.

        `hash_of_old` is what the first release wrote for the same body: a request that is sent again after an update
        is still the same request.
        """
        if receipt.body_hash == self.body_hash:
            return True
        return self.hash_of_old is not None and receipt.body_hash == self.hash_of_old()


def report_positions(
    connection: Connection, actor: Actor, command: ReportPositions, settings: Settings, *, now: datetime
) -> BatchReceipt:
    """Store what a power covers; one writing statement, so the connection may be in autocommit.

    The same statement looks whether the actor's session still holds: NotAllowed `session_ended` where it does not.
    A repeated request gets the first receipt again. Conflict `id_reused` where its id was used for another body.
    """
    subject_id = actor.id
    if subject_id is None:
        raise NotAllowed("not_allowed")
    sending = Sending(now, command.sent_at, command.sent_elapsed_ms, command.boot_id)
    found = sort_out(command.reports, sending)
    if found.by_word and command.boot_id is not None:
        known_s = clocks.proven_offset_s(connection, subject_id, command.boot_id)
        sending = replace(sending, proven_offset_s=known_s)
        found = sort_out(command.reports, sending)
    sealed = _sealed(settings, subject_id, command, found.set_aside)
    if command.client != poison.MOBILE and sealed:
        # The gate keeps them as our own app's. Their ids are derived: should the gate fail now, a repeat adds nothing.
        poison.keep_reports(connection, subject_id, command.client, sealed, now=now)
        sealed = ()
    batch = positions.Batch(
        subject_id=subject_id,
        session_id=actor.session_id,
        request_id=command.request_id,
        body_hash=command.body_hash,
        usable=found.usable,
        set_aside=found.set_aside,
        sealed=sealed,
        doubled=found.doubled,
        received_at=now,
        sent_at=command.sent_at,
        boot_id=command.boot_id,
        offset_s=observed_offset_s(sending),
    )
    receipt = positions.store(connection, batch)
    if receipt is None:
        raise NotAllowed("session_ended")
    if not command.is_of(receipt):
        raise Conflict("id_reused")
    if any(aside.reason == FUTURE_TIME for aside in found.set_aside):
        rejudging.mark(connection, [subject_id], now)  # seldom: a person is asked to look at the clock
    return receipt


def _sealed(
    settings: Settings, subject_id: UUID, command: ReportPositions, set_aside: Sequence[SetAside]
) -> tuple[poison.SealedReport, ...]:
    if not set_aside:
        return ()
    return poison.seal_reports(identity.keys_of(settings), subject_id, command.request_id, set_aside)
