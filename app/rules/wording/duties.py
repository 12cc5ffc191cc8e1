"""Sentences about duties."""

SENTENCES: dict[str, str] = {}
