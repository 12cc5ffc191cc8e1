"""What is kept of whether a record proves what it tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class KeepProof:
    """The verdict of a record, check by check; a later one, from later evidence, takes its place.

    `look_again_at` is when it is judged next, whether evidence came or not; None where it stays as it is.
    """

    record_id: UUID
    verdict: str
    checks: tuple[Mapping[str, Any], ...]
    at: datetime
    look_again_at: datetime | None = None
