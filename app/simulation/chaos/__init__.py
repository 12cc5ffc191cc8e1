"""Faults under load: the real service is harmed at random moments, and what it promised is counted."""
