"""What log-ins send and get, for phones and offices alike."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from marshmallow import fields, post_load

from app.access.log_in import a_caller
from app.api.context import deps
from app.api.errors import NotLoggedIn
from app.api.fields import Body, Instant, choice, text
from app.rules.devices import Device, group_name
from app.rules.errors import NotAllowed
from app.rules.sessions import Caller

Answer = TypeVar("Answer")

PLATFORMS = ("android", "ios", "harmonyos", "other")


class DeviceBody(Body):
    """The phone on which somebody logs in. `id` is made once, at installation."""

    id = fields.UUID(required=True)
    platform = choice(PLATFORMS, required=True)
    model = text(100, load_default=None, allow_none=True)
    app_version = text(40, load_default=None, allow_none=True)
    push_token = text(
        4096,
        load_default=None,
        allow_none=True,
        metadata={"description": "Address at the push service. It leaves whoever had it; log-out retires it."},
    )

    maker = text(60, load_default=None, allow_none=True, metadata={"description": "Who made the phone."})
    carrier = text(
        60,
        load_default=None,
        allow_none=True,
        metadata={"description": "Whose network the phone uses, by name or code. It tells an outage of many apart."},
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Device:
        """The device as a value."""
        named = {"maker": group_name(data["maker"]), "carrier": group_name(data["carrier"])}
        return Device(**{**data, **named})


class ProofBody(Body):
    """What every log-in sends, beside its device."""

    login = text(64, required=True)
    password = text(128, required=True, load_only=True)
    device_token = text(
        2000,
        load_default=None,
        allow_none=True,
        metadata={"description": "Of the last log-in here: others' failures then do not delay this one."},
    )


class RefreshBody(Body):
    """A refresh token, good for one exchange."""

    refresh_token = text(2000, required=True)


class TokensAnswer(Body):
    """An access token for requests, and the refresh token that is exchanged for the next pair."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds until the access token ends."})
    session_expires_at = Instant(
        required=True, metadata={"description": "Without an exchange until then one has to log in again."}
    )
    device_token = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Keep it on this device, also after logging out, and send it with the next log-in. It opens "
            "nothing. null in the answer to an exchange: the one of the log-in goes on counting."
        },
    )


def or_not_logged_in(log_in: Callable[[], Answer]) -> Answer:
    """The answer of a log-in or exchange; where it is not allowed, the caller is not logged in (401)."""
    try:
        return log_in()
    except NotAllowed as error:
        raise NotLoggedIn(error.code, error.params) from error


def caller(audience: str, device_token: str | None = None) -> Caller:
    """Where the request comes from, as far as is known: behind proxies that are not trusted that is the nearest one."""
    return a_caller(deps(), audience, request.remote_addr or "", device_token)
