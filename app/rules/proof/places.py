"""Whether the officer was where the record's items are done."""

from collections.abc import Iterator

from app.rules.facts import Reason
from app.rules.policy.items import Evidence, Place
from app.rules.proof.circle import near
from app.rules.proof.facts import Check, ProofFacts, Verdict, Where

SAID = {Verdict.KEPT: "proof_near", Verdict.BROKEN: "proof_far", Verdict.UNKNOWN: "proof_near_unsure"}
BESIDE = {Place.NEIGHBOURS: Place.HOME}
"""What lies beside a place whose point is in the file."""


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
        elif place in known:
            yield _measured(facts, place, known[place], facts.where)
        else:
            yield _beside(facts, place, facts.where)


def _is_looked_at(facts: ProofFacts, place: Place) -> bool:
    """A talk in the office needs no position, unless the policy asks for one."""
    asks = any(one.place is place and Evidence.PLACE in one.evidence for one in facts.asked)
    return asks or place is not Place.OFFICE


def _measured(facts: ProofFacts, place: Place, distance_m: float, where: Where) -> Check:
    """Far away speaks against a visit only where it is known that the position is of that time."""
    verdict, params = _near(facts, distance_m, where)
    if verdict is Verdict.BROKEN and not where.then:
        return Check(f"at_{place.value}", Verdict.UNKNOWN, Reason("proof_far_later", params))
    said_of = SAID[verdict] if where.accuracy_m > 0 else "proof_near_rough"
    return Check(f"at_{place.value}", verdict, Reason(said_of, params))


def _beside(facts: ProofFacts, place: Place, where: Where) -> Check:
    """By the nearest of the points that others set for places of that kind. Who is there was there; who is not may have
    been at one that nobody has set: a guardian need not live next door, and work may be at another gate.
    """
    code, points = f"at_{place.value}", [point for point in facts.points if point.place is place]
    metres = [point.distance_m for point in points if not point.own]
    metres += [metres_ for one, metres_ in facts.distances if one is BESIDE.get(place)]
    if not metres:
        said_of = "proof_point_own" if points else "proof_place_unknown"
        return Check(code, Verdict.UNKNOWN, Reason(said_of, (("place", place.value),)))
    verdict, params = _near(facts, min(metres), where)
    if verdict is Verdict.BROKEN:
        return Check(code, Verdict.UNKNOWN, Reason("proof_elsewhere", params))
    said_of = SAID[verdict] if where.accuracy_m > 0 else "proof_near_rough"
    return Check(code, verdict, Reason(said_of, params))


def _near(facts: ProofFacts, distance_m: float, where: Where) -> tuple[Verdict, tuple[tuple[str, str], ...]]:
    limit = facts.rules.near_m
    params = (("metres", f"{distance_m:.0f}"), ("accuracy", f"{where.accuracy_m:.0f}"), ("limit", str(limit)))
    return near(distance_m, where.accuracy_m, limit), params
