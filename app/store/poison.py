"""Reports that were set aside: sealed before they reach the disk, gone after 30 days, opened by their replay alone."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.rules.positions import Report, SetAside
from app.store.identity import NONCE_BYTES, IdentityKeys

POISON = uuid5(NAMESPACE_URL, "zhifang:poison")


class SealedReport(NamedTuple):
    """A report as its row keeps it. The same report of the same request gives the same id."""

    id: UUID
    reason: str
    body: bytes
    key_version: int


def seal_reports(
    keys: IdentityKeys, subject_id: UUID, request_id: UUID, set_aside: Sequence[SetAside]
) -> tuple[SealedReport, ...]:
    """Seal each report with its subject's id, so that it opens only as that subject's."""
    return tuple(
        SealedReport(
            uuid5(POISON, f"{subject_id}|{request_id}|{aside.report.id}|{aside.report.recorded_at.isoformat()}"),
            aside.reason,
            _sealed(keys, subject_id, msgspec.json.encode(aside.report)),
            keys.current,
        )
        for aside in set_aside
    )


def unseal_report(keys: IdentityKeys, subject_id: UUID, body: bytes, key_version: int) -> Report:
    """The report behind a sealed body. Raises `InvalidTag` where body, key or subject do not belong together."""
    nonce, sealed = body[:NONCE_BYTES], body[NONCE_BYTES:]
    plain = AESGCM(keys.sealing[key_version]).decrypt(nonce, sealed, _context(subject_id))
    return msgspec.json.decode(plain, type=Report)


def _sealed(keys: IdentityKeys, subject_id: UUID, body: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(keys.sealing[keys.current]).encrypt(nonce, body, _context(subject_id))


def _context(subject_id: UUID) -> bytes:
    """What ties a body to this table and this person: an identity number's cipher does not open as a report."""
    return b"poison|" + subject_id.bytes
