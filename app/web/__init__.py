"""The same audiences in a browser: server-rendered pages over the same actions and queries."""

from app.web.register import register_pages

__all__ = ["register_pages"]
