"""The SQL of the write path: facts in, effects out, and the only commit."""
