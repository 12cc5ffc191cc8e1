"""Whether the officer was where the record's items are done."""

from collections.abc import Iterator

from app.rules.facts import Reason
from app.rules.policy.items import Evidence, Place
from app.rules.proof.circle import near
from app.rules.proof.facts import Check, ProofFacts, Verdict, Where

SAID = {Verdict.KEPT: "proof_near", Verdict.BROKEN: "proof_far", Verdict.UNKNOWN: "proof_near_unsure"}
BESIDE = {Place.NEIGHBOURS: Place.HOME}
"""What lies beside a place whose point is known. Who is there was near; who is not may have met somebody elsewhere: a
guardian or guarantor need not live next door.
"""


def at_places(facts: ProofFacts) -> Iterator[Check]:
    """One check for each place of its items. A place whose point nobody knows cannot be judged."""
    known = dict(facts.distances)
    places = {one.place for one in facts.asked if one.place is not Place.NONE and _is_looked_at(facts, one.place)}
    for place in sorted(places):
        code = f"at_{place.value}"
        if facts.where is None:
            yield Check(code, Verdict.UNKNOWN, Reason("proof_no_position"))
        elif facts.where.mock:
            yield Check(code, Verdict.UNKNOWN, Reason("proof_mock"))
        elif (nearby := BESIDE.get(place, place)) not in known:
            yield Check(code, Verdict.UNKNOWN, Reason("proof_place_unknown", (("place", place.value),)))
        else:
            yield _measured(facts, place, known[nearby], facts.where)


def _is_looked_at(facts: ProofFacts, place: Place) -> bool:
    """A talk in the office needs no position, unless the policy asks for one."""
    asks = any(one.place is place and Evidence.PLACE in one.evidence for one in facts.asked)
    return asks or place is not Place.OFFICE


def _measured(facts: ProofFacts, place: Place, distance_m: float, where: Where) -> Check:
    """Far away speaks against a visit only where it is known that the position is of that time, and of that place."""
    code, limit = f"at_{place.value}", facts.rules.near_m
    if where.accuracy_m <= 0:
        return Check(code, Verdict.UNKNOWN, Reason("proof_near_rough", (("metres", f"{distance_m:.0f}"),)))
    verdict = near(distance_m, where.accuracy_m, limit)
    params = (("metres", f"{distance_m:.0f}"), ("accuracy", f"{where.accuracy_m:.0f}"), ("limit", str(limit)))
    if verdict is Verdict.BROKEN and place in BESIDE:
        return Check(code, Verdict.UNKNOWN, Reason("proof_not_beside", params))
    if verdict is Verdict.BROKEN and not where.then:
        return Check(code, Verdict.UNKNOWN, Reason("proof_far_later", params))
    return Check(code, verdict, Reason(SAID[verdict], params))
