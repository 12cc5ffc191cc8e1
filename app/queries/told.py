"""Stored reasons as the sentences that people read."""

from collections.abc import Mapping
from typing import Any

from app.rules.wording import SENTENCES, sentence


def sentence_of(stored: Mapping[str, Any], **more: str) -> str | None:
    """The sentence of a reason as rows keep it, with `more` for its placeholders; None for a code that has none.

    A code may have lost its sentence by a later release: what was stored with it must still be shown, somehow.
    """
    if stored["code"] not in SENTENCES:
        return None
    return sentence(stored["code"], {**stored["params"], **more})
