"""Zones of one person: places that a court forbids (禁止令), and places to stay in at certain hours."""
