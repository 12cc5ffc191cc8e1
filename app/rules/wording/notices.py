"""Sentences about notices."""

SENTENCES: dict[str, str] = {}
