"""Answer a request to let a duty go: the second person at the county."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.duties import waive
from app.rules.effects.waivers import WaiverState
from app.rules.facts import Actor
from app.rules.waivers import decide
from app.store import duties, effects, waiver_facts, waivers


def decide_waiver(
    tx: Connection, actor: Actor, waiver_id: UUID, *, granted: bool, answer: str | None, now: datetime
) -> None:
    """Confirm or refuse; the same answer by the same user again changes nothing.

    NotFound out of reach; NotAllowed, Conflict and Refused as the rules say. A duty that was done meanwhile is not let
    go any more: Conflict `duty_settled`.
    """
    duty_id = waivers.duty_of(tx, waiver_id)
    facts = waiver_facts.facts(tx, actor, duty_id, now=now)
    state = WaiverState.GRANTED if granted else WaiverState.REFUSED
    if waivers.answered(tx, waiver_id) == (state, actor.id, answer):
        return
    if facts.waiting is not None and facts.waiting.id != waiver_id:
        facts = replace(facts, waiting=None)
    decision = decide(facts, granted, answer, actor, now=now)
    if granted and facts.waiting is not None:
        decision += waive(duties.waive_facts(tx, actor, duty_id), facts.waiting.reason, actor, now=now)
    effects.apply(tx, [decision])
