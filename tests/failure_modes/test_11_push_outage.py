"""Failure mode 11, for pushes: the push service is out for a morning, and no phone that sleeps can be woken.

One incident. Whose phone slept through a window of that time is not said to have missed it; whose phone was heard in it
is judged as ever, and so is whose phone was silent long before.
"""

from typing import Any

from tests.simulation.replays import at, habit, header, play, registered, staff

ASLEEP = [f"a{n}" for n in range(3)]
GONE = "c0"
AWAKE = [f"b{n}" for n in range(6)]


def morning(*more: dict[str, Any]) -> list[dict[str, Any]]:
    """Ten people, a window from 08:00 to 10:00: three phones are not heard from 07:40 to 11:10, one from 06:05 on."""
    return play(
        header(changes={"outages.at_least": 3}),
        *staff(),
        *(registered(who) for who in [*ASLEEP, *AWAKE, GONE]),
        *(habit(who) for who in AWAKE),
        {"at": at("06:05"), "do": "phone", "subject": GONE, "online": False},
        *more,
        *({"at": at("07:40"), "do": "phone", "subject": who, "online": False} for who in ASLEEP),
        *({"at": at("11:10"), "do": "phone", "subject": who, "online": True} for who in ASLEEP),
    )


def settled(told: list[dict[str, Any]]) -> dict[str, str]:
    """What became of each one's window in the morning."""
    return {
        line["subject"]: line["state"]
        for line in told
        if line["did"] == "duty" and line["kind"] == "check_in" and line["opens_at"] == at("08:00")
    }


def missed(told: list[dict[str, Any]]) -> set[str]:
    """Who is said to have missed it; the afternoon's window is another matter."""
    return {
        line["subject"]
        for line in told
        if line["did"] == "alert" and line["kind"] == "missed_check_in" and line["at"] < at("13:30")
    }


def test_an_outage_of_pushes_is_one_incident_that_holds_back_whose_phone_slept() -> None:
    told = morning({"at": at("07:30"), "do": "outage", "what": "push", "until": at("11:00")})

    incidents = [(line["what"], line["state"]) for line in told if line["did"] == "incident"]
    assert [one for one in incidents if one[0] == "push" and one[1] != "counted"] == [
        ("push", "opened"),
        ("push", "ended"),
    ]
    assert missed(told) == {GONE}
    assert settled(told) == {GONE: "missed", **dict.fromkeys(ASLEEP, "unjudged"), **dict.fromkeys(AWAKE, "fulfilled")}


def test_the_same_morning_with_pushes_that_work_is_judged_as_ever() -> None:
    told = morning()

    assert missed(told) == {*ASLEEP, GONE}
    assert [line for line in told if line["did"] == "incident"] == []
    assert settled(told) == {GONE: "missed", **dict.fromkeys(ASLEEP, "missed"), **dict.fromkeys(AWAKE, "fulfilled")}
