"""From what a message holds to the actions: reports to the gate, what is unreadable to the poison store."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from uuid import UUID, uuid5

import msgspec
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from app.actions import keep_unreadable as unreadable
from app.actions.authenticate import authenticate_phone
from app.actions.report_device_health import ReportDeviceHealth, report_device_health
from app.actions.report_positions import ReportPositions, report_positions
from app.api.auth import known
from app.api.context import deps
from app.api.trackers.guard import current_tracker
from app.api.trackers.messages import TOO_LARGE, Health, Held, Message, Poisoned
from app.metrics import POSITIONS, TRACKER_MESSAGES
from app.rules.positions import Report
from app.rules.trackers import Tracker

LARGEST_BATCH = 500
LONGEST_NAME = 200


def take(read: Callable[[Message], list[Held]]) -> None:
    """Read this request and settle all that it holds. Once this returns, the outcome is on disk.

    Each part is a statement or a transaction by itself and has a derived id: where the service is gone half-way, the
    client sends the message again and nothing is there twice.
    """
    tracker = current_tracker()
    held = _read(tracker, read)
    reports = [one for one in held if isinstance(one, Report)]
    others = [one for one in held if not isinstance(one, Report)]
    if others or not reports:
        _take_others(tracker, others)
    for number in range(0, len(reports), LARGEST_BATCH):
        _take_reports(tracker, reports[number : number + LARGEST_BATCH])


def command_of(tracker: Tracker, reports: Sequence[Report]) -> ReportPositions:
    """The command for some reports; the same reports always make the same request."""
    body_hash = sha256(msgspec.msgpack.encode(reports)).digest()
    return ReportPositions(
        request_id=uuid5(tracker.subject_id, body_hash.hex()),
        body_hash=body_hash,
        reports=reports,
        client=tracker.client.value,
    )


def _read(tracker: Tracker, read: Callable[[Message], list[Held]]) -> list[Held]:
    message = Message(
        client=tracker.client.value,
        subject_id=tracker.subject_id,
        name=tracker.name,
        datum=tracker.datum,
        content_type=request.mimetype,
        query=request.query_string,
        user=_header("X-Limit-U"),
        device=_header("X-Limit-D"),
    )
    try:
        body = request.get_data(cache=False)
        if request.content_length is None and len(body) == request.max_content_length:
            raise RequestEntityTooLarge  # it came in chunks, and the server cut it off
    except RequestEntityTooLarge:
        return [Poisoned(message, TOO_LARGE)]
    return read(msgspec.structs.replace(message, body=body))


def _header(name: str) -> str | None:
    value = request.headers.get(name)
    return value[:LONGEST_NAME] if value else None


def _take_reports(tracker: Tracker, reports: Sequence[Report]) -> None:
    handle, command = deps(), command_of(tracker, reports)
    with handle.autocommit() as connection:
        receipt = known(lambda: report_positions(connection, tracker.actor, command, handle.settings, now=handle.now()))
    outcomes = {"stored": receipt.stored, "not_kept": receipt.not_kept}
    if not receipt.fresh:
        _count(tracker, "repeated")
        return
    for outcome, number in outcomes.items():
        if number:
            POSITIONS.labels(outcome).inc(number)
            _count(tracker, outcome, number)
    if receipt.repeated:
        _count(tracker, "repeated", receipt.repeated)
    for aside in receipt.set_aside:
        POSITIONS.labels(aside["reason"]).inc()
        _count(tracker, aside["reason"])


def _take_others(tracker: Tracker, held: Sequence[Held]) -> None:
    """Whatever is no report; the phone was heard all the same. One transaction."""
    handle, now = deps(), deps().now()
    poisoned = [one for one in held if isinstance(one, Poisoned)]
    messages = [_sealable(one) for one in poisoned]
    actor = tracker.actor
    session_id = actor.session_id or UUID(int=0)
    with handle.transaction() as tx:
        known(lambda: authenticate_phone(tx, session_id, tracker.subject_id, now=now))
        unreadable.keep_unreadable(tx, tracker, messages, handle.settings, now=now)
        for n, one in enumerate(held):
            if isinstance(one, Health):
                health_id = one.id or uuid5(tracker.credential_id, f"{now.isoformat()}|{n}")
                report_device_health(tx, actor, _health(health_id, one), now=now)
    for one in poisoned:
        _count(tracker, one.reason)
    if not poisoned:
        _count(tracker, "heard")


def _sealable(one: Poisoned) -> unreadable.Message:
    content = one.message.sealable()
    return unreadable.Message(one.message.derived("poison", content), one.reason, content)


def _health(health_id: UUID, health: Health) -> ReportDeviceHealth:
    return ReportDeviceHealth(
        id=health_id,
        body_hash=health_id.bytes,
        battery_percent=health.battery_percent,
        location_permission=health.location_permission,
        battery_saver=health.battery_saver,
    )


def _count(tracker: Tracker, outcome: str, number: int = 1) -> None:
    TRACKER_MESSAGES.labels(tracker.client.value, outcome).inc(number)
