"""Lines about the work rule: several items in one visit, occasions, reports, periods, and duties that are let go."""

import json

import pytest

from app.simulation.replay.scenario import ScenarioError, read_scenario
from tests.simulation.replays import Line, at, header, play, registered, staff, told

DAY_2 = "2026-03-03"


def of_work_rule() -> list[Line]:
    return [
        *staff(),
        registered(),
        registered("n", class_="normal"),
        {
            "at": at("09:00"),
            "do": "visit",
            "officer": "li",
            "subject": "n",
            "items": ["访1", "谈1"],
            "happened_at": at("08:00"),
            "ended_at": at("08:40"),
            "lon": 118.627,
            "lat": 28.738,
            "accuracy_m": 12,
            "met": "本人和母亲",
            "note": "情况稳定",
        },
        {"at": at("09:10"), "do": "visit", "officer": "li", "subject": "n", "item": "访九"},
        {"at": at("09:20"), "do": "waive", "officer": "li", "subject": "s", "item": "访1", "reason": "本人住院"},
        {"at": at("09:21"), "do": "waiver_decision", "officer": "zhou", "subject": "s", "granted": False},
        {"at": at("09:22"), "do": "waiver_decision", "officer": "zhou", "subject": "s", "granted": True},
        {"at": at("09:23"), "do": "waive", "officer": "li", "subject": "s", "item": "访1", "reason": "仍在住院"},
        {"at": at("09:24"), "do": "waiver_decision", "officer": "head", "subject": "s", "granted": True},
        {"at": at("09:30"), "do": "occasion", "subject": "n", "kind": "family_event", "note": "母亲住院"},
        {"at": at("09:31"), "do": "occasion_withdraw", "officer": "li", "subject": "n", "kind": "family_event"},
        {"at": at("09:32"), "do": "occasion_withdraw", "officer": "li", "subject": "n", "kind": "family_event"},
        {"at": at("09:40"), "do": "report", "subject": "n", "kind": "work", "on": "2026-03-01", "text": "换了工作"},
        {
            "at": at("10:00"),
            "do": "period",
            "officer": "zhou",
            "county": "330881",
            "title": "两会",
            "from": "2026-03-09",
            "to": "2026-03-12",
        },
        {"at": at("10:30"), "do": "period_withdraw", "officer": "zhou", "title": "两会"},
    ]


def test_what_officers_do_by_the_work_rule() -> None:
    printed = play({**header(end=DAY_2), "policy_changes": {}}, *of_work_rule())
    refused = [line["reason"] for line in told(printed, "refused")]
    assert refused == ["unknown_item", "no_such_waiver", "no_such_occasion"]
    assert [line["state"] for line in told(printed, "duty", subject="n", rule="访1")][:2] == ["open", "fulfilled"]
    assert [line["state"] for line in told(printed, "duty", subject="n", rule="谈1")] == ["open", "fulfilled"]
    waived = told(printed, "duty", subject="s", rule="访1")
    assert [(line["at"], line["state"]) for line in waived] == [(at("06:00"), "open"), (at("09:24"), "waived")]
    # A talk follows from what was entered, falls away when that is taken back, and follows again from the report.
    talks = told(printed, "duty", subject="n", rule="谈3")
    assert [(line["at"], line["state"]) for line in talks] == [
        *((at("09:30"), "open"), (at("09:31"), "cancelled"), (at("09:40"), "open"))
    ]
    assert {line["due_at"] for line in talks} == {at("00:00", "2026-03-06")}
    assert {line["kind"] for line in told(printed, "duty", subject="n", rule="知3")} == {"verification"}
    assert [line["subject"] for line in told(printed, "receipt", **{"for": "report"})] == ["n"]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"do": "visit", "officer": "li", "subject": "s"}, "item"),
        ({"do": "talk", "officer": "li", "subject": "s", "item": "谈1", "items": ["谈1"]}, "item"),
        ({"do": "occasion", "subject": "s", "kind": "intake"}, "kind"),
        ({"do": "period", "officer": "li", "title": "t", "from": "2026-03-09", "to": "2026-03-12"}, "office"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused_before_anything_runs(event: Line, reason: str) -> None:
    lines = [header(), *staff(), registered(), {"at": at("09:00"), **event}]
    with pytest.raises(ScenarioError, match=reason):
        read_scenario(json.dumps(line) for line in lines)
