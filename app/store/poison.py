"""Reports that were set aside: sealed before they reach the disk, gone after 30 days, opened by their replay alone."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from app.rules.positions import Report, SetAside
from app.store.sealing import Keys, Purpose, Sealed, open_sealed, seal

POISON = uuid5(NAMESPACE_URL, "zhifang:poison")


class SealedReport(NamedTuple):
    """A report as its row keeps it. The same report of the same request gives the same id."""

    id: UUID
    reason: str
    body: bytes
    key_version: int


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
