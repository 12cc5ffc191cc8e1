"""The one door to firebase-admin: sends a push through FCM's HTTP v1 interface, and says what became of it."""

from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from app.clients.push import PushMessage, PushOutcome, PushTarget, Retry, Sent
from app.clients.push_fcm_account import loopback_origin, read_account
from app.clients.push_fcm_answers import outcome_of

if TYPE_CHECKING:
    from requests import Session

FCM_ORIGIN = "https://fcm.googleapis.com"
_NUMBERS = count(1)


class FcmChannel:
    """A PushChannel over firebase-admin. May be shared by threads; close it, or use it in a `with` block.

    `send` takes one try: `timeout_s` holds for each connect and each read, of the log-in (about once an hour) and of
    the message. It does not bound the look-up of names, and a host with several addresses is tried at each of them.
    """

    def __init__(self, credentials_path: str | Path, base_url: str | None = None, timeout_s: float = 5.0) -> None:
        """Read the service account; nothing is sent yet. Takes half a second, for it loads firebase-admin.

        `base_url` leads to a fake on this machine instead of Google, and is refused for any other host. Raises
        SettingsError for a credentials file or a `base_url` that cannot be used.
        """
        loopback = base_url is not None
        origin = loopback_origin(base_url) if base_url is not None else FCM_ORIGIN
        account = read_account(credentials_path, loopback=loopback)

        import firebase_admin

        from app.clients.push_fcm_login import SingleTryLogin, single_try

        self._login = SingleTryLogin(account, loopback=loopback, timeout_s=timeout_s)
        options = {"projectId": account.project_id, "httpTimeout": timeout_s}
        # A name of its own: firebase-admin keeps its apps in one table for the whole process.
        self._app = firebase_admin.initialize_app(self._login, options, name=f"push-{next(_NUMBERS)}")
        self._session = _open_service(self._app, origin)
        single_try(self._session, loopback=loopback)

    def send(self, target: PushTarget, message: PushMessage) -> PushOutcome:
        """Hand one message to FCM, once. Never raises for what FCM or the network does, and never waits to retry."""
        from firebase_admin import exceptions, messaging
        from requests import JSONDecodeError

        from app.clients.push_fcm_login import LoginFailed

        encoded = _encode(target, message)
        try:
            return Sent(str(messaging.send(encoded, app=self._app)))
        except LoginFailed as failed:
            return Retry(failed.after_s, failed.error_code)
        except exceptions.FirebaseError as error:
            answer = error.http_response
            if answer is not None:
                return outcome_of(answer.status_code, answer.headers, answer.content)
            if isinstance(error.cause, JSONDecodeError):
                return Retry(None, "foreign_answer")
            return Retry(None, "timeout" if isinstance(error, exceptions.DeadlineExceededError) else "connection")
        except (AttributeError, KeyError, TypeError, UnicodeDecodeError):
            # firebase-admin takes JSON of another shape than Google's (a proxy's, say) apart without looking.
            return Retry(None, "foreign_answer")

    def close(self) -> None:
        """Close the connections and give the app's name back to firebase-admin."""
        import firebase_admin

        self._session.close()
        self._login.close()
        firebase_admin.delete_app(self._app)

    def __enter__(self) -> Self:
        """The channel itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the channel."""
        self.close()


def _encode(target: PushTarget, message: PushMessage) -> Any:
    """The message as firebase-admin takes it: data only, so that nothing is shown before the app has asked us."""
    from firebase_admin import messaging

    android = messaging.AndroidConfig(collapse_key=message.collapse_key, priority="high")
    encoded = messaging.Message(data={"n": str(message.notice_id)}, android=android)
    if target.kind == "fid":
        encoded.fid = target.address
    else:
        # Set afterwards: only the constructor's argument is deprecated, and phones still register with tokens.
        encoded.token = target.address
    return encoded


def _open_service(app: Any, origin: str) -> "Session":
    """The HTTP session of the app's messaging service, which is pointed at `origin`.

    firebase-admin offers no setting for this, so private names are used; they are checked first, because a name that
    moved would send a fake's messages to Google. Set on the instance: other channels keep their own address.
    """
    from firebase_admin import messaging

    service = messaging._get_messaging_service(app)
    address = getattr(service, "_fcm_url", "")
    if not address.startswith(f"{FCM_ORIGIN}/v1/projects/"):
        raise RuntimeError("this release of firebase-admin keeps the address of FCM elsewhere: see push_fcm.py")
    service._fcm_url = origin + address.removeprefix(FCM_ORIGIN)
    session: Session = service._client.session
    return session
