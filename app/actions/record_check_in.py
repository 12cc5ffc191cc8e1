"""Record a check-in face to face: an officer met the subject, with or without a smartphone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.rules.checkins import Receipt, Try, check_happened, judge
from app.rules.effects import Decision, WriteAudit
from app.rules.facts import About, Actor, Fix
from app.rules.timing import Proof, Timed
from app.store import checkins, effects, receipts, states


@dataclass(frozen=True, slots=True)
class RecordCheckIn:
    """The command. With `duty_id` the check-in is for that duty or for none; `fix` is where they met, in WGS-84."""

    id: UUID
    subject_id: UUID
    body_hash: bytes
    happened_at: datetime
    note: str
    duty_id: UUID | None = None
    fix: Fix | None = None
    fix_given: Mapping[str, Any] | None = None


def record_check_in(tx: Connection, actor: Actor, command: RecordCheckIn, *, now: datetime) -> tuple[Receipt, bool]:
    """Judge the check-in by when it happened, as a phone's would be; False where the same request was served before.

    NotFound for a subject or duty that is not within reach, Conflict `id_reused`, Refused where the time lies ahead or
    more than seven days back.
    """
    states.lock(tx, [command.subject_id])
    checkins.refuse_out_of_reach(tx, actor, command.subject_id, duty_id=command.duty_id)
    if known := receipts.earlier(tx, command.subject_id, command.id, command.body_hash):
        return known, False
    check_happened(command.happened_at, now=now)
    tried = Try(
        id=command.id,
        subject_id=command.subject_id,
        actor=actor,
        body_hash=command.body_hash,
        recorded_at=command.happened_at,
        timed=Timed(command.happened_at, Proof.WITNESS),
        fix=command.fix,
        fix_given=command.fix_given,
        evidence=checkins.evidence(tx, command.subject_id, command.fix, at=command.happened_at),
        note=command.note,
    )
    facts = checkins.facts(tx, command.subject_id, at=command.happened_at, now=now, only=command.duty_id)
    act = WriteAudit(now, actor, "check_ins.record", command.subject_id, About("attempt", command.id))
    effects.apply(tx, [judge(facts, tried, now=now), Decision((act,))])
    return receipts.one(tx, command.subject_id, command.id), True
