"""What was set aside: sealed before it reaches the disk, gone after 30 days, opened by its replay alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from sqlalchemy import Connection, text

from app.rules.facts import PoisonForm
from app.rules.positions import Report, SetAside
from app.store.sealing import Keys, Purpose, Sealed, open_sealed, seal

POISON = uuid5(NAMESPACE_URL, "zhifang:poison")
MOBILE = "mobile"
"""The client of our own app."""

KEEP = text(
    """
    INSERT INTO poison (id, subject_id, received_at, client, form, reason, body_cipher, key_version)
    VALUES (:id, :subject_id, :received_at, :client, :form, :reason, :body, :key_version)
    ON CONFLICT DO NOTHING
    """
)

CLAIM = text(
    """
    SELECT id, subject_id, received_at, client, form, reason, body_cipher, key_version FROM poison
    WHERE replayed_at IS NULL AND id > :after AND (CAST(:client AS text) IS NULL OR client = :client)
      AND (CAST(:since AS timestamptz) IS NULL OR received_at >= :since)
    ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    """
)
SETTLE = text("UPDATE poison SET replayed_at = :now WHERE id = :id AND replayed_at IS NULL")
STILL = text("UPDATE poison SET reason = :reason WHERE id = :id AND reason <> :reason")


class SealedReport(NamedTuple):
    """A report as its row keeps it. The same report of the same request gives the same id."""

    id: UUID
    reason: str
    body: bytes
    key_version: int


@dataclass(frozen=True)
class Message:
    """A message that could not be read, as it came: `content` is what its reader needs to read it once more.

    `id` is derived from it, so that a message that is sent again is kept once.
    """

    id: UUID
    reason: str
    content: bytes


@dataclass(frozen=True)
class Opened:
    """A sealed body that was opened to be replayed. Bytes of a message, or a report."""

    id: UUID
    subject_id: UUID
    received_at: datetime
    client: str
    form: PoisonForm
    reason: str
    content: bytes

    def report(self) -> Report:
        """The report that it holds."""
        return msgspec.json.decode(self.content, type=Report)


def seal_reports(
    keys: Keys, subject_id: UUID, request_id: UUID, set_aside: Sequence[SetAside]
) -> tuple[SealedReport, ...]:
    """Seal each report with its subject's id, so that it opens only as that subject's."""
    return tuple(
        SealedReport(
            uuid5(POISON, f"{subject_id}|{request_id}|{aside.report.id}|{aside.report.recorded_at.isoformat()}"),
            aside.reason,
            seal(keys, Purpose.POISON, subject_id, msgspec.json.encode(aside.report)).cipher,
            keys.current,
        )
        for aside in set_aside
    )


def unseal_report(keys: Keys, subject_id: UUID, body: bytes, key_version: int) -> Report:
    """The report behind a sealed body. Raises `InvalidTag` where body, key or subject do not belong together."""
    plain = open_sealed(keys, Purpose.POISON, subject_id, Sealed(key_version, body))
    return msgspec.json.decode(plain, type=Report)


def keep_reports(
    connection: Connection, subject_id: UUID, client: str, reports: Sequence[SealedReport], *, now: datetime
) -> None:
    """Write what a client's batch held beside fixes. Each once, however often it is sent."""
    common = {"subject_id": subject_id, "received_at": now, "client": client, "form": PoisonForm.REPORT.value}
    connection.execute(
        KEEP,
        [
            {**common, "id": one.id, "reason": one.reason, "body": one.body, "key_version": one.key_version}
            for one in reports
        ],
    )


def keep_messages(
    connection: Connection, keys: Keys, subject_id: UUID, client: str, messages: Sequence[Message], *, now: datetime
) -> int:
    """Seal and write messages that could not be read; how many of them were not there before."""
    common = {"subject_id": subject_id, "received_at": now, "client": client, "form": PoisonForm.MESSAGE.value}
    kept = 0
    for message in messages:
        sealed = seal(keys, Purpose.POISON, subject_id, message.content)
        row = {"id": message.id, "reason": message.reason, "body": sealed.cipher, "key_version": sealed.version}
        kept += connection.execute(KEEP, {**common, **row}).rowcount
    return kept


def claim(
    tx: Connection, keys: Keys, *, client: str | None, since: datetime | None, after: UUID, limit: int
) -> list[Opened]:
    """The next bodies that no replay has made use of, opened; held until the transaction ends."""
    rows = tx.execute(CLAIM, {"client": client, "since": since, "after": after, "limit": limit}).all()
    return [
        Opened(
            row.id,
            row.subject_id,
            row.received_at,
            row.client,
            PoisonForm(row.form),
            row.reason,
            open_sealed(keys, Purpose.POISON, row.subject_id, Sealed(row.key_version, bytes(row.body_cipher))),
        )
        for row in rows
    ]


def settle(tx: Connection, poison_id: UUID, *, now: datetime) -> None:
    """What it holds is where it belongs: no replay takes it up again."""
    tx.execute(SETTLE, {"id": poison_id, "now": now})


def still(tx: Connection, poison_id: UUID, reason: str) -> None:
    """It is of no use yet, for this reason."""
    tx.execute(STILL, {"id": poison_id, "reason": reason})
