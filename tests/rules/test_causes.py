"""What seems to be behind a silence: signs for the phone and for the person, weighed, and weighed anew."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.effects.causes import MoveCauseCheck, WeighCause
from app.rules.facts import Cause, Hold, Strength
from app.rules.silence import Episode, PhoneHealth, Signs, weigh_again
from app.rules.wording import sentence

SUBJECT = UUID(int=1)
HEARD = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOOD = PhoneHealth(80, "always", False, "cellular", HEARD - HOUR)
BACK = HEARD + 30 * HOUR
SILENCE = Episode(SUBJECT, HEARD + DAY, HEARD, 24, GOOD, Signs())


@dataclass(frozen=True)
class Case:
    """What was known, `after` so long from the moment in which the phone was last heard."""

    name: str
    health: PhoneHealth
    signs: Signs
    cause: Cause
    strength: Strength
    why: str
    after: timedelta = DAY


EMPTY, LOW = replace(GOOD, battery_percent=4), replace(GOOD, battery_percent=20)
BACK_AT = Signs(heard_again_at=BACK)

CASES = (
    Case("nothing at all", PhoneHealth(), Signs(), Cause.UNSURE, Strength.MEDIUM, "silent"),
    Case("a good phone", GOOD, Signs(), Cause.UNSURE, Strength.MEDIUM, "silent"),
    Case("an empty battery", EMPTY, Signs(), Cause.PHONE, Strength.MEDIUM, "silent_battery_low"),
    Case("a low battery", LOW, Signs(), Cause.PHONE, Strength.WEAK, "silent_battery_low"),
    Case(
        "a battery that was low the day before",
        replace(EMPTY, told_at=HEARD - 13 * HOUR),
        Signs(),
        Cause.UNSURE,
        Strength.MEDIUM,
        "silent",
    ),
    Case(
        "an empty battery, and at work",
        replace(EMPTY, battery_saver=True, network="none"),
        Signs(),
        Cause.PHONE,
        Strength.STRONG,
        "silent_battery_low",
    ),
    Case("no network", replace(GOOD, network="none"), Signs(), Cause.PHONE, Strength.WEAK, "silent_no_network"),
    Case("met by an officer", GOOD, Signs(met_at=HEARD + HOUR), Cause.PHONE, Strength.MEDIUM, "silent_but_met"),
    Case("outside before", GOOD, Signs(outside=True), Cause.PERSON, Strength.MEDIUM, "silent_outside"),
    Case(
        "on the way out",
        GOOD,
        Signs(edge_m=4000, outside=False, outward_m=2500),
        Cause.PERSON,
        Strength.WEAK,
        "silent_moving_out",
    ),
    Case(
        "near the edge, where the home is",
        GOOD,
        Signs(edge_m=400, outside=False, outward_m=0),
        Cause.UNSURE,
        Strength.MEDIUM,
        "silent",
    ),
    Case("on the way in", GOOD, Signs(edge_m=4000, outward_m=-3000), Cause.UNSURE, Strength.MEDIUM, "silent"),
    Case("logged out", GOOD, Signs(logged_out=True), Cause.PERSON, Strength.MEDIUM, "silent_logged_out"),
    Case("the app is gone", GOOD, Signs(app_gone=True), Cause.PERSON, Strength.WEAK, "silent_app_gone"),
    Case("one miss before", GOOD, Signs(missed_while_heard=1), Cause.UNSURE, Strength.MEDIUM, "silent"),
    Case("two misses before", GOOD, Signs(missed_while_heard=2), Cause.PERSON, Strength.WEAK, "silent_after_misses"),
    Case("outside, on an empty battery", EMPTY, Signs(outside=True), Cause.UNSURE, Strength.MEDIUM, "silent"),
    Case("good, and silent for long", GOOD, Signs(), Cause.PERSON, Strength.WEAK, "silent_for_long", 2 * DAY),
    Case(
        "never told of itself, and silent for long",
        PhoneHealth(),
        Signs(),
        Cause.UNSURE,
        Strength.MEDIUM,
        "silent",
        2 * DAY,
    ),
    Case(
        "back with all that it kept",
        GOOD,
        replace(BACK_AT, tenths_kept=9, restarted=False),
        Cause.PHONE,
        Strength.MEDIUM,
        "silence_without_network",
        2 * DAY,
    ),
    Case(
        "back with nothing, never restarted",
        GOOD,
        replace(BACK_AT, restarted=False),
        Cause.PHONE,
        Strength.WEAK,
        "silence_app_stopped",
        2 * DAY,
    ),
    Case(
        "back with nothing, restarted, good before",
        GOOD,
        replace(BACK_AT, restarted=True),
        Cause.PERSON,
        Strength.WEAK,
        "silence_switched_off",
        2 * DAY,
    ),
    Case(
        "back, restarted, empty before",
        EMPTY,
        replace(BACK_AT, restarted=True),
        Cause.PHONE,
        Strength.STRONG,
        "silent_battery_low",
        2 * DAY,
    ),
    Case("back, and nothing told yet", GOOD, BACK_AT, Cause.UNSURE, Strength.MEDIUM, "silent", 2 * DAY),
    Case(
        "back outside",
        GOOD,
        replace(BACK_AT, restarted=True, back_outside=True),
        Cause.PERSON,
        Strength.STRONG,
        "silence_ended_outside",
        2 * DAY,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_behind_it(case: Case) -> None:
    episode = replace(SILENCE, health=case.health, signs=case.signs)

    weighed, _ = weigh_again(episode, now=HEARD + case.after).effects

    assert isinstance(weighed, WeighCause)
    assert (weighed.cause, weighed.strength, weighed.why.code) == (case.cause, case.strength, case.why)
    assert "—" not in sentence(weighed.why.code, dict(weighed.why.params))


def test_who_does_not_come_back_after_an_outage_is_told_so() -> None:
    over = Hold("carrier", "telecom", HEARD, HEARD + 20 * HOUR)

    weighed, _ = weigh_again(replace(SILENCE, held_by=over), now=HEARD + DAY).effects

    assert isinstance(weighed, WeighCause)
    assert (weighed.cause, weighed.why.code) == (Cause.UNSURE, "silent_after_outage")


@pytest.mark.parametrize(
    ("signs", "now", "again"),
    [
        (Signs(), HEARD + 2 * DAY, None),
        (BACK_AT, BACK + HOUR / 2, BACK + DAY),
        (BACK_AT, BACK + DAY, None),
    ],
    ids=["still silent: no more", "soon after the return: once more", "a day after: no more"],
)
def test_when_it_is_weighed_again(signs: Signs, now: datetime, again: datetime | None) -> None:
    *_, move = weigh_again(replace(SILENCE, signs=signs), now=now).effects

    assert move == MoveCauseCheck(SUBJECT, again)
