"""Days of a small county: the service does what the scenario asks for, and prints what it did."""

import json
import os
from pathlib import Path

import pytest

from app.simulation.cluster import SUPERUSER, Cluster
from app.simulation.replay.engine import replay
from app.simulation.replay.scenario import read_scenario
from tests.database import Server
from tests.simulation.replays import at, habit, header, play, registered, staff, told

SECOND_DAY = "2026-03-03"


@pytest.fixture(autouse=True)
def _server_of_the_run(database_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replays share the tests' server, each with a database of its own; one test below brings its own cluster."""
    if isinstance(database_server, Cluster):
        monkeypatch.setenv("REPLAY_DATABASE_URL", database_server.url("postgres", SUPERUSER))


TRACES = Path(os.environ.get("ZHIFANG_TRACES", Path(__file__).resolve().parents[3] / "shared" / "data"))


def test_a_missed_check_in_reaches_the_officer_and_stays_until_it_is_dealt_with() -> None:
    printed = play(
        header(score=["missed_check_in"]),
        *staff(),
        registered(),
        habit(checks_in="never"),
        {"at": at("11:00"), "do": "acknowledge", "officer": "li", "subject": "s", "alert": "missed_check_in"},
        {
            "at": at("12:00"),
            "do": "close",
            "officer": "li",
            "subject": "s",
            "alert": "missed_check_in",
            "reason": "real",
            "result": "已联系",
        },
        {
            "at": at("00:00"),
            "do": "truth",
            "subject": "s",
            "kind": "missed_check_in",
            "from": at("10:00"),
            "to": at("10:00"),
        },
    )
    missed = told(printed, "duty", rule="check_in.strict.1", state="missed")
    assert [line["at"] for line in missed] == ["2026-03-02T10:30:30+08:00"]
    first = told(printed, "alert", kind="missed_check_in", event_at=at("10:00"))
    assert [line["state"] for line in first] == ["opened", "acknowledged", "closed"]
    assert "08:00" in first[0]["why"]
    pushed = told(printed, "push", kind="missed_check_in")[0]
    assert (pushed["at"], pushed["to"], pushed["step"], pushed["result"]) == (missed[0]["at"], "li", "office", "sent")
    score = told(printed, "score", kind="missed_check_in")[0]
    assert (score["true"], score["missed"]) == (1, 0)


def test_an_alert_that_nobody_takes_on_climbs_to_county_and_city() -> None:
    printed = play(header(), *staff(), registered(), habit(checks_in="never"))
    pushes = told(printed, "push", kind="missed_check_in")[:4]
    steps = [(line["step"], line["to"], line["at"][11:16]) for line in pushes]
    assert steps[0] == ("office", "li", "10:30")
    assert {step for step in steps[1:] if step[0] == "county"} == {
        ("county", "zhou", "11:30"),
        ("county", "head", "11:30"),
    }
    assert ("city", "zheng", "14:30") in steps


def test_who_checks_in_by_habit_is_never_told_of() -> None:
    printed = play(header(), *staff(), registered(), habit())
    assert told(printed, "alert") == []
    assert len(told(printed, "duty", kind="check_in", state="fulfilled")) == 2
    assert len(told(printed, "duty", kind="location_check", state="fulfilled")) == 4
    assert {line["outcome"] for line in told(printed, "receipt")} == {"accepted"}


def test_a_silent_phone_is_one_alert_that_recovers_when_it_is_heard() -> None:
    printed = play(
        header(end="2026-03-05"),
        *staff(),
        registered(class_="lenient"),
        {"at": at("12:00"), "do": "phone", "subject": "s", "online": False},
        {"at": at("18:00", SECOND_DAY), "do": "phone", "subject": "s", "online": True},
    )
    silence = told(printed, "alert", kind="lost_contact")
    told_of = [(line["state"], line["at"]) for line in silence if line["state"] != "escalated"]
    assert told_of == [("opened", at("12:00", SECOND_DAY)), ("recovered", at("18:00", SECOND_DAY))]
    assert silence[0]["event_at"] == at("12:00", SECOND_DAY)


def test_an_offline_check_in_counts_by_when_it_happened() -> None:
    printed = play(
        header(),
        *staff(),
        registered(),
        {"at": at("07:30"), "do": "phone", "subject": "s", "online": False, "clock_offset_s": -7200},
        {"at": at("09:00"), "do": "check_in", "subject": "s", "lon": 118.627, "lat": 28.738, "accuracy_m": 15},
        {"at": at("11:00"), "do": "phone", "subject": "s", "online": True},
    )
    states = [line["state"] for line in told(printed, "duty", rule="check_in.strict.1")]
    assert states == ["open", "missed", "fulfilled"]
    alert = told(printed, "alert", kind="missed_check_in", event_at=at("10:00"))
    assert [line["state"] for line in alert][-1] == "recovered"
    assert alert[-1]["cause"] == "phone"


def test_a_rebooted_phone_with_a_wrong_clock_is_reviewed_not_blamed() -> None:
    printed = play(
        header(),
        *staff(),
        registered(),
        {"at": at("07:30"), "do": "phone", "subject": "s", "online": False, "clock_offset_s": 1800},
        {"at": at("08:45"), "do": "check_in", "subject": "s", "lon": 118.627, "lat": 28.738, "accuracy_m": 15},
        {"at": at("09:00"), "do": "phone", "subject": "s", "reboot": True},
        {"at": at("09:30"), "do": "phone", "subject": "s", "online": True},
    )
    receipts = told(printed, "receipt", **{"for": "check_in"})
    assert [line["outcome"] for line in receipts] == ["to_review"]
    assert [line["state"] for line in told(printed, "duty", rule="check_in.strict.1")] == ["open", "submitted"]


def test_a_scheduler_that_stood_still_judges_each_window_once_with_its_own_time() -> None:
    printed = play(
        header(end="2026-03-05"),
        *staff(),
        registered(),
        {"at": at("07:00"), "do": "outage", "what": "scheduler", "until": at("09:00", SECOND_DAY)},
    )
    occurrences = [
        line for line in told(printed, "alert", kind="missed_check_in") if line["state"] in {"opened", "counted"}
    ]
    first_day = [line for line in occurrences if line["event_at"].startswith("2026-03-02")]
    assert len(first_day) == 2
    assert {line["at"] for line in first_day} == {at("09:00", SECOND_DAY)}
    assert len({line["event_at"] for line in occurrences}) == len(occurrences)


def test_windows_in_which_the_service_was_away_are_unjudged_and_one_incident() -> None:
    printed = play(
        header(),
        *staff(),
        registered("a"),
        registered("b"),
        {"at": at("07:00"), "do": "outage", "what": "service", "until": at("13:00")},
    )
    unjudged = told(printed, "duty", rule="check_in.strict.1", state="unjudged")
    assert {line["subject"] for line in unjudged} == {"a", "b"}
    assert {line["at"] for line in unjudged} == {at("15:00")}
    assert told(printed, "alert", event_at=at("10:00")) == []
    assert told(printed, "incident")[-1]["subjects"] == 2
    assert len({line["what"] for line in told(printed, "incident")}) == 1


def test_pushes_that_fail_are_sent_when_the_channel_is_back() -> None:
    printed = play(
        header(changes={"ladder_min.county": 600, "ladder_min.city": 700}),
        *staff(),
        registered(),
        {"at": at("10:00"), "do": "outage", "what": "push", "until": at("12:00")},
    )
    pushes = told(printed, "push", kind="missed_check_in", to="li", step="office")
    first = [line["result"] for line in pushes if line["at"] < at("12:10")]
    assert first[:-1] == ["retry"] * (len(first) - 1)
    assert first[-1] == "sent"


def test_refusals_are_printed_with_their_line() -> None:
    lines = [
        header(),
        *staff(),
        registered(),
        {"at": at("07:00"), "do": "waive", "officer": "li", "subject": "s", "duty": "intake"},
        {"at": at("08:00"), "do": "visit", "officer": "li", "subject": "s", "item": "访9"},
        {"at": at("08:30"), "do": "close", "officer": "li", "subject": "s", "alert": "lost_contact", "reason": "real",
         "result": "无"},
        {"at": at("09:00"), "do": "end", "subject": "s", "reason": "custody"},
        {"at": at("09:30"), "do": "position", "subject": "s", "lon": 118.6, "lat": 28.7, "accuracy_m": 9},
    ]  # fmt: skip
    refused = told(play(*lines), "refused")
    assert [(line["line"], line["reason"]) for line in refused] == [
        (8, "no_such_duty"),
        (9, "unknown_item"),
        (10, "no_such_alert"),
        (12, "session_ended"),
    ]


def test_a_spot_check_is_kept_missed_or_refused() -> None:
    printed = play(
        header(),
        *staff(),
        registered("s", class_="lenient"),
        registered("t", class_="lenient"),
        habit("s"),
        habit("t", checks_in="never"),
        {"at": at("21:00"), "do": "spot_check", "officer": "li", "subject": "s", "limit_minutes": 30},
        {"at": at("21:00"), "do": "spot_check", "officer": "li", "subject": "t", "limit_minutes": 30},
        {"at": at("21:05"), "do": "spot_check", "officer": "li", "subject": "t", "limit_minutes": 30},
        {"at": at("22:30"), "do": "spot_check", "officer": "li", "subject": "s", "limit_minutes": 30},
    )
    duties = [line for line in told(printed, "duty") if line["kind"] == "spot_check"]
    assert [(line["subject"], line["state"]) for line in duties] == [
        ("s", "open"),
        ("t", "open"),
        ("s", "fulfilled"),
        ("t", "missed"),
    ]
    assert {line["due_at"] for line in duties} == {at("21:30")}
    assert "的抽查未收到签到" in next(line["why"] for line in told(printed, "alert") if line["event_at"] == at("21:30"))
    assert [line["reason"] for line in told(printed, "refused")] == ["spot_check_open", "spot_check_hours"]


def test_whoever_missed_a_check_in_is_asked_once_a_day_and_is_looked_for_where_the_phone_lies_still() -> None:
    """Until 07:00 all three are with their phones; `t` has left it at home, `u` cannot be heard at all."""
    rounds = [
        {"at": at(time), "do": "ask_missed", "officer": "li", "limit_minutes": 60}
        for time in ("11:00", "13:00", "21:30")
    ]
    printed = play(
        header(),
        *staff(),
        *(registered(who) for who in "stu"),
        *(habit(who) for who in "stu"),
        habit("t", checks_in="never", time="07:00"),
        {"at": at("07:00"), "do": "phone", "subject": "u", "online": False},
        *rounds,
    )
    asked = [line for line in told(printed, "duty", state="open") if line["kind"] == "spot_check"]
    assert [(line["subject"], line["opens_at"]) for line in asked] == [("t", at("11:00"))]
    [alert] = told(printed, "alert", kind="suspected_separation", state="opened")
    assert (alert["subject"], alert["event_at"], alert["cause"]) == ("t", at("11:00"), "unsure")
    assert "连续 2 次" in alert["why"]
    assert told(printed, "refused") == []


def test_intake_order_class_change_visit_and_waiver_go_through() -> None:
    printed = play(
        header(end="2026-03-20", changes={"phone_under_order": True}),
        *staff(),
        {
            "at": at("08:00"),
            "do": "judgment",
            "subject": "late",
            "category": "probation",
            "effective_on": "2026-03-02",
            "office": "o",
        },
        registered(class_="normal"),
        {
            "at": at("07:00"),
            "do": "visit",
            "officer": "li",
            "subject": "s",
            "item": "访1",
            "lon": 118.627,
            "lat": 28.738,
        },
        {"at": at("07:05"), "do": "talk", "officer": "li", "subject": "s", "item": "谈1"},
        {"at": at("07:10"), "do": "class_change", "subject": "s", "class": "strict"},
        {
            "at": at("07:20"),
            "do": "positioning_order",
            "subject": "s",
            "ground": "left_without_permission",
            "from": at("07:20"),
            "to": at("00:00", "2026-04-01"),
            "by": "head",
        },
        {"at": at("07:30"), "do": "position", "subject": "s", "lon": 118.63, "lat": 28.74, "accuracy_m": 10},
        {"at": at("08:10"), "do": "waive", "officer": "li", "subject": "s", "duty": "check_in"},
        {"at": at("09:00"), "do": "order_lift", "subject": "s", "by": "head"},
        {"at": at("09:30"), "do": "position", "subject": "s", "lon": 118.63, "lat": 28.74, "accuracy_m": 10},
    )
    assert told(printed, "refused") == []
    assert [line["state"] for line in told(printed, "duty", kind="visit")][:2] == ["open", "fulfilled"]
    assert told(printed, "duty", rule="check_in.strict.1", state="waived")
    kept = told(printed, "receipt", **{"for": "position"})
    assert [(line["at"], line["reasons"]) for line in kept] == [(at("09:30"), ["not_kept"])]
    missed = told(printed, "alert", kind="missed_intake", state="opened")
    assert [line["subject"] for line in missed] == ["late"]
    assert missed[0]["event_at"] == at("00:00", "2026-03-13")


def test_the_same_file_gives_the_same_output_byte_for_byte_on_any_server(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        json.dumps(line)
        for line in (
            header(score=["missed_check_in"]),
            *staff(),
            *(registered(f"s{n}", class_=class_) for n, class_ in enumerate(("strict", "normal", "lenient"))),
            *(habit(f"s{n}", 0.5) for n in range(3)),
        )
    ]
    outputs: list[list[str]] = [[], []]
    for output in outputs:
        replay(read_scenario(lines), output.append)
        monkeypatch.delenv("REPLAY_DATABASE_URL", raising=False)  # the second on a private cluster
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > 20


@pytest.mark.slow
def test_real_tracks_run_to_their_end() -> None:
    path = TRACES / "beijing-traces.jsonl"
    if not path.exists():
        pytest.skip(f"no tracks at {path}: set ZHIFANG_TRACES")
    printed: list[str] = []
    with path.open(encoding="utf-8") as file:
        replay(read_scenario(file), printed.append)
    lines = [json.loads(line) for line in printed]
    assert told(lines, "refused") == []
    score = lines[-1]
    assert (score["did"], score["kind"], score["subjects"], score["days"]) == ("score", "left_area", 4, 24)
    assert (score["occurrences"], score["true"], score["missed"], score["unobservable"]) == (1, 1, 0, 0)
    assert score["delay_s"]["p95"] <= 180


def test_zones_are_set_and_ended_as_officers_do_it() -> None:
    circle = {"lon": 118.6, "lat": 28.7, "radius_m": 300}
    zone = {"do": "zone", "subject": "s", "zone": "mall", "kind": "forbidden"}
    crossing = [[118.6, 28.7], [118.7, 28.8], [118.7, 28.7], [118.6, 28.8], [118.6, 28.7]]
    printed = play(
        header(),
        *staff(),
        registered(),
        {**zone, "at": at("07:00"), "circle": circle},
        {**zone, "at": at("07:10"), "geometry": {"type": "Polygon", "coordinates": [crossing]}},
        {"at": at("07:20"), "do": "zone_remove", "subject": "s", "zone": "mall", "reason": "撤销"},
        {"at": at("07:30"), "do": "zone_remove", "subject": "s", "zone": "mall"},
        {"at": at("07:40"), "do": "zone_remove", "subject": "s", "zone": "market"},
    )
    told_by = [(line["at"][11:16], line["step"], line["to"]) for line in told(printed, "push", kind="zone")]
    assert told_by == [("07:00", "set", "s"), ("07:20", "removed", "s")]
    refused = [(line["line"], line["reason"]) for line in told(printed, "refused")]
    assert refused == [(9, "shape_crosses_itself"), (11, "zone_ended"), (12, "no_such_zone")]
