"""What an officer wrote down to be done later: a duty of the office, promised by one record and kept by another.

It is the officer's own word and no item of the local rule: an audit of the rule does not count it, and a missed one
raises no alert; it stays among the officer's duties until a record, or a waiver, settles it.
"""

from collections.abc import Iterable
from uuid import UUID, uuid5

from app.rules.calendar import end_of_day
from app.rules.effects import ChangeDuty, Effect, PlanDuty, WriteRecord
from app.rules.facts import JOB, About, DutyKind, DutyState, Obligor, Reason
from app.rules.schedule import JUDGE_DELAY
from app.rules.visits.facts import Owed, RecordFacts

PREFIX = "follow_up."


def rule_code_of(record_id: UUID) -> str:
    """The rule of a follow-up is the record that promised it."""
    return f"{PREFIX}{record_id}"


def promised_by(rule_code: str) -> UUID | None:
    """The record that promised a duty; None for a duty of another kind."""
    return UUID(rule_code.removeprefix(PREFIX)) if rule_code.startswith(PREFIX) else None


def promised(facts: RecordFacts, record: WriteRecord) -> list[Effect]:
    """The duty that a record promises, open from when it happened to the end of its day; nothing where it promises
    nothing, or supervision has ended.
    """
    day = record.details.follow_up_on
    if day is None or facts.ended_at is not None:
        return []
    due_at = end_of_day(day)
    planned = PlanDuty(
        id=uuid5(record.id, "follow_up"),
        subject_id=record.subject_id,
        kind=DutyKind.FOLLOW_UP,
        obligor=Obligor.OFFICE,
        rule_code=rule_code_of(record.id),
        slot_start=record.happened_at,
        opens_at=record.happened_at,
        due_at=due_at,
        grace_until=due_at,
        judge_at=due_at + JUDGE_DELAY,
        office_id=record.office_id,
        policy_version_id=facts.policy_version_id,
        at=record.written_at,
    )
    opened = Reason("follow_up_promised")
    return [planned, ChangeDuty(planned.id, DutyState.OPEN, record.written_at, opened, JOB, office_id=record.office_id)]


def settled(owed: Iterable[Owed], asked: Iterable[UUID]) -> list[Owed]:
    """Those of the asked follow-ups that still wait. One that another record settled in the meantime is left alone:
    a draft that comes late loses nothing by it.
    """
    wanted = set(asked)
    waiting = {DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED}
    return [duty for duty in owed if duty.id in wanted and duty.kind is DutyKind.FOLLOW_UP and duty.state in waiting]


def kept(record: WriteRecord, duties: Iterable[Owed]) -> list[Effect]:
    """What becomes of follow-ups that a record settles: in time or late, by when it happened."""
    return [
        ChangeDuty(
            duty_id=duty.id,
            state=DutyState.FULFILLED if record.happened_at < duty.due_at else DutyState.LATE,
            at=record.written_at,
            reason=Reason("follow_up_kept"),
            actor=record.officer,
            effective_at=max(record.happened_at, duty.opens_at),
            evidence=About(record.kind.value, record.id),
        )
        for duty in duties
    ]
