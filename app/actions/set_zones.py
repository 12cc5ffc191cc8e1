"""Set zones of one person: one from a form, or several from a file; all of them or none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import Conflict, NotFound, Refused
from app.rules.facts import Actor
from app.rules.zones.setting import Wanted, judged_since, set_zone
from app.store import effects, rejudging, zones


def set_zones(tx: Connection, actor: Actor, subject_id: UUID, wanted: Sequence[Wanted], *, now: datetime) -> bool:
    """Write the zones and have the person's fixes judged by them; False where the same request had set them before.

    NotFound for a subject out of reach, Conflict `id_reused`; the rest as the rule says. Of several zones, a refusal
    names the one at fault: `features.3.geometry`, counted from 0.
    """
    facts = zones.facts(tx, actor, subject_id, now=now)
    if facts is None:
        raise NotFound("not_found")
    known = [zones.body_hash_of(tx, zone.id) for zone in wanted]
    if any(known):
        if known != [zone.body_hash for zone in wanted]:
            raise Conflict("id_reused")
        return False
    for n, zone in enumerate(wanted):
        ground = zones.ground_of(tx, subject_id, zone, now=now)
        try:
            decision = set_zone(replace(facts, held=facts.held + n), zone, ground, actor, now=now, tell=n == 0)
        except Refused as refused:
            raise _named(refused, n) if len(wanted) > 1 else refused from refused
        effects.apply(tx, [decision])
    rejudging.mark(tx, [subject_id], judged_since(wanted, now=now))
    return True


def _named(refused: Refused, n: int) -> Refused:
    """The same refusal, told of the n-th zone of a file."""
    fields = {f"features.{n}.{field}": code for field, code in refused.fields.items()}
    return Refused(refused.code, refused.params, fields or {f"features.{n}": refused.code})
