"""Whether a record proves that a visit or talk was really made. Each check has three answers, and so has the whole."""

from app.rules.proof.facts import Asked, Check, Nearby, Photographed, Point, Proof, ProofFacts, Verdict, Where
from app.rules.proof.judge import LOOKS, decide, judge

__all__ = [
    "LOOKS",
    "Asked",
    "Check",
    "Nearby",
    "Photographed",
    "Point",
    "Proof",
    "ProofFacts",
    "Verdict",
    "Where",
    "decide",
    "judge",
]
