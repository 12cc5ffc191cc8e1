"""What is known of whether a record tells of something that was really done; another room judges it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from app.models.visit import RecordProof


@dataclass(frozen=True)
class Proof:
    """The verdict (`proven`, `contradicted`, `unknown`) and each check with its own: code, verdict, params."""

    verdict: str
    checks: tuple[dict[str, Any], ...]
    judged_at: datetime


def proof_of(connection: Connection, record_id: UUID) -> Proof | None:
    """Of a record that the caller found within reach; None while nothing has judged it."""
    row = connection.execute(
        select(RecordProof.verdict, RecordProof.checks, RecordProof.judged_at).where(RecordProof.record_id == record_id)
    ).one_or_none()
    return Proof(row.verdict, tuple(row.checks), row.judged_at) if row else None
