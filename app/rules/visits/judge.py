"""Visits and talks: which duties a record fulfils, on time or late by when it happened, and who may write it.

A record is the officer's word for what happened, so a duty is judged by `happened_at`; when it was written stays beside
it. A record that no duty waits for is kept as an extra one. One visit serves every duty of its items that something
brought up and whose time it falls into, and beside these one of the turns that come back again and again.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from app.rules.calendar import end_of_day, last_day_before, legal_day
from app.rules.effects import ChangeDuty, Decision, Effect, RecoverAlert, WriteRecord
from app.rules.effects.records import Details, Signed
from app.rules.facts import About, Actor, AlertKind, DutyKind, DutyState, Fix, Reason, about_item
from app.rules.policy import Item
from app.rules.visits import follow_ups
from app.rules.visits.admit import CLOCK_SLACK, admit
from app.rules.visits.facts import NewRecord, Owed, RecordFacts

OVERDUE = {DutyKind.VISIT: AlertKind.VISIT_OVERDUE, DutyKind.TALK: AlertKind.TALK_OVERDUE}

WAITING = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED})
CLEARED_ONLY = frozenset({DutyState.UNJUDGED, DutyState.LATE})


def judge(facts: RecordFacts, new: NewRecord, actor: Actor, *, now: datetime) -> Decision:
    """The record as it is kept, and what it does to duties and alerts. Refused and NotAllowed as `admit` says."""
    admitted = admit(facts, new, actor.grants, now=now)
    items, happened_at = admitted.items, admitted.happened_at
    matched = {} if new.corrects_id else _matches(facts.owed, items, happened_at)
    verdicts = {item.code: _verdicts(item, matched.get(item.code, ()), happened_at) for item in items}
    written = WriteRecord(
        id=new.id,
        kind=new.kind,
        subject_id=facts.subject_id,
        office_id=facts.office_id,
        officer=actor,
        happened_at=happened_at,
        ended_at=admitted.ended_at,
        written_at=now,
        items=tuple((item.code, matched[item.code][0].id if item.code in matched else None) for item in items),
        reasons=(*_covered(new, verdicts), *_remarks(facts, new, happened_at, now)),
        note=new.note,
        body_hash=new.body_hash,
        fix=new.fix,
        fix_given=new.fix_given,
        home_distance_m=facts.home_distance_m,
        met=new.met,
        corrects_id=new.corrects_id,
        details=new.details,
    )
    done = follow_ups.settled(facts.owed, new.settles)
    followed = [*follow_ups.kept(written, done), *follow_ups.promised(facts, written)]
    settled = [pair for code in matched for pair in zip(matched[code], verdicts[code], strict=True)]
    changes = [_fulfilled(written, duty, verdict) for duty, verdict in settled]
    return Decision((written, *(effect for effects in changes for effect in effects), *followed))


def outcome(happened_at: datetime, due_at: datetime) -> DutyState:
    """On time before the end of the time, late from that instant on, whenever it was written."""
    return DutyState.FULFILLED if happened_at < due_at else DutyState.LATE


def days_until_written(happened_at: datetime, written_at: datetime) -> int:
    """Local days between an event and its record; 0 when it was written on its own day."""
    return (legal_day(written_at) - legal_day(happened_at)).days


def _matches(owed: Iterable[Owed], items: Iterable[Item], happened_at: datetime) -> Mapping[str, tuple[Owed, ...]]:
    """For each item the duties that wait for it and that one record serves, the oldest first; an item without any is
    left out.
    """
    oldest_first = sorted(owed, key=lambda duty: (duty.opens_at, duty.due_at, str(duty.id)))
    matched: dict[str, tuple[Owed, ...]] = {}
    for item in items:
        served = served_by([duty for duty in oldest_first if duty.rule_code == item.code], happened_at)
        if served:
            matched[item.code] = served
    return matched


def served_by(oldest_first: Iterable[Owed], happened_at: datetime) -> tuple[Owed, ...]:
    """Which duties of one item a record serves: the oldest turn of the chain, since each asks for a visit of its own;
    what something else brought up, all of it while there is time, and of what is overdue the oldest.
    """
    waiting = [duty for duty in oldest_first if _waits(duty, happened_at)]
    turns = [duty for duty in waiting if duty.chained][:1]
    brought_up = [duty for duty in waiting if not duty.chained]
    in_time = [duty for duty in brought_up if happened_at < duty.due_at]
    chosen = {duty.id for duty in (*turns, *(in_time or brought_up[:1]))}
    return tuple(duty for duty in waiting if duty.id in chosen)


def _waits(duty: Owed, happened_at: datetime) -> bool:
    """A duty that could not be judged, because the service was away, takes evidence that clears it, and no other: a
    later visit would turn nobody's fault into somebody's delay. So does one that was done late: which of two visits is
    written down first is chance.
    """
    if duty.opens_at > happened_at:
        return False
    if duty.state in CLEARED_ONLY:
        return happened_at < duty.due_at
    return duty.state in WAITING


def _verdicts(item: Item, duties: Iterable[Owed], happened_at: datetime) -> tuple[Reason, ...]:
    """One of each duty; where there is none, that the record is an extra one."""
    title = ("title", item.title)
    return tuple(_verdict(title, duty, happened_at) for duty in duties) or (Reason("record_extra", (title,)),)


def _verdict(title: tuple[str, str], duty: Owed, happened_at: datetime) -> Reason:
    in_time = outcome(happened_at, duty.due_at) is DutyState.FULFILLED
    return Reason("record_in_time" if in_time else "record_late", (title, ("due", _deadline(duty.due_at))))


def _deadline(due_at: datetime) -> str:
    """The last day where the time ends with one, else the minute; `rules.wording` writes both as people read them."""
    last = last_day_before(due_at)
    return last.isoformat() if due_at == end_of_day(last) else due_at.isoformat(timespec="minutes")


def _covered(new: NewRecord, verdicts: Mapping[str, tuple[Reason, ...]]) -> tuple[Reason, ...]:
    if new.corrects_id:
        return (Reason("record_corrects"),)
    return tuple(verdict for each in verdicts.values() for verdict in each)


def _remarks(facts: RecordFacts, new: NewRecord, happened_at: datetime, now: datetime) -> tuple[Reason, ...]:
    """What a supervisor who reads the record should see at once. None of it is held against anybody."""
    remarks = []
    days, allowed = days_until_written(happened_at, now), facts.policy.visits.write_within_days
    if days > allowed:
        remarks.append(Reason("written_days_later", (("days", str(days)), ("allowed", str(allowed)))))
    if new.kind is DutyKind.VISIT:
        remarks.append(_place(new.fix, facts.home_distance_m))
    elif new.fix is not None and new.fix.mock:
        remarks.append(Reason("place_mock"))
    return (*remarks, *_by_its_own_word(new.details, now))


def _by_its_own_word(details: Details, now: datetime) -> list[Reason]:
    """That it was written without a network, by a clock that is not ours, and that somebody did not want to sign."""
    remarks = []
    if details.offline:
        remarks.append(Reason("record_written_offline"))
    if details.sent_at is not None and abs(details.sent_at - now) > CLOCK_SLACK:
        minutes = round(abs(details.sent_at - now) / timedelta(minutes=1))
        remarks.append(Reason("record_clock_apart", (("minutes", str(minutes)),)))
    if details.signing.subject is Signed.REFUSED:
        remarks.append(Reason("record_not_signed"))
    return remarks


def _place(fix: Fix | None, home_distance_m: float | None) -> Reason:
    if fix is None:
        return Reason("place_not_given")
    if fix.mock:
        return Reason("place_mock")
    if home_distance_m is None:
        return Reason("place_not_measured")
    metres = ("metres", str(round(home_distance_m)))
    if fix.accuracy_m <= 0:
        return Reason("place_measured_roughly", (metres,))
    return Reason("place_measured", (metres, ("accuracy", str(round(fix.accuracy_m)))))


def _fulfilled(record: WriteRecord, duty: Owed, verdict: Reason) -> list[Effect]:
    effects: list[Effect] = []
    if duty.state is DutyState.PLANNED:  # the clock has opened it and no job yet: its history should not skip that
        opened = Reason("duty_opened")
        effects.append(
            ChangeDuty(duty.id, DutyState.OPEN, record.written_at, opened, record.officer, office_id=record.office_id)
        )
    effects.append(
        ChangeDuty(
            duty_id=duty.id,
            state=outcome(record.happened_at, duty.due_at),
            at=record.written_at,
            reason=verdict,
            actor=record.officer,
            effective_at=record.happened_at,
            evidence=About(record.kind.value, record.id),
        )
    )
    if duty.state is DutyState.MISSED and duty.kind in OVERDUE:
        effects.append(_recovered(record, duty, verdict))
    return effects


def _recovered(record: WriteRecord, duty: Owed, verdict: Reason) -> RecoverAlert:
    """The alert is over. One that a visit before it proves wrong is over from its beginning."""
    return RecoverAlert(
        subject_id=record.subject_id,
        kind=OVERDUE[duty.kind],
        about=about_item(duty.rule_code),
        recovered_at=max(record.happened_at, duty.due_at),
        at=record.written_at,
        reason=verdict,
        source=About("duty", duty.id),
    )
