"""Which schema this code was written for."""

HEAD = "0028"
"""The newest migration; a guard compares it with the folder."""
