"""What the fake FCM answers, in Google's own format, and how an address alone chooses its answers."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

FIXED_DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
"""The Date of every answer unless scripted: the fake has no clock, so that its answers repeat to the last byte."""

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"


@dataclass(frozen=True)
class Answer:
    """One answer. `cut` closes the connection before a byte or within the body; `body` replaces Google's own."""

    status: int = 200
    fcm_code: str | None = None
    retry_after: str | None = None
    date: str | None = FIXED_DATE
    delay_s: float = 0.0
    cut: Literal["no", "before", "within"] = "no"
    body: bytes | None = None
    location: str | None = None

    @property
    def reaches_phone(self) -> bool:
        """Whether FCM took the message, even if its answer came late or was torn off."""
        return self.status == 200 and self.cut != "before"

    def error_body(self) -> bytes:
        """Google's error format, with FCM's own code in the details where there is one."""
        name = STATUS_NAMES.get(self.status, "UNKNOWN")
        error: dict[str, object] = {"code": self.status, "message": f"Scripted {name}.", "status": name}
        if self.fcm_code is not None:
            error["details"] = [{"@type": FCM_ERROR, "errorCode": self.fcm_code}]
        return json.dumps({"error": error}).encode()


OK = Answer()
UNREGISTERED = Answer(404, "UNREGISTERED")
INVALID = Answer(400, "INVALID_ARGUMENT")
MISMATCH = Answer(403, "SENDER_ID_MISMATCH")
UNAVAILABLE = Answer(503, "UNAVAILABLE")
CUT = Answer(cut="within")
DEAD = Answer(cut="before")


def quota(retry_after: str | None = None) -> Answer:
    """429, with the Retry-After header as given."""
    return Answer(429, "QUOTA_EXCEEDED", retry_after=retry_after)


def unavailable(retry_after: str | None = None) -> Answer:
    """503, with the Retry-After header as given."""
    return Answer(503, "UNAVAILABLE", retry_after=retry_after)


def slow(seconds: float) -> Answer:
    """200, but only after so many seconds. FCM has taken the message all the same."""
    return Answer(delay_s=seconds)


@dataclass(frozen=True)
class Plan:
    """The answers of one address, call after call. After the last one it stays there, or starts again with `cycle`."""

    answers: tuple[Answer, ...]
    cycle: bool = False

    def at(self, call: int) -> Answer:
        """The answer to the call of that number, counted from 0."""
        last = len(self.answers) - 1
        return self.answers[call % len(self.answers) if self.cycle else min(call, last)]


FLAKY = Plan((OK, UNAVAILABLE), cycle=True)
"""Calls 2, 4, ... get a 503."""

_PREFIX = re.compile(r"([a-z]+)(\d+)?[-:]")
_BY_PREFIX: dict[str, Callable[[str | None], Plan]] = {
    "unregistered": lambda _: Plan((UNREGISTERED,)),
    "invalid": lambda _: Plan((INVALID,)),
    "mismatch": lambda _: Plan((MISMATCH,)),
    "quota": lambda number: Plan((quota(number),)),
    "unavailable": lambda number: Plan((unavailable(number),)),
    "slow": lambda number: Plan((slow(float(number or "1")),)),
    "cut": lambda _: Plan((CUT,)),
    "dead": lambda _: Plan((DEAD,)),
    "flaky": lambda _: FLAKY,
}


def plan_of_address(address: str) -> Plan:
    """The plan that an address names by its beginning, as in `flaky-a`, `slow3-b`, `quota2-c`; else always 200.

    The number is the Retry-After of `quota` and `unavailable` and the seconds of `slow`.
    """
    found = _PREFIX.match(address)
    choose = _BY_PREFIX.get(found[1]) if found else None
    return choose(found[2]) if found and choose else Plan((OK,))
