"""Whether the officer was where the record's items are done."""

from collections.abc import Iterator

from app.rules.facts import Reason
from app.rules.policy.items import Evidence, Place
from app.rules.proof.circle import near
from app.rules.proof.facts import Check, ProofFacts, Verdict

SAID = {Verdict.KEPT: "proof_near", Verdict.BROKEN: "proof_far", Verdict.UNKNOWN: "proof_near_unsure"}


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
        elif place not in known:
            yield Check(code, Verdict.UNKNOWN, Reason("proof_place_unknown", (("place", place.value),)))
        else:
            yield _measured(facts, code, known[place], facts.where.accuracy_m)


def _is_looked_at(facts: ProofFacts, place: Place) -> bool:
    """A talk in the office needs no position, unless the policy asks for one."""
    asks = any(one.place is place and Evidence.PLACE in one.evidence for one in facts.asked)
    return asks or place is not Place.OFFICE


def _measured(facts: ProofFacts, code: str, distance_m: float, accuracy_m: float) -> Check:
    limit = facts.rules.near_m
    if accuracy_m <= 0:
        return Check(code, Verdict.UNKNOWN, Reason("proof_near_rough", (("metres", f"{distance_m:.0f}"),)))
    verdict = near(distance_m, accuracy_m, limit)
    params = (("metres", f"{distance_m:.0f}"), ("accuracy", f"{accuracy_m:.0f}"), ("limit", str(limit)))
    return Check(code, verdict, Reason(SAID[verdict], params))
