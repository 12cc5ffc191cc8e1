"""What counts as evidence of an episode about a zone: a good fix, far enough on the wrong side, when it arrived."""

from typing import Any

import pytest

from app.simulation.cluster import SUPERUSER, Cluster
from tests.database import Server
from tests.simulation.replays import at, header, play, registered, staff, told

HOME = {"lon": 118.627, "lat": 28.738}
KM_NORTH = 1 / 111.195


@pytest.fixture(autouse=True)
def _server_of_the_run(database_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(database_server, Cluster):
        monkeypatch.setenv("REPLAY_DATABASE_URL", database_server.url("postgres", SUPERUSER))


def days(kind: str, zone: str, north_km: float, accuracy_m: float) -> dict[str, Any]:
    """The score of an hour in which the person was so far north of the zone's middle, home being there too."""
    circle = {**HOME, "radius_m": 500}
    order = {"ground": "broke_prohibition", "from": at("07:00"), "to": at("00:00", "2026-04-01"), "by": "head"}
    fix = {"lon": HOME["lon"], "lat": HOME["lat"] + north_km * KM_NORTH, "accuracy_m": accuracy_m}
    printed = play(
        header(score=[kind], changes={"phone_under_order": True}),
        *staff(),
        registered(home={"lon": HOME["lon"], "lat": HOME["lat"] - 3 * KM_NORTH}),
        {"at": at("07:00"), "do": "positioning_order", "subject": "s", **order},
        {"at": at("07:10"), "do": "zone", "subject": "s", "zone": "z", "kind": zone, "circle": circle},
        *({"at": at(f"08:{minute:02}"), "do": "position", "subject": "s", **fix} for minute in range(0, 60, 5)),
        {"at": at("08:00"), "do": "truth", "subject": "s", "kind": kind, "from": at("07:55"), "to": at("09:00")},
    )
    assert told(printed, "refused") == []
    return told(printed, "score", kind=kind)[0]


def test_deep_in_a_forbidden_place_can_be_seen_and_is_found() -> None:
    score = days("forbidden_zone", "forbidden", 0.1, 20)
    assert (score["true"], score["missed"], score["unobservable"]) == (1, 0, 0)


@pytest.mark.parametrize(("north_km", "accuracy_m"), [(0.45, 20), (0.1, 300), (2.0, 20)])
def test_at_its_edge_with_a_wide_circle_or_elsewhere_nothing_can_be_seen(north_km: float, accuracy_m: float) -> None:
    assert days("forbidden_zone", "forbidden", north_km, accuracy_m)["unobservable"] == 1


def test_far_outside_of_where_one_has_to_stay_can_be_seen_and_is_found() -> None:
    score = days("left_zone", "stay_inside", 1.0, 20)
    assert (score["true"], score["missed"], score["unobservable"]) == (1, 0, 0)
