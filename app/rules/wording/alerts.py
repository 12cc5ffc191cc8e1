"""Sentences about alerts."""

SENTENCES: dict[str, str] = {}
