"""Stored reasons as the sentences that people read."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.rules.wording import SENTENCES, sentence


def sentence_of(stored: Mapping[str, Any], *, today: date | None = None, **more: str) -> str | None:
    """The sentence of a reason as rows keep it, with `more` for its placeholders; None for a code that has none.

    With `today`, for a page, days near it are called 今天, 昨天 and 明天.

    A code may have lost its sentence by a later release: what was stored with it must still be shown, somehow.
    """
    if stored["code"] not in SENTENCES:
        return None
    return sentence(stored["code"], {**stored["params"], **more}, today=today)
