"""Phones that need a hand, and phones that were not with their owner: looked at once a day, in the morning."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.calendar import SHANGHAI
from app.rules.effects import Decision, Effect, RaiseAlert, RecoverAlert
from app.rules.facts import About, AlertKind, Cause, Reason, Strength
from app.rules.policy import Policy

RULE_CODE = "phones"

LEAST_CHECK_INS = 3
CLOCK_FOR = timedelta(days=2)
"""A clock is wrong for good where so many check-ins over so long all show it: one that mends itself is no trouble."""


@dataclass(frozen=True, slots=True)
class Apart:
    """At `at` an officer talked with the person, and the phone was so many metres away, circles taken off."""

    record_id: UUID
    at: datetime
    apart_m: float


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """One phone as it told of itself. Without a place since `no_place_since`, in battery saver since `saver_since`.

    Of the check-ins of the last days: how many, over how long, and how wrong the clock was in the best of them.
    `told` is whether an alert of such trouble goes on, a refused log-in left aside; `heard_at` when it was heard last.
    """

    subject_id: UUID
    office_id: UUID
    policy_version_id: UUID
    policy: Policy
    heard_at: datetime | None
    no_place_since: datetime | None
    saver_since: datetime | None
    check_ins: int = 0
    check_ins_from: datetime | None = None
    check_ins_until: datetime | None = None
    least_off: timedelta = timedelta(0)
    told: bool = False
    apart: tuple[Apart, ...] = ()


def look(facts: PhoneFacts, *, now: datetime) -> Decision:
    """One alert for everything that ails a phone, until nothing does; and one where it was not with its owner.

    A phone that is silent as well is left to the silence: nobody could mend it.
    """
    return Decision((*_trouble(facts, now), *_apart(facts, now)))


def _trouble(facts: PhoneFacts, now: datetime) -> Iterator[Effect]:
    found = dict(_ails(facts, now))
    about, source = About("subject", facts.subject_id), About("device", facts.subject_id)
    if not found and facts.told:
        over = Reason("device_trouble_over")
        yield RecoverAlert(facts.subject_id, AlertKind.DEVICE_TROUBLE, about, now, now, over, source=source)
    if not found or facts.told:
        return
    codes, since = "+".join(found), min(found.values())
    params = (("since", _moment(since)), ("troubles", codes), ("advice", codes))
    yield RaiseAlert(
        subject_id=facts.subject_id,
        office_id=facts.office_id,
        kind=AlertKind.DEVICE_TROUBLE,
        about=about,
        source=source,
        event_at=since,
        at=now,
        why=Reason("device_trouble", params),
        cause=Cause.PHONE,
        strength=Strength.WEAK,
        rule_code=RULE_CODE,
        policy_version_id=facts.policy_version_id,
    )


def _ails(facts: PhoneFacts, now: datetime) -> Iterator[tuple[str, datetime]]:
    limits = facts.policy.device_trouble
    if facts.heard_at is None or now - facts.heard_at >= timedelta(days=1):
        return
    if facts.no_place_since and now - facts.no_place_since >= timedelta(hours=limits.permission_h):
        yield "permission", facts.no_place_since
    if facts.saver_since and now - facts.saver_since >= timedelta(days=limits.saver_days):
        yield "saver", facts.saver_since
    if facts.check_ins_from is None or facts.check_ins_until is None or facts.check_ins < LEAST_CHECK_INS:
        return
    lasted = facts.check_ins_until - facts.check_ins_from
    if lasted >= CLOCK_FOR and facts.least_off >= timedelta(minutes=limits.clock_min):
        yield "clock", facts.check_ins_from


def _apart(facts: PhoneFacts, now: datetime) -> Iterator[RaiseAlert]:
    for one in facts.apart:
        if one.apart_m < facts.policy.suspicions.apart_m:
            continue
        params = (("at", _moment(one.at)), ("km", f"{one.apart_m / 1000:.1f}"))
        yield RaiseAlert(
            subject_id=facts.subject_id,
            office_id=facts.office_id,
            kind=AlertKind.SUSPECTED_SEPARATION,
            about=About("subject", facts.subject_id),
            source=About("record", one.record_id),
            event_at=one.at,
            at=now,
            why=Reason("apart_talk", params),
            cause=Cause.UNSURE,
            strength=Strength.MEDIUM,
            rule_code=RULE_CODE,
            policy_version_id=facts.policy_version_id,
            evidence={"record_id": one.record_id, "apart_m": round(one.apart_m)},
        )


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="minutes")
