"""Which evidence a record has, and which the policy asks for beside it."""

from typing import Any

import pytest

from app.rules.effects.records import Details, Finding, Signed, Signing
from app.rules.facts import FilePurpose
from app.rules.policy.items import Evidence
from app.rules.visits.evidence import gathered, missing

BARE: dict[str, Any] = {"has_fix": False, "has_met": False, "files": [], "item": "访1"}
CASES: list[tuple[Details, dict[str, Any], set[str]]] = [
    (Details(), {}, set()),
    (Details(), {"has_fix": True, "has_met": True}, {"place", "met"}),
    (Details(signing=Signing(Signed.ON_PAPER, Signed.ON_SCREEN)), {}, {"signature", "officer_signature"}),
    (Details(signing=Signing(Signed.REFUSED, None, "不愿意")), {}, set()),
    (Details(), {"files": [FilePurpose.PHOTO, FilePurpose.SIGNATURE_SUBJECT]}, {"photo"}),
    (Details(findings=(Finding("访1", None, ("stamp",)), Finding("谈1", None, ("recording",)))), {}, {"stamp"}),
]


@pytest.mark.parametrize(("details", "given", "found"), CASES)
def test_what_a_record_has_comes_of_itself_its_files_and_its_ticks(
    details: Details, given: dict[str, Any], found: set[str]
) -> None:
    assert gathered(details, **{**BARE, **given}) == {"note", *found}


def test_what_is_missing_is_told_in_the_order_of_the_policy() -> None:
    wanted = [word.value for word in (Evidence.PLACE, Evidence.PHOTO, Evidence.MET, Evidence.NOTE)]
    assert missing(wanted, {"note", "photo"}) == ("place", "met")
    assert missing([], set()) == ()
