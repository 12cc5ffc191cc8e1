"""What an answer of FCM other than 200 means for the outbox, in short and stable codes without personal data."""

import json
from collections.abc import Mapping
from typing import Any

from app.clients.push import PushOutcome, Rejected, Retry, Unregistered
from app.clients.retry_after import seconds_asked

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
UNREGISTERED = "UNREGISTERED"

_RETRIED = {401: "not_signed_in", 429: "quota", 503: "unavailable"}
_PERMANENT = {400: "invalid_argument", 403: "permission_denied", 404: "not_found"}


def outcome_of(status: int, headers: Mapping[str, str], body: bytes) -> PushOutcome:
    """The outcome for an HTTP answer that is not a success.

    Only FCM itself can give up an address or a message for good: a 400, 403 or 404 whose body is not Google's error
    format comes from something on the way (a proxy, a login page of a network) and is tried again.
    """
    error = _google_error(body)
    if error is not None and status in _PERMANENT:
        code = _fcm_code(error)
        if code == UNREGISTERED:
            return Unregistered()
        return Rejected("sender_mismatch" if code == "SENDER_ID_MISMATCH" else _PERMANENT[status])
    if status in _PERMANENT:
        return Retry(None, "foreign_answer")
    return Retry(seconds_asked(headers), _RETRIED.get(status, "server_error" if status >= 500 else "unexpected_status"))


def _google_error(body: bytes) -> dict[str, Any] | None:
    """The `error` object of Google's error format, None for any other body."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return None
    error = parsed.get("error") if isinstance(parsed, dict) else None
    return error if isinstance(error, dict) and isinstance(error.get("status"), str) else None


def _fcm_code(error: dict[str, Any]) -> str | None:
    """The code that FCM adds to Google's general status, None where it added none."""
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and detail.get("@type") == FCM_ERROR:
            return str(detail.get("errorCode"))
    return None
