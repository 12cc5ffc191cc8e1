"""Leave in a replay, from the request to the return, late or in time, and what it silences."""

from typing import Any

import pytest

from tests.database import Server
from tests.simulation.replays import Line, at, habit, header, play, registered, staff, told

LONGYOU, LANXI = {"lon": 119.17, "lat": 29.03}, {"lon": 119.46, "lat": 29.21}
"""In the county town of 龙游, and in 兰溪, another city's county."""


@pytest.fixture(autouse=True)
def _server_of_the_run(database_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cluster of its own: a database on the server that the whole run shares."""
    monkeypatch.setenv("REPLAY_DATABASE_URL", database_server.url("postgres", "postgres"))


def leave(from_at: str, until: str, *, time: str = "07:00", **more: Any) -> Line:
    return {
        "at": at(time),
        "do": "leave",
        "subject": "s",
        "from": from_at,
        "to": until,
        "destination": "330825",
        "decision": "approved",
        **more,
    }


def county_staff() -> Line:
    return {"at": at("00:00"), "do": "officer", "officer": "chen", "county": "330881", "role": "county_staff"}


def test_a_late_return_is_an_alert_that_the_return_ends() -> None:
    """Ends on the 3rd at 18:00; overdue when its formality is a day late; back on the 5th."""
    printed = play(
        header(end="2026-03-06", score=["leave_overdue"]),
        *staff(),
        registered(class_="lenient"),
        habit(),
        leave(at("08:00"), at("18:00", "2026-03-03"), by="li"),
        {"at": at("12:00", "2026-03-05"), "do": "returned", "subject": "s"},
        {
            "at": at("12:00", "2026-03-05"),
            "do": "truth",
            "subject": "s",
            "kind": "leave_overdue",
            "from": at("18:00", "2026-03-03"),
            "to": at("12:00", "2026-03-05"),
        },
    )
    assert told(printed, "refused") == []
    duties = told(printed, "duty", kind="leave_return")
    assert [(line["state"], line["at"]) for line in duties] == [
        ("open", at("08:00")),
        ("missed", "2026-03-04T18:00:30+08:00"),
        ("late", at("12:00", "2026-03-05")),
    ]
    alerts = told(printed, "alert", kind="leave_overdue")
    assert [line["state"] for line in alerts if line["state"] != "escalated"] == ["opened", "recovered"]
    assert (alerts[0]["about"], alerts[0]["event_at"]) == ("leave", at("18:00", "2026-03-03"))
    (score,) = told(printed, "score")
    assert (score["true"], score["false"], score["missed"]) == (1, 0, 0)


def test_who_is_back_in_time_hears_nothing_more() -> None:
    printed = play(
        header(end="2026-03-05"),
        *staff(),
        registered(class_="lenient"),
        habit(),
        leave(at("08:00"), at("18:00")),
        {"at": at("17:00"), "do": "returned", "subject": "s"},
        {"at": at("18:00"), "do": "returned", "subject": "s"},
    )
    assert [line["reason"] for line in told(printed, "refused")] == ["no_leave"]
    assert [line["state"] for line in told(printed, "duty", kind="leave_return")] == ["open", "fulfilled"]
    assert told(printed, "alert", kind="leave_overdue") == []


def test_the_law_says_who_decides() -> None:
    week, long = at("18:00", "2026-03-08"), at("18:00", "2026-03-09")
    printed = play(
        header(end="2026-03-03"),
        *staff(),
        county_staff(),
        registered(class_="lenient"),
        leave(at("08:00"), long, by="li", time="07:00"),
        {**leave(at("08:00", "2026-03-10"), long, time="07:01"), "to": at("18:00", "2026-03-20"), "by": "chen"},
        leave(at("08:00", "2026-04-01"), at("18:00", "2026-04-03"), decision="refused", time="07:02"),
        {
            "at": at("07:03"),
            "do": "permit",
            "subject": "s",
            "places": ["330825", "330824"],
            "from": at("08:00"),
            "to": at("08:00", "2026-09-02"),
            "by": "chen",
        },
    )
    assert week < long
    assert [(line["reason"]) for line in told(printed, "refused")] == ["leave_needs_county"]


def test_leave_silences_what_it_covers_and_nothing_else() -> None:
    """In 龙游 by leave for it; then in 兰溪 without: one departure, and it begins there."""
    path = [
        [at("06:00"), 118.627, 28.738, 20],
        [at("09:00"), LONGYOU["lon"], LONGYOU["lat"], 20],
        [at("12:00"), LANXI["lon"], LANXI["lat"], 20],
        [at("15:00"), LONGYOU["lon"], LONGYOU["lat"], 20],
    ]
    order = {
        "at": at("06:10"),
        "do": "positioning_order",
        "subject": "s",
        "ground": "left_without_permission",
        "from": at("06:10"),
        "to": at("00:00", "2026-03-20"),
        "by": "head",
    }
    printed = play(
        header(changes={"phone_under_order": True, "order_interval_s": 300}),
        *staff(),
        registered(class_="lenient"),
        order,
        {"at": at("06:20"), "do": "location_habit", "subject": "s", "path": path},
        leave(at("08:00"), at("20:00", "2026-03-04")),
    )
    assert told(printed, "refused") == []
    left = [line for line in told(printed, "alert", kind="left_area") if line["state"] in {"opened", "counted"}]
    assert [line["event_at"][:13] for line in left] == [at("12:00")[:13]]
    over = told(printed, "alert", kind="left_area", state="recovered")
    assert [line["at"][:13] for line in over] == [at("15:00")[:13]], "back where the leave holds"
