"""Which schema this code was written for."""

HEAD = "0038"
"""The newest migration; a guard compares it with the folder."""
