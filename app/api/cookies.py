"""Sessions in cookies are the pages' own: the interfaces know their callers by tokens, and neither read nor set any."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

INTERFACES = ("/api/", "/health/")


class PagesSessions(SecureCookieSessionInterface):
    """Flask's own sessions, which cost nothing where they are not used."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a page's cookie; an empty one for the interfaces."""
        return self.session_class() if request.path.startswith(INTERFACES) else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing is written where nobody looked into an empty session."""
        if session or session.modified or session.accessed:
            super().save_session(app, session, response)
