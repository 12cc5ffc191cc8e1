"""What a policy says of judging places, beside `departure`: return, drift, patience, and the way of a leave."""

from dataclasses import asdict, dataclass, fields

from app.rules.policy.reader import Table

LIMITS: dict[str, tuple[float, float]] = {
    "return_m": (0, 100_000),
    "zone_share": (0.05, 1),
    "run_gap_min": (1, 24 * 60),
    "drift_m": (0, 5_000),
    "drift_hold_min": (0, 24 * 60),
    "stay_min": (1, 24 * 60),
    "recent_min": (0, 24 * 60),
    "late_min": (1, 24 * 60),
    "way_factor": (1, 5),
    "way_slack_km": (0, 500),
}


@dataclass(frozen=True, slots=True)
class Places:
    """`return_m`: a single circle so far back ends a departure. `zone_share`: inside a small zone no more depth is
    asked for than this share of the radius of the largest circle that fits into it. `run_gap_min`: fixes farther apart
    are not in a row. `drift_m`: so far a phone may stray from where it lies while it claims to be exact; a crossing
    that this explains has to last `drift_hold_min`, and where the phone lay is told by the `stay_min` before.
    `recent_min`: so old the last fix may be for a bound that begins to be judged by it. `late_min`: evidence that
    arrives later is late. The way of an approved leave may be `way_factor` as long as the straight one, and
    `way_slack_km` more.
    """

    return_m: float = 100
    zone_share: float = 0.5
    run_gap_min: float = 60
    drift_m: float = 150
    drift_hold_min: float = 20
    stay_min: float = 60
    recent_min: float = 30
    late_min: float = 10
    way_factor: float = 1.25
    way_slack_km: float = 10


USUAL_PLACES = Places()


def read_places(root: Table) -> Places:
    """`places`: metres, minutes and shares; what is left out has its usual value."""
    usual = USUAL_PLACES
    if not root.has("places"):
        return usual
    table = root.table("places")
    found = {
        name: table.number(name, *LIMITS[name]) if table.has(name) else getattr(usual, name)
        for name in (one.name for one in fields(Places))
    }
    table.finish()
    return Places(**found)


def write_places(places: Places) -> dict[str, object]:
    """The section as it is stored: whole numbers without a point."""
    return {name: int(value) if value == int(value) else value for name, value in asdict(places).items()}
