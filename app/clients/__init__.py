"""Doors out: one file or family of files for each vendor we speak to."""
