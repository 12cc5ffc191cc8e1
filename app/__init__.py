"""Zhifang: community correction, from the phone that checks in to the officer who is told."""
