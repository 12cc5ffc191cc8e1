"""Let a duty go, with a reason: at once, or as a request that a second person at the county confirms."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection

from app.rules import waivers as rules
from app.rules.duties import waive
from app.rules.effects.waivers import WaiverKind
from app.rules.facts import Actor
from app.rules.waivers import Wanted
from app.store import duties, effects, waiver_facts


def waive_duty(
    tx: Connection,
    actor: Actor,
    duty_id: UUID,
    reason: str,
    *,
    now: datetime,
    kind: WaiverKind = WaiverKind.LET_GO,
) -> UUID | None:
    """Waive one duty, whoever owes it; what it allowed to collect ends with it. Gives the id of the request where a
    second person has to confirm it, None where it is done.

    NotFound for a duty about nobody within reach; NotAllowed `waiver_not_yours`, Conflict `duty_settled`,
    `waiver_waiting` as the rules say.
    """
    standing = waiver_facts.facts(tx, actor, duty_id, now=now)
    rules.refuse_others(standing)
    wanted = Wanted(uuid5(duty_id, f"waiver:{actor.id}:{reason}:{now.isoformat()}"), kind, reason)
    if rules.needs_second(standing):
        effects.apply(tx, [rules.ask(standing, wanted, actor, now=now)])
        return standing.waiting.id if standing.waiting else wanted.id
    decision = waive(duties.waive_facts(tx, actor, duty_id), reason, actor, now=now)
    if decision.effects:
        decision += rules.let_go(standing, wanted, actor, now=now)
    effects.apply(tx, [decision])
    return None
