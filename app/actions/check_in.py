"""Take a try at a check-in from a phone: keep it, judge it, give a receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.rules.checkins import Receipt, Try, judge
from app.rules.errors import NotAllowed
from app.rules.facts import Actor, Fix
from app.rules.timing import Sending, effective_time
from app.store import checkins, clocks, effects, photos, receipts, states


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The command. `fix` is in WGS-84 and None where the phone had no place, `fix_given` the pair as it was sent."""

    id: UUID
    body_hash: bytes
    recorded_at: datetime
    fix: Fix | None = None
    fix_given: Mapping[str, Any] | None = None
    answers: Mapping[str, Any] | None = None
    photo_id: UUID | None = None
    recorded_elapsed_ms: int | None = None
    sent_at: datetime | None = None
    sent_elapsed_ms: int | None = None
    boot_id: str | None = None


def check_in(tx: Connection, actor: Actor, command: CheckIn, *, now: datetime) -> tuple[Receipt, bool]:
    """Keep the try, whatever comes of it; False where the same request was served before.

    Conflict `id_reused` where the id stands for another body.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    states.lock(tx, [actor.id])
    if known := receipts.earlier(tx, actor.id, command.id, command.body_hash):
        return known, False
    timed = effective_time(command.recorded_at, command.recorded_elapsed_ms, _sending(tx, actor.id, command, now))
    tried = Try(
        id=command.id,
        subject_id=actor.id,
        actor=actor,
        body_hash=command.body_hash,
        recorded_at=command.recorded_at,
        timed=timed,
        fix=command.fix,
        fix_given=command.fix_given,
        evidence=checkins.evidence(tx, actor.id, command.fix, at=timed.effective_at),
        sent_at=command.sent_at,
        answers=command.answers,
        photo=photos.facts(tx, actor.id, command.photo_id),
    )
    facts = checkins.facts(tx, actor.id, at=timed.effective_at, now=now)
    effects.apply(tx, [judge(facts, tried, now=now)])
    return receipts.one(tx, actor.id, command.id), True


def _sending(tx: Connection, subject_id: UUID, command: CheckIn, now: datetime) -> Sending:
    """What this request says of the phone's clocks, beside what earlier ones of its boot proved."""
    proven = clocks.hear(tx, subject_id, command.boot_id, command.sent_at, now=now)
    return Sending(now, command.sent_at, command.sent_elapsed_ms, command.boot_id, proven)
