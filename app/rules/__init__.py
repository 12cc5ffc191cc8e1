"""Pure rules: what the law and the local policy say about facts. No I/O, no clock, no randomness."""
