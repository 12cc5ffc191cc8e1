"""Near or far, when nobody knows exactly where somebody was: the whole circle of accuracy decides, never its centre."""

from app.rules.proof.facts import Verdict


def near(distance_m: float, accuracy_m: float, limit_m: float) -> Verdict:
    """Whether somebody was within `limit_m`, measured `distance_m` away by a fix that is good to `accuracy_m`.

    Kept where every point of the circle is within, broken where none is, otherwise it cannot be judged. A fix that
    does not say how good it is (0 or less) proves nothing either way.
    """
    if accuracy_m <= 0:
        return Verdict.UNKNOWN
    if distance_m + accuracy_m <= limit_m:
        return Verdict.KEPT
    return Verdict.BROKEN if distance_m - accuracy_m > limit_m else Verdict.UNKNOWN
