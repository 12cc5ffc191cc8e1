"""Why somebody should look: what was measured, how sure it is, and whose doing it seems to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.rules.calendar import SHANGHAI
from app.rules.facts import AlertKind, Cause, Reason, Strength
from app.rules.places.crossings import How
from app.rules.places.episodes import Over
from app.rules.places.marks import Weight
from app.rules.places.points import Point
from app.rules.policy import Policy

CLEAR_ACCURACY_M = 100.0
"""Up to here a circle is a clear measurement; wider ones come from networks."""

MOST_IDS = 20


class Seen(NamedTuple):
    """One fix beyond the bound, and how far, in metres."""

    point: Point
    weight: Weight
    beyond_m: float


@dataclass(frozen=True, slots=True)
class Judged:
    """The words, and what they rest on: ids and metres, no places."""

    why: Reason
    strength: Strength
    cause: Cause
    evidence: Mapping[str, Any]


def judged(
    kind: AlertKind,
    how: How,
    seen: Sequence[Seen],
    *,
    from_at: datetime,
    fixes: int,
    county: str | None,
    destinations: Sequence[str],
    policy: Policy,
    late: bool,
) -> Judged:
    """One episode in words. `destinations` names where approved leave would have allowed the person to be."""
    farthest = max((one.beyond_m for one in seen), default=0.0)
    accuracy = max((one.point.accuracy_m for one in seen), default=0.0)
    strength, cause = weighed(seen, policy)
    params = [
        ("since", _instant(from_at)),
        ("beyond_m", f"{farthest:.0f}"),
        ("accuracy_m", f"{accuracy:.0f}"),
        ("fixes", str(fixes)),
        ("place_how", how.value),
        ("strength", strength.value),
        ("place_late", "yes" if late else "no"),
    ]
    code = kind.value
    if county:
        params.append(("county", county))
    if destinations:
        params.append(("destination", "、".join(destinations)))
        code += "_on_leave"
    if not county:
        code += "_unnamed"
    evidence = {
        "fixes": [str(one.point.id) for one in seen[:MOST_IDS]],
        "beyond_m": round(farthest),
        "accuracy_m": round(accuracy),
    }
    return Judged(Reason(f"place_{code}", tuple(params)), strength, cause, evidence)


def is_clear(point: Point, weight: Weight) -> bool:
    """Whether a fix is a clear measurement: exact, and nothing speaks against it."""
    return point.accuracy_m <= CLEAR_ACCURACY_M and not weight.marks


def weighed(seen: Sequence[Seen], policy: Policy) -> tuple[Strength, Cause]:
    """Strong is a run of clear, unmarked circles; weak is what rests on poor accuracy or marked fixes alone.

    The doing is put down to the person only by strong evidence: anything less may be the phone's.
    """
    clear = [one for one in seen if is_clear(one.point, one.weight)]
    if not clear:
        return Strength.WEAK, Cause.UNSURE
    lasted = clear[-1].point.at - clear[0].point.at
    departure = policy.departure
    if len(clear) >= departure.circles and lasted >= timedelta(minutes=departure.over_min):
        proven = all(one.point.proven for one in clear)
        return Strength.STRONG, Cause.PERSON if proven else Cause.UNSURE
    return Strength.MEDIUM, Cause.UNSURE


def recovered(kind: AlertKind, over: Over, at: datetime) -> Reason:
    """Why an episode is over."""
    code = f"place_{kind}_{over}" if over is Over.RETURNED else f"place_{over}"
    return Reason(code, (("at", _instant(at)),))


def _instant(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")
