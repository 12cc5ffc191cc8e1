"""What each check says, and what they come to together."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.facts import DutyKind, FilePurpose
from app.rules.policy.items import Evidence, Place
from app.rules.policy.proof import ProofRules
from app.rules.proof import Asked, Nearby, Photographed, Point, ProofFacts, Verdict, Where, judge
from app.rules.proof.judge import next_look
from app.rules.wording import sentence
from app.rules.wording.proof import CHECKS, WHOLE
from tests.builders.app import MONDAY

KEPT, BROKEN, UNKNOWN = Verdict
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HOME_VISIT = Asked("访1", Place.HOME, frozenset({Evidence.PLACE, Evidence.NOTE}))
OFFICE_TALK = Asked("谈1", Place.OFFICE, frozenset({Evidence.SIGNATURE}))
NEXT_DOOR = Asked("访4", Place.NEIGHBOURS, frozenset({Evidence.NOTE}))
SHOP = Asked("访3", Place.WORKPLACE, frozenset({Evidence.NOTE}))
A_POINT, OWN_POINT = Point(Place.WORKPLACE, 40, own=False), Point(Place.WORKPLACE, 40, own=True)
FAR_POINT, OTHER_POINT = Point(Place.WORKPLACE, 5_000, own=False), Point(Place.POLICE_STATION, 40, own=False)
FAR_LATER = Where(20, then=False)
AT_HOME: dict[str, Any] = {"where": Where(20), "distances": ((Place.HOME, 50.0),)}


def facts(**changes: Any) -> ProofFacts:
    usual: dict[str, Any] = {
        "record_id": UUID(int=1),
        "subject_id": UUID(int=2),
        "kind": DutyKind.VISIT,
        "happened_at": MONDAY,
        "ended_at": MONDAY + 30 * MINUTE,
        "written_at": MONDAY + 40 * MINUTE,
        "asked": (HOME_VISIT,),
        "rules": ProofRules(),
        "write_within_days": 3,
    }
    return ProofFacts(**usual | changes)


def verdicts(given: ProofFacts) -> dict[str, Verdict]:
    return {check.code: check.verdict for check in judge(given).checks}


@pytest.mark.parametrize(
    ("changes", "check", "verdict", "whole"),
    [
        (AT_HOME, "at_home", KEPT, "proven"),
        ({"where": Where(20), "distances": ((Place.HOME, 5_000.0),)}, "at_home", BROKEN, "contradicted"),
        ({"where": Where(200), "distances": ((Place.HOME, 50.0),)}, "at_home", UNKNOWN, "unknown"),
        ({"where": Where(0), "distances": ((Place.HOME, 5.0),)}, "at_home", UNKNOWN, "unknown"),
        ({"where": Where(20, mock=True), "distances": ((Place.HOME, 5.0),)}, "at_home", UNKNOWN, "unknown"),
        ({"where": Where(20)}, "at_home", UNKNOWN, "unknown"),
        ({}, "at_home", UNKNOWN, "unknown"),
        ({**AT_HOME, "written_at": MONDAY + 3 * DAY}, "written_soon", KEPT, "proven"),
        ({**AT_HOME, "written_at": MONDAY + 4 * DAY}, "written_soon", BROKEN, "unknown"),
        ({**AT_HOME, "written_at": MONDAY + 4 * DAY, "drafted_at": MONDAY}, "written_soon", UNKNOWN, "unknown"),
        ({**AT_HOME, "photos": (Photographed(MONDAY + 90 * MINUTE),)}, "photo_time", KEPT, "proven"),
        ({**AT_HOME, "photos": (Photographed(MONDAY + 91 * MINUTE),)}, "photo_time", BROKEN, "contradicted"),
        ({**AT_HOME, "photos": (Photographed(MONDAY - 60 * MINUTE),)}, "photo_time", KEPT, "proven"),
        ({**AT_HOME, "photos": (Photographed(MONDAY - 61 * MINUTE),)}, "photo_time", BROKEN, "contradicted"),
        ({**AT_HOME, "photos": (Photographed(None),)}, "photo_time", UNKNOWN, "unknown"),
        (
            {**AT_HOME, "photos": (Photographed(MONDAY - DAY), Photographed(None))},
            *("photo_time", UNKNOWN, "unknown"),
        ),
        ({**AT_HOME, "photos": (Photographed(MONDAY, 250, 20),)}, "photo_place", KEPT, "proven"),
        ({**AT_HOME, "photos": (Photographed(MONDAY, 900, 20),)}, "photo_place", BROKEN, "contradicted"),
        ({**AT_HOME, "photos": (Photographed(MONDAY, 900, 0),)}, "photo_place", UNKNOWN, "proven"),
        ({**AT_HOME, "subject": Nearby(MONDAY, 60, 30)}, "subject_there", KEPT, "proven"),
        ({**AT_HOME, "subject": Nearby(MONDAY, 9_000, 30)}, "subject_there", UNKNOWN, "proven"),
        (
            {"kind": DutyKind.TALK, "subject": Nearby(MONDAY, 9_000, 30), **AT_HOME},
            *("subject_there", BROKEN, "contradicted"),
        ),
        ({"where": FAR_LATER, "distances": ((Place.HOME, 5_000.0),)}, "at_home", UNKNOWN, "unknown"),
        ({"where": FAR_LATER, "distances": ((Place.HOME, 50.0),)}, "at_home", KEPT, "proven"),
        ({"asked": (NEXT_DOOR,), **AT_HOME}, "at_neighbours", KEPT, "proven"),
        ({"asked": (SHOP,), "where": Where(20), "points": (A_POINT,)}, "at_workplace", KEPT, "proven"),
        ({"asked": (SHOP,), "where": Where(20), "points": (FAR_POINT, A_POINT)}, "at_workplace", KEPT, "proven"),
        ({"asked": (SHOP,), "where": Where(20), "points": (FAR_POINT,)}, "at_workplace", UNKNOWN, "unknown"),
        ({"asked": (SHOP,), "where": Where(0), "points": (A_POINT,)}, "at_workplace", UNKNOWN, "unknown"),
        ({"asked": (SHOP,), "where": Where(20), "points": (OWN_POINT,)}, "at_workplace", UNKNOWN, "unknown"),
        ({"asked": (SHOP,), "where": Where(20), "points": (OTHER_POINT,)}, "at_workplace", UNKNOWN, "unknown"),
        (
            {"asked": (NEXT_DOOR,), "where": Where(20), "distances": ((Place.HOME, 5_000.0),)},
            *("at_neighbours", UNKNOWN, "unknown"),
        ),
        (
            {"kind": DutyKind.TALK, "subject": Nearby(MONDAY, 9_000, 30), **AT_HOME, "where": FAR_LATER},
            *("subject_there", UNKNOWN, "proven"),
        ),
        (
            {**AT_HOME, "where": FAR_LATER, "photos": (Photographed(MONDAY, 900, 20),)},
            *("photo_place", UNKNOWN, "proven"),
        ),
        ({**AT_HOME, "here_since": MONDAY - DAY}, "device", KEPT, "proven"),
        ({**AT_HOME, "here_since": MONDAY + MINUTE}, "device", UNKNOWN, "proven"),
    ],
)
def test_each_check_and_the_whole(changes: dict[str, Any], check: str, verdict: Verdict, whole: str) -> None:
    given = facts(**changes)
    assert (verdicts(given)[check], judge(given).verdict) == (verdict, whole)


def test_a_talk_in_the_office_is_proven_by_its_signature() -> None:
    talk = facts(kind=DutyKind.TALK, asked=(OFFICE_TALK,))
    assert (verdicts(talk)["signed"], judge(talk).verdict) == (UNKNOWN, "unknown")
    signed = replace(talk, attached=frozenset({FilePurpose.SIGNATURE_SUBJECT}))
    assert (verdicts(signed)["signed"], judge(signed).verdict) == (KEPT, "proven")


def test_a_place_whose_point_nobody_knows_cannot_be_judged() -> None:
    shop = Asked("访3", Place.WORKPLACE, frozenset({Evidence.PLACE}))
    both = facts(asked=(HOME_VISIT, shop), **AT_HOME)
    assert (verdicts(both)["at_home"], verdicts(both)["at_workplace"]) == (KEPT, UNKNOWN)
    assert judge(both).verdict == "unknown"


def test_a_record_is_judged_again_ever_more_rarely_and_not_for_ever() -> None:
    at, looks = MONDAY, []
    while (again := next_look(MONDAY, at)) is not None:
        assert again > at
        looks.append(at := again)
    assert (looks[0] - MONDAY, looks[-1] - MONDAY, len(looks)) == (10 * MINUTE, 30 * DAY, 7)


def test_a_photo_that_the_policy_asks_for_and_nobody_sent_is_no_blame() -> None:
    asks = Asked("访1", Place.HOME, frozenset({Evidence.PLACE, Evidence.PHOTO}))
    without = facts(asked=(asks,), **AT_HOME)
    assert (verdicts(without)["photo_time"], judge(without).verdict) == (UNKNOWN, "unknown")


def test_without_anything_to_prove_it_by_a_record_is_unknown() -> None:
    assert judge(facts(asked=(Asked("旧", Place.NONE, frozenset()),))).verdict == "unknown"


def test_every_check_has_its_words() -> None:
    full = facts(**AT_HOME, subject=Nearby(MONDAY, 60, 30), photos=(Photographed(MONDAY, 10, 5),))
    for check in judge(full).checks:
        assert check.code in CHECKS
        assert "—" not in sentence(check.why.code, dict(check.why.params))
    assert judge(full).verdict in WHOLE


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0, "结束后 0 分钟"), (59, "结束后 59 分钟"), (60, "结束后 1.0 小时"), (150, "结束后 2.5 小时")],
)
def test_how_soon_it_was_written_is_told_in_what_people_count_by(minutes: int, told: str) -> None:
    written = facts(written_at=MONDAY + (30 + minutes) * MINUTE)
    (soon,) = (check for check in judge(written).checks if check.code == "written_soon")
    assert sentence(soon.why.code, dict(soon.why.params)).startswith(told)
