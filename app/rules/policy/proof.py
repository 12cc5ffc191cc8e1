"""What a policy says of proof: how near is near, how long is soon, and what makes records worth a second look."""

from dataclasses import asdict, dataclass

from app.rules.policy.reader import Table


@dataclass(frozen=True, slots=True)
class ProofRules:
    """Metres, minutes and counts; every one is assumed until the county confirms it.

    `near_m` around the place of a visit, `apart_m` between officer and subject, `photo_near_m` between a photo and the
    officer; `around_min` before and after a visit in which a position or a photo belongs to it. The `look_*` are those
    of patterns, over the last `look_days`.
    """

    near_m: int = 150
    apart_m: int = 200
    photo_near_m: int = 300
    around_min: int = 60
    look_days: int = 60
    look_many: int = 4
    look_many_min: int = 30
    look_far_m: int = 1_000
    look_far_times: int = 2
    look_same_percent: int = 90
    look_same_length: int = 20
    look_last_day_percent: int = 80
    look_last_day_least: int = 5
    look_photo_bits: int = 4


USUAL_PROOF = ProofRules()

_BOUNDS = {
    "near_m": (10, 5_000),
    "apart_m": (10, 5_000),
    "photo_near_m": (10, 5_000),
    "around_min": (5, 1_440),
    "look_days": (14, 366),
    "look_many": (2, 100),
    "look_many_min": (1, 1_440),
    "look_far_m": (100, 100_000),
    "look_far_times": (1, 100),
    "look_same_percent": (50, 100),
    "look_same_length": (5, 1_000),
    "look_last_day_percent": (50, 100),
    "look_last_day_least": (2, 100),
    "look_photo_bits": (0, 16),
}


def read_proof(root: Table) -> ProofRules:
    """`proof`: any key may be left out."""
    if not root.has("proof"):
        return USUAL_PROOF
    table = root.table("proof")
    usual = asdict(USUAL_PROOF)
    read = {key: table.integer(key, *bounds, if_absent=usual[key]) for key, bounds in _BOUNDS.items()}
    table.finish()
    return ProofRules(**read)
