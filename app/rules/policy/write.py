"""A policy back as a plain mapping, in one normal form: what is stored, compared and hashed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import TypeVar

from app.rules.calendar import Holidays
from app.rules.policy.by_class import ByClass
from app.rules.policy.correction import write_correction
from app.rules.policy.items_sections import write_items
from app.rules.policy.keeping import write_keepings
from app.rules.policy.leave import write_leave
from app.rules.policy.places import write_places
from app.rules.policy.reader import clock_text
from app.rules.policy.tree import (
    EVERY_DAY,
    FixedWindow,
    Policy,
    QuietHours,
    RandomWindow,
    RepeatedWindow,
    SpotLimits,
    Window,
)
from app.rules.policy.windows import DAILY, WEEKDAYS

V = TypeVar("V")
Json = dict[str, object]


def to_mapping(policy: Policy) -> Json:
    """The policy as JSON values, with the same keys as the file. Reading it back gives an equal policy."""
    return {
        "name": policy.name,
        "title": policy.title,
        "version": policy.version,
        "windows": {key: [_window(window) for window in windows] for key, windows in _by_class(policy.windows)},
        "location_checks": _location_checks(policy),
        "visits": asdict(policy.visits),
        "items": write_items(policy.items),
        "grace_min": asdict(policy.grace_min),
        "remind_min": policy.remind_min,
        "poll_after_s": policy.poll_after_s,
        "order_interval_s": policy.order_interval_s,
        "phone_under_order": policy.phone_under_order,
        "phone_under_order_basis": policy.phone_under_order_basis,
        "silence_h": _plain(policy.silence_h),
        "silence_under_order_h": _plain(policy.silence_under_order_h),
        "handle_within_h": _plain(policy.handle_within_h),
        "ladder_min": asdict(policy.ladder_min),
        **({"quiet": _quiet(policy.quiet)} if policy.quiet else {}),
        "departure": {key: _plain(value) for key, value in asdict(policy.departure).items()},
        "recovery": {"missed_check_in": policy.missed_check_in_recovery.value},
        "late_evidence_wait_min": policy.late_evidence_wait_min,
        "holidays": _holidays(policy.holidays),
        "spot_checks": _spot_checks(policy.spot_checks),
        "photos": {**asdict(policy.photos), "check_ins": policy.photos.check_ins.value},
        "outages": asdict(policy.outages),
        "device_trouble": asdict(policy.device_trouble),
        "suspicions": asdict(policy.suspicions),
        "orders": asdict(policy.orders),
        "searches": {key: _plain(value) for key, value in asdict(policy.searches).items()},
        "places": write_places(policy.places),
        "leave": write_leave(policy.leave),
        "files": write_keepings(policy.files),
        "retention": write_keepings(policy.retention),
        "proof": asdict(policy.proof),
        **({"correction": write_correction(policy.correction)} if policy.correction else {}),
    }


def canonical_hash(mapping: Mapping[str, object]) -> str:
    """SHA-256, in hex, of the mapping's JSON with sorted keys and no blanks."""
    text = json.dumps(mapping, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _by_class(values: ByClass[V]) -> list[tuple[str, V]]:
    return [("strict", values.strict), ("normal", values.normal), ("lenient", values.lenient)]


def _window(window: Window) -> Json:
    match window:
        case FixedWindow(days, opens, closes):
            return {"days": _days(days), "from": clock_text(opens), "to": clock_text(closes)}
        case RandomWindow(days, length, first, last):
            start = {"start_from": clock_text(first), "start_to": clock_text(last)}
            return {"days": _days(days), "length_min": length, **start}
        case RepeatedWindow(every, length):
            return {"every_min": every, "length_min": length}


def _days(days: frozenset[int]) -> object:
    return DAILY if days == EVERY_DAY else [WEEKDAYS[day] for day in sorted(days)]


def _location_checks(policy: Policy) -> Json:
    checks = policy.location_checks
    return {
        **dict(_by_class(checks.per_day)),
        "length_min": checks.length_min,
        "start_from": clock_text(checks.start_from),
        "start_to": clock_text(checks.start_to),
    }


def _spot_checks(limits: SpotLimits) -> Json:
    return {
        "min_minutes": limits.min_minutes,
        "max_minutes": limits.max_minutes,
        "from": clock_text(limits.from_minute),
        "to": clock_text(limits.to_minute),
        "per_day": limits.per_day,
    }


def _quiet(quiet: QuietHours) -> Json:
    return {
        "from": clock_text(quiet.from_minute),
        "to": clock_text(quiet.to_minute),
        "kinds": sorted(kind.value for kind in quiet.kinds),
    }


def _holidays(holidays: Holidays) -> Json:
    return {
        str(year): {"rest": _iso(holidays.rest, year), "work": _iso(holidays.work, year)}
        for year in sorted(holidays.years)
    }


def _iso(days: frozenset[date], year: int) -> list[str]:
    return [day.isoformat() for day in sorted(days) if day.year == year]


def _plain(value: float) -> float:
    """Whole numbers without a fraction, so that 24 and 24.0 are one policy."""
    return int(value) if value == int(value) else value
