"""What robots' answers mean for the outbox. They say 200 to everything: whether it was taken stands in the body.

Apprise looks at the status alone, and would call a message sent that the robot threw away.
"""

import json
from typing import Any

from app.clients.push import PushOutcome, Rejected, Retry, Sent, Unregistered
from app.clients.push_apprise_post import Heard
from app.clients.retry_after import seconds_asked
from app.rules.channels import Schema

OFTEN_S = 60.0
"""Robots take twenty messages a minute, and say nothing of when the next one is welcome."""

CODE_FIELDS = {
    Schema.DINGTALK: ("errcode",),
    Schema.WECOM: ("errcode",),
    Schema.FEISHU: ("code", "StatusCode"),
}
GONE = {
    Schema.DINGTALK: {300001, 400013, 400101, 400102, 400106},
    Schema.WECOM: {93000},
    Schema.FEISHU: {19001, 19002, 19005},
}
"""The robot, its group or its token is no more."""
SECURITY = {Schema.DINGTALK: {310000}, Schema.WECOM: set[int](), Schema.FEISHU: {19021, 19022, 19024}}
"""Keyword, signature or list of addresses of the robot do not fit: only its owner can change that."""
TOO_OFTEN = {Schema.DINGTALK: {130101, 410100}, Schema.WECOM: {45009}, Schema.FEISHU: {11232}}
REFUSED = {
    Schema.DINGTALK: {40035, 400105, 430101, 430102, 430103, 430104},
    Schema.WECOM: {40008, 40058},
    Schema.FEISHU: {9499},
}
"""The message itself is not taken."""


def outcome_of(schema: Schema, heard: Heard) -> PushOutcome:
    """What became of a message for a robot."""
    if heard.fault == "address_refused":
        return Rejected("address_refused")
    if heard.status is None:
        return Retry(None, heard.fault or "connection")
    if heard.status in {429, 503}:
        return Retry(seconds_asked(heard.headers), "quota" if heard.status == 429 else "unavailable")
    if schema in {Schema.JSON, Schema.JSONS}:
        return _plain(heard.status)
    return _by_code(schema, heard)


def _plain(status: int) -> PushOutcome:
    """A robot within the house: any 2xx is a success, 410 says that it is gone for good."""
    if 200 <= status < 300:
        return Sent("taken")
    return Unregistered() if status == 410 else Retry(None, "server_error" if status >= 500 else "unexpected_status")


def _by_code(schema: Schema, heard: Heard) -> PushOutcome:
    code = _code(schema, heard.content)
    if code is None:
        return Retry(None, "server_error" if (heard.status or 0) >= 500 else "foreign_answer")
    if code == 0:
        return Sent("taken")
    if code in GONE[schema]:
        return Unregistered()
    if code in SECURITY[schema]:
        return Rejected("keyword_or_sign")
    if code in REFUSED[schema]:
        return Rejected("refused_by_vendor")
    return Retry(OFTEN_S, "quota") if code in TOO_OFTEN[schema] else Retry(None, "vendor_error")


def _code(schema: Schema, content: bytes) -> int | None:
    """The vendor's own code; None where somebody else answered (a proxy, a log-in page of a network)."""
    try:
        told: Any = json.loads(content)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    return next((told[name] for name in CODE_FIELDS[schema] if isinstance(told.get(name), int)), None)
