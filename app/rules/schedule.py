"""When duties fall: the slots of a subject's check-ins and location checks, and the due times of visits and talks.

Random times are an HMAC of subject, day and rule under a secret key: the same in every replay, and nobody without
the key can tell them beforehand. All instants are aware UTC.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from app.rules.calendar import (
    DAY_MINUTES,
    add_months,
    at_minute,
    end_of_day,
    further_months,
    last_day_before,
    legal_day,
    start_of_day,
)
from app.rules.facts import DutyKind, SupervisionClass
from app.rules.policy.items import Span
from app.rules.policy.tree import FixedWindow, Policy, RandomWindow, RepeatedWindow, Window

# Evidence that was sent before the end may still be on its way; a duty is judged this much after its grace.
JUDGE_DELAY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn of a duty: on time in [opens_at, due_at), late in [due_at, grace_until), judged at `judge_at`.

    `slot_start` names the turn among those of its rule: the start of the local day, or the opening of a window that
    repeats within the day. A `random` slot must not be shown before it opens.
    """

    kind: DutyKind
    rule_code: str
    slot_start: datetime
    opens_at: datetime
    due_at: datetime
    grace_until: datetime
    judge_at: datetime
    remind_at: datetime | None
    random: bool


def check_in_slots(
    policy: Policy, class_: SupervisionClass, subject_id: UUID, *, from_day: date, to_day: date, key: bytes
) -> tuple[Slot, ...]:
    """The check-in slots that belong to the local days from `from_day` to `to_day`, both included, by opening time.

    Rule codes number the windows of the class from 1: `check_in.strict.2`. Refuses an empty key.
    """
    _refuse_empty(key)
    slots = [
        slot
        for day in _days(from_day, to_day)
        for number, window in enumerate(policy.windows.of(class_), start=1)
        for slot in _window_slots(policy, window, f"check_in.{class_.value}.{number}", subject_id, day, key)
    ]
    return tuple(sorted(slots, key=lambda slot: slot.opens_at))


def location_check_slots(
    policy: Policy, class_: SupervisionClass, subject_id: UUID, *, from_day: date, to_day: date, key: bytes
) -> tuple[Slot, ...]:
    """The location checks of the local days from `from_day` to `to_day`, both included, by opening time.

    The checks of one day never overlap; `location_check.strict.1` is the first of its day. Refuses an empty key.
    """
    _refuse_empty(key)
    checks = policy.location_checks
    return tuple(
        _slot(
            policy,
            DutyKind.LOCATION_CHECK,
            f"location_check.{class_.value}.{number}",
            start_of_day(day),
            at_minute(day, minute),
            checks.length_min,
            random=True,
        )
        for day in _days(from_day, to_day)
        for number, minute in enumerate(_spread_minutes(policy, class_, subject_id, day, key), start=1)
    )


def random_minute(key: bytes, subject_id: UUID, day: date, rule_code: str, first: int, last: int) -> int:
    """A minute in [first, last], both included, that only a holder of the key can tell."""
    message = f"{subject_id}|{day.isoformat()}|{rule_code}".encode()
    drawn = int.from_bytes(hmac.digest(key, message, sha256)[:8], "big")
    return first + drawn % (last - first + 1)


def due_after(span: Span, event_at: datetime) -> datetime:
    """The exclusive end of the time for what an event brings up: the day of the event does not count, and a local rule
    is not moved for holidays. Zero days is the end of the event's own day.
    """
    if instant := _instants(span):
        return event_at + instant
    return _end_of_span(legal_day(event_at), span, 1)


def due_before(span: Span, day: date, begins_at: datetime) -> datetime:
    """The exclusive end of the time for what is due ahead of an event on that day: zero days is when it begins, three
    days the end of the third day before.
    """
    if instant := _instants(span):
        return begins_at - instant
    if span.days == 0:
        return begins_at
    return _end_of_span(day, span, -1)


def next_due(span: Span, last_due_at: datetime, first: date) -> datetime:
    """The end of the time for the next turn, counted from the last due, whether that one was kept or not.

    `first` is the day from which the chain's months are counted: they come back to it after a month that lacks it.
    """
    if instant := _instants(span):
        return last_due_at + instant
    last = last_day_before(last_due_at)
    if span.months is not None:
        return end_of_day(further_months(last, span.months, first))
    return _end_of_span(last, span, 1)


def _instants(span: Span) -> timedelta | None:
    if span.minutes is not None:
        return timedelta(minutes=span.minutes)
    return timedelta(hours=span.hours) if span.hours is not None else None


def _end_of_span(day: date, span: Span, sign: int) -> datetime:
    if span.months is not None:
        return end_of_day(add_months(day, sign * span.months))
    return end_of_day(day + sign * timedelta(days=span.days or 0, weeks=span.weeks or 0))


def _window_slots(
    policy: Policy, window: Window, rule_code: str, subject_id: UUID, day: date, key: bytes
) -> Iterator[Slot]:
    midnight = start_of_day(day)
    match window:
        case FixedWindow(days, opens, closes):
            if day.weekday() in days:
                yield _check_in(policy, rule_code, midnight, at_minute(day, opens), closes - opens)
        case RandomWindow(days, length, first, last):
            if day.weekday() in days:
                opens_at = at_minute(day, random_minute(key, subject_id, day, rule_code, first, last))
                yield _check_in(policy, rule_code, midnight, opens_at, length, random=True)
        case RepeatedWindow(every, length):
            for minute in range(0, DAY_MINUTES, every):
                opens_at = at_minute(day, minute)
                yield _check_in(policy, rule_code, opens_at, opens_at, length)


def _spread_minutes(policy: Policy, class_: SupervisionClass, subject_id: UUID, day: date, key: bytes) -> list[int]:
    """Starts of one day's location checks: random, in order, and at least one length apart.

    The lengths that must lie between the starts are set aside first, the rest is drawn and sorted. A subject who has
    just been asked therefore cannot rely on a free hour, as equal parts of the day would grant.
    """
    checks = policy.location_checks
    count = checks.per_day.of(class_)
    last = checks.start_to - (count - 1) * checks.length_min
    drawn = sorted(
        random_minute(key, subject_id, day, f"location_check.{class_.value}.{number}", checks.start_from, last)
        for number in range(1, count + 1)
    )
    return [minute + place * checks.length_min for place, minute in enumerate(drawn)]


def _check_in(
    policy: Policy, rule_code: str, slot_start: datetime, opens_at: datetime, length_min: int, *, random: bool = False
) -> Slot:
    return _slot(policy, DutyKind.CHECK_IN, rule_code, slot_start, opens_at, length_min, random=random)


def _slot(
    policy: Policy,
    kind: DutyKind,
    rule_code: str,
    slot_start: datetime,
    opens_at: datetime,
    length_min: int,
    *,
    random: bool,
) -> Slot:
    due_at = opens_at + timedelta(minutes=length_min)
    grace_until = due_at + timedelta(minutes=policy.grace_min.of(kind))
    remind_at = due_at - timedelta(minutes=policy.remind_min)
    return Slot(
        kind=kind,
        rule_code=rule_code,
        slot_start=slot_start,
        opens_at=opens_at,
        due_at=due_at,
        grace_until=grace_until,
        judge_at=grace_until + JUDGE_DELAY,
        remind_at=remind_at if opens_at < remind_at < due_at else None,
        random=random,
    )


def _days(from_day: date, to_day: date) -> Iterator[date]:
    for number in range((to_day - from_day).days + 1):
        yield from_day + timedelta(days=number)


def _refuse_empty(key: bytes) -> None:
    if not key:
        raise ValueError("random windows need a secret key")
