"""The same audiences in a browser: server-rendered pages over the same actions and queries."""
