"""Sentences about receipts."""

SENTENCES: dict[str, str] = {}
