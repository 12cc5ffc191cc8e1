"""The fingerprint of a body: a repeated request is told from an id that is used for something else."""

import json
from hashlib import sha256
from typing import Any

from flask import request

TRANSPORT = frozenset({"sent_at", "sent_elapsed_ms", "boot_id", "recorded_elapsed_ms"})
"""What a phone writes anew each time it sends the same event, or must leave out once it has booted again."""


def body_hash() -> bytes:
    """SHA-256 of the request's JSON without what differs from one sending to the next."""
    kept = _event(request.get_json(silent=True) or {})
    return sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()).digest()


def _event(content: Any) -> Any:
    """The content without transport fields, also in the events of a batch."""
    if isinstance(content, dict):
        return {key: _event(value) for key, value in content.items() if key not in TRANSPORT}
    return [_event(value) for value in content] if isinstance(content, list) else content
