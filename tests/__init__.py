"""Tests, one folder for each floor; what they share (databases, builders) is imported from here."""
