"""Logging in at Google's token endpoint, one try a call. Loaded only together with a channel, for the imports are slow.

google-auth's own service-account credentials sleep and try again inside the caller's thread, write the signed assertion
to the debug log, and after the log-in ask another Google service about regions from a thread of their own. They are
kept here for the signing alone; the base class, which does none of this, is what the session sees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from google.auth import credentials
from google.auth.exceptions import GoogleAuthError
from google.oauth2 import service_account
from requests.adapters import HTTPAdapter

from app.clients.push_fcm_account import ServiceAccount
from app.clients.retry_after import seconds_asked
from app.config import SettingsError

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
"""The least that sending needs; firebase-admin by itself would ask for six wider ones."""


class LoginFailed(Exception):
    """No access token was had. Holds our error code and the seconds that the endpoint asked us to wait, if any."""

    def __init__(self, error_code: str, after_s: float | None = None) -> None:
        super().__init__(error_code)
        self.error_code = error_code
        self.after_s = after_s


def single_try(session: requests.Session, *, loopback: bool, pool_size: int = 16) -> None:
    """Make a session send each request once: no retry, no redirect. On loopback no proxy and no .netrc either."""
    session.max_redirects = 0
    session.trust_env = not loopback
    for prefix in [*session.adapters, "https://", "http://"]:
        session.mount(prefix, HTTPAdapter(pool_maxsize=pool_size, max_retries=0))


@dataclass(frozen=True)
class _Answer:
    """An answer in the shape that google-auth reads."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class SingleTryLogin(credentials.Credentials):
    """Service-account credentials whose `refresh` asks once and raises nothing but LoginFailed."""

    def __init__(self, account: ServiceAccount, *, loopback: bool, timeout_s: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._account = _signer(account)
        self._timeout_s = timeout_s
        self._session = requests.Session()
        single_try(self._session, loopback=loopback)

    def refresh(self, request: object) -> None:  # noqa: ARG002 - the base class gives the signature
        """Fetch a new access token. `request`, the caller's own transport, retries and is not used."""
        try:
            self._account.refresh(self._ask)  # type: ignore[no-untyped-call]
        except requests.Timeout:
            raise LoginFailed("login_timeout") from None
        except requests.RequestException:
            raise LoginFailed("login_connection") from None
        except (GoogleAuthError, ValueError, TypeError, KeyError, AttributeError):
            # What google-auth raises for a 200 whose body holds no token depends on the body's shape.
            raise LoginFailed("login_unreadable") from None
        self.token = self._account.token
        self.expiry = self._account.expiry

    def close(self) -> None:
        """Close the connections to the token endpoint."""
        self._session.close()

    def _ask(self, url: str, method: str, body: bytes, headers: Mapping[str, str], **_: Any) -> _Answer:
        """One request for google-auth. An error is raised here, before google-auth could sleep on it."""
        answer = self._session.request(method, url, data=body, headers=headers, timeout=self._timeout_s)
        if answer.status_code != requests.codes.ok:
            refused = 400 <= answer.status_code < 500 and answer.status_code != requests.codes.too_many_requests
            raise LoginFailed("login_refused" if refused else "login_unavailable", seconds_asked(answer.headers))
        return _Answer(answer.status_code, answer.headers, answer.content)


def _signer(account: ServiceAccount) -> service_account.Credentials:
    """google-auth's credentials over the account's key. Raises SettingsError where the key cannot be read."""
    read: Callable[..., service_account.Credentials] = service_account.Credentials.from_service_account_info
    try:
        return read(account.info, scopes=[SCOPE])
    except (ValueError, TypeError):
        raise SettingsError(["the private key in the FCM credentials cannot be read"]) from None
