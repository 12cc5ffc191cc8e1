"""Replay: days of a county from a file of dated events, through the real service with a clock that can be moved."""
