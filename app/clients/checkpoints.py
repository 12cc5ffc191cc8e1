"""The file outside the database in which the heads of the audit's chain are noted, one JSON line each."""

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from app.rules.audit_chain import Checkpoints, Head


def line(head: Head, *, at: datetime) -> str:
    """A checkpoint as it is noted."""
    return json.dumps({"at": at.isoformat(), "link": head.seq, "hash": head.hash.hex()})


def note(file: Path, head: Head, *, at: datetime) -> None:
    """Add one line, on disk before this returns. OSError where the file cannot be written."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(descriptor, line(head, at=at).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(lines: Iterable[str]) -> Checkpoints:
    """The checkpoints of such a file. ValueError names the line that is none."""
    found: dict[int, set[bytes]] = defaultdict(set)
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            noted = json.loads(text)
            found[int(noted["link"])].add(bytes.fromhex(noted["hash"]))
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"line {number} is no checkpoint") from None
    return Checkpoints({seq: frozenset(hashes) for seq, hashes in found.items()})
