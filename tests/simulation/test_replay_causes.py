"""Silences of four kinds in one replay: the last word on each is what was true of it."""

from collections.abc import Iterator
from typing import Any

from tests.simulation.replays import Line, at, header, play, registered, staff, told

BACK = {"empty": True, "off": True, "killed": False, "offline": False}
"""Who was silent from ten until one, and whose phone had to be started again."""
CAUSES = {"empty": "phone", "off": "person", "killed": "phone", "offline": "phone"}


def lines() -> Iterator[Line]:
    yield from staff()
    for who, reboot in BACK.items():
        yield registered(who)
        yield {
            "at": at("06:30"),
            "do": "positioning_order",
            "subject": who,
            "ground": "refused_reporting",
            "from": at("07:00"),
            "to": at("00:00", "2026-04-01"),
            "by": "head",
        }
        battery = 5 if who == "empty" else 80
        yield {"at": at("09:50"), "do": "health", "subject": who, "battery_percent": battery}
        for hour in range(8, 16):
            if who == "offline" or not 10 <= hour < 13:
                yield fix(who, at(f"{hour:02}:05"))
        yield {"at": at("10:00"), "do": "phone", "subject": who, "online": False}
        yield {"at": at("13:00"), "do": "phone", "subject": who, "online": True, "reboot": reboot}
        truth: Line = {"at": at("10:00"), "do": "truth", "subject": who, "kind": "lost_contact", "cause": CAUSES[who]}
        yield truth | {"from": at("10:00"), "to": at("13:00")}


def fix(who: str, when: str) -> dict[str, Any]:
    place = {"lon": 118.627, "lat": 28.738, "accuracy_m": 20}
    return {"at": when, "do": "position", "subject": who, **place}


def test_the_last_word_on_each_silence_is_what_was_true() -> None:
    head = header(score=["lost_contact"], changes={"phone_under_order": True})
    printed = play(head, *sorted(lines(), key=lambda line: str(line["at"])))

    [score] = told(printed, "score")
    assert (score["true"], score["false"], score["missed"]) == (4, 0, 0)
    assert score["cause_right"] == 1
