"""What a record proves, as the interface tells it: three answers, each with its sentence and its numbers."""

from typing import Any

from marshmallow import fields

from app.api.fields import Body, Instant, choice
from app.queries.record_proofs import Proof
from app.rules.proof import Verdict
from app.rules.wording import SENTENCES, sentence

WHOLE = ("proven", "contradicted", "unknown")


class CheckAnswer(Body):
    """One check."""

    code = fields.String(required=True, metadata={"description": "at_home, subject_there, written_soon, photo_time …"})
    verdict = choice(Verdict, required=True, metadata={"description": "What is missing is unknown, never broken."})
    why = fields.String(required=True, allow_none=True, metadata={"description": "Chinese, with its numbers."})
    params = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ProofAnswer(Body):
    """What is known of whether it was really done; judged again when evidence comes later. No finding about anybody."""

    verdict = choice(WHOLE, required=True)
    checks = fields.List(fields.Nested(CheckAnswer), required=True)
    judged_at = Instant(required=True)


def proof_answer(proof: Proof | None) -> dict[str, Any] | None:
    """The proof with its sentences; None for a record that nobody has judged."""
    if proof is None:
        return None
    return {"verdict": proof.verdict, "judged_at": proof.judged_at, "checks": [_check(one) for one in proof.checks]}


def _check(check: dict[str, Any]) -> dict[str, Any]:
    why, params = str(check.get("why", "")), check.get("params") or {}
    told = sentence(why, params) if why in SENTENCES else None
    return {"code": check["code"], "verdict": check["verdict"], "why": told, "params": params}
