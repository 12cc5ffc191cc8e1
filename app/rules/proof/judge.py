"""The checks of one record, and what they come to together (decision 0044).

Contradicted: a check speaks against it that cannot be anybody's carelessness. Proven: whatever its items ask for is
there and none speaks against it. Everything else is unknown, and unknown is no blame.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.rules.effects import Decision
from app.rules.effects.proofs import KeepProof
from app.rules.facts import DutyKind
from app.rules.policy.items import Evidence, Place
from app.rules.proof.checks import device, photo_place, photo_time, signed, subject_there, written_soon
from app.rules.proof.facts import Check, Proof, ProofFacts, Verdict
from app.rules.proof.places import at_places

DECIDING = frozenset(f"at_{place.value}" for place in Place)
SPEAKS_AGAINST = DECIDING | {"photo_time", "photo_place"}
PROVES = DECIDING | {"photo_time", "signed"}
LOOKS = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 360, 1_440, 4_320, 14_400, 43_200))
"""How long after its writing a record is judged again. A photo that comes tells of itself; positions come by the
thousand for whatever reason, and none of them asks which record it speaks of. An offline phone may be weeks late, not
years.
"""


def judge(facts: ProofFacts) -> Proof:
    """Every check that applies to the record, and the verdict of the whole. Pure: the same facts, the same proof."""
    checks = tuple(_checks(facts))
    return Proof(_whole(facts, checks), checks)


def decide(facts: ProofFacts, *, now: datetime) -> Decision:
    """The proof as it is stored."""
    proof = judge(facts)
    checks = tuple(
        {"code": one.code, "verdict": one.verdict.value, "why": one.why.code, "params": dict(one.why.params)}
        for one in proof.checks
    )
    return Decision((KeepProof(facts.record_id, proof.verdict, checks, now, next_look(facts.written_at, now)),))


def next_look(written_at: datetime, now: datetime) -> datetime | None:
    """When a record is judged next: ever more rarely, until it is a month old."""
    return next((written_at + step for step in LOOKS if written_at + step > now), None)


def _checks(facts: ProofFacts) -> Iterator[Check]:
    yield from at_places(facts)
    yield from subject_there(facts)
    yield written_soon(facts)
    if facts.photos or facts.wants(Evidence.PHOTO):
        yield photo_time(facts)
    yield from photo_place(facts)
    if facts.wants(Evidence.SIGNATURE):
        yield signed(facts)
    yield device(facts)


def _whole(facts: ProofFacts, checks: tuple[Check, ...]) -> str:
    against = SPEAKS_AGAINST | ({"subject_there"} if facts.kind is DutyKind.TALK else set())
    if any(one.verdict is Verdict.BROKEN and one.code in against for one in checks):
        return "contradicted"
    needed = [one for one in checks if one.code in PROVES or one.code == "written_soon"]
    something = any(one.code in PROVES for one in needed)
    proven = something and all(one.verdict is Verdict.KEPT for one in needed)
    return "proven" if proven else "unknown"
