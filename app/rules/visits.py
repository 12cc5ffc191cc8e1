"""Visits and talks: which duties a record fulfils, on time or late by when it happened, and who may write it.

A record is the officer's word for what happened, so a duty is judged by `happened_at`; when it was written stays beside
it. A record that no duty waits for is kept as an extra one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.rules.calendar import legal_day
from app.rules.effects import ChangeDuty, Decision, Effect, RecoverAlert, WriteRecord
from app.rules.errors import NotAllowed, Refused
from app.rules.facts import About, Actor, AlertKind, DutyKind, DutyState, Fix, Grant, Reason, Role
from app.rules.policy import Item, Policy

OVERDUE = {DutyKind.VISIT: AlertKind.VISIT_OVERDUE, DutyKind.TALK: AlertKind.TALK_OVERDUE}

# An officer who taps "now" on a phone that runs a little ahead of us has not told of the future.
CLOCK_SLACK = timedelta(minutes=2)

WAITING = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED})


@dataclass(frozen=True)
class NewRecord:
    """What an officer writes: `items` are codes of the local rule, `fix` is where the officer was, by the own phone.

    `fix_given` is the pair of coordinates and the datum as they were sent.
    """

    id: UUID
    kind: DutyKind
    subject_id: UUID
    items: tuple[str, ...]
    happened_at: datetime
    note: str
    body_hash: bytes
    ended_at: datetime | None = None
    fix: Fix | None = None
    fix_given: Mapping[str, Any] | None = None
    met: str | None = None
    corrects_id: UUID | None = None


@dataclass(frozen=True)
class Owed:
    """A duty of the office about this subject, as it stands."""

    id: UUID
    kind: DutyKind
    rule_code: str
    state: DutyState
    opens_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class RecordFacts:
    """One subject and what its office owes about it. `corrected` is the (subject, kind) of the record that the new one
    corrects, None where there is no such record. `home_distance_m` is None without a fix or a known home.
    """

    subject_id: UUID
    office_id: UUID
    office_path: str
    ended_at: datetime | None
    policy: Policy
    owed: tuple[Owed, ...] = ()
    corrected: tuple[UUID, DutyKind] | None = None
    home_distance_m: float | None = None


@dataclass(frozen=True)
class Covered:
    """An item of a written record and the duty that it fulfilled, if any."""

    item: str
    duty_id: UUID | None = None
    due_at: datetime | None = None


def judge(facts: RecordFacts, new: NewRecord, actor: Actor, *, now: datetime) -> Decision:
    """The record as it is kept, and what it does to duties and alerts.

    Refused for items that the policy does not have or the kind of record cannot cover, for times ahead of `now` or
    after supervision ended, and for a correction of another matter; NotAllowed where an item is not the actor's to
    fulfil.
    """
    items = _items(facts.policy, new)
    _refuse_unfitting(new, items)
    _refuse_stranger(items, roles_reaching(actor.grants, facts.office_path))
    _refuse_correction(facts, new)
    happened_at, ended_at = _when(facts, new, now)
    matched = {} if new.corrects_id else _matches(facts.owed, items, happened_at)
    written = WriteRecord(
        id=new.id,
        kind=new.kind,
        subject_id=facts.subject_id,
        office_id=facts.office_id,
        officer=actor,
        happened_at=happened_at,
        ended_at=ended_at,
        written_at=now,
        items=tuple((item.code, matched[item.code].id if item.code in matched else None) for item in items),
        note=new.note,
        body_hash=new.body_hash,
        fix=new.fix,
        fix_given=new.fix_given,
        home_distance_m=facts.home_distance_m,
        met=new.met,
        corrects_id=new.corrects_id,
    )
    changes = [_fulfilled(facts, written, item, matched[item.code], now) for item in items if item.code in matched]
    return Decision((written, *(effect for effects in changes for effect in effects)))


def roles_reaching(grants: Iterable[Grant], office_path: str) -> frozenset[Role]:
    """The roles that are held in the office at `office_path`, or in one above it."""
    return frozenset(
        grant.role
        for grant in grants
        if office_path == grant.office_path or office_path.startswith(f"{grant.office_path}.")
    )


def outcome(happened_at: datetime, due_at: datetime) -> DutyState:
    """On time before the end of the time, late from that instant on, whenever it was written."""
    return DutyState.FULFILLED if happened_at < due_at else DutyState.LATE


def days_until_written(happened_at: datetime, written_at: datetime) -> int:
    """Local days between an event and its record; 0 when it was written on its own day."""
    return (legal_day(written_at) - legal_day(happened_at)).days


def _items(policy: Policy, new: NewRecord) -> list[Item]:
    found: dict[str, Item] = {}
    for place, code in enumerate(new.items):
        item = policy.item(code)
        if item is None:
            raise Refused("unknown_item", fields={f"items.{place}": "unknown_item"})
        found[code] = item
    return list(found.values())


def _refuse_unfitting(new: NewRecord, items: list[Item]) -> None:
    """Who visits may hold a talk there, so a visit may cover items of both kinds; a talk at a desk is no visit."""
    if not any(item.kind is new.kind for item in items):
        raise Refused("item_of_other_kind", fields={"items": "item_of_other_kind"})
    if new.kind is DutyKind.TALK and any(item.kind is not DutyKind.TALK for item in items):
        raise Refused("item_of_other_kind", fields={"items": "item_of_other_kind"})


def _refuse_stranger(items: list[Item], roles: frozenset[Role]) -> None:
    for item in items:
        if not roles.intersection(item.by):
            raise NotAllowed("item_not_yours", {"title": item.title})


def _refuse_correction(facts: RecordFacts, new: NewRecord) -> None:
    if new.corrects_id is None:
        return
    if new.corrects_id == new.id or facts.corrected != (facts.subject_id, new.kind):
        raise Refused("corrects_another_matter", fields={"corrects_id": "corrects_another_matter"})


def _when(facts: RecordFacts, new: NewRecord, now: datetime) -> tuple[datetime, datetime | None]:
    """Begin and end, none of them ahead of `now`. After the end of supervision only earlier events can be added."""
    for field, at in (("happened_at", new.happened_at), ("ended_at", new.ended_at)):
        if at is not None and at > now + CLOCK_SLACK:
            raise Refused("not_happened_yet", fields={field: "not_happened_yet"})
    if new.ended_at is not None and new.ended_at < new.happened_at:
        raise Refused("ended_before_it_began", fields={"ended_at": "ended_before_it_began"})
    happened_at = min(new.happened_at, now)
    if facts.ended_at is not None and happened_at >= facts.ended_at:
        raise Refused("supervision_ended", fields={"happened_at": "supervision_ended"})
    return happened_at, None if new.ended_at is None else min(new.ended_at, now)


def _matches(owed: Iterable[Owed], items: Iterable[Item], happened_at: datetime) -> Mapping[str, Owed]:
    """For each item the oldest duty that waits for it, if its time had begun when it happened."""
    oldest_first = sorted(owed, key=lambda duty: (duty.opens_at, duty.due_at, str(duty.id)))
    matched: dict[str, Owed] = {}
    for item in items:
        for duty in oldest_first:
            if duty.rule_code == item.code and _waits(duty, happened_at):
                matched[item.code] = duty
                break
    return matched


def _waits(duty: Owed, happened_at: datetime) -> bool:
    """A duty that could not be judged, because the service was away, takes evidence that clears it, and no other: a
    later visit would turn nobody's fault into somebody's delay.
    """
    if duty.opens_at > happened_at:
        return False
    if duty.state is DutyState.UNJUDGED:
        return happened_at < duty.due_at
    return duty.state in WAITING


def _fulfilled(facts: RecordFacts, record: WriteRecord, item: Item, duty: Owed, now: datetime) -> list[Effect]:
    state = outcome(record.happened_at, duty.due_at)
    in_time = state is DutyState.FULFILLED
    reason = Reason("record_in_time" if in_time else "record_late", (("title", item.title),))
    effects: list[Effect] = []
    if duty.state is DutyState.PLANNED:  # the clock has opened it and no job yet: its history should not skip that
        opened = Reason("opened")
        effects.append(ChangeDuty(duty.id, DutyState.OPEN, now, opened, record.officer, office_id=facts.office_id))
    evidence = About(record.kind.value, record.id)
    effects.append(
        ChangeDuty(duty.id, state, now, reason, record.officer, effective_at=record.happened_at, evidence=evidence)
    )
    if duty.state is DutyState.MISSED:
        about = About("duty", duty.id)
        # A record that comes after the alert, of a visit before it, ends the alert where it began.
        over_at = max(record.happened_at, duty.due_at)
        kind = OVERDUE[duty.kind]
        effects.append(RecoverAlert(facts.subject_id, kind, about, over_at, now, reason, source=about))
    return effects
