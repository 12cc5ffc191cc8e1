"""四知道: how each field stands as time goes by."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.rules.effects.known_facts import How, Source
from app.rules.facts import SupervisionClass
from app.rules.known_facts import (
    BY_CODE,
    FIELDS,
    Form,
    InFile,
    KnownItem,
    Standing,
    fingerprint,
    fresh_until,
    view,
)
from app.rules.wording.known_facts import FIELDS as TITLES
from app.rules.wording.known_facts import ITEMS, SOURCES, STANDINGS, VALUES, WAYS
from tests.rules.known import (
    DAY,
    FIRST,
    HOME,
    IN_FILE,
    NOW,
    PERSON,
    POLICY,
    SECOND,
    SECOND_CONTACT,
    at,
    field_view,
    said,
)


def test_every_word_of_the_vocabulary_has_its_chinese() -> None:
    assert set(TITLES) == set(BY_CODE)
    assert set(ITEMS) == {item.value for item in KnownItem}
    assert {field.code: set(field.options) for field in FIELDS if field.options} == {
        code: set(words) for code, words in VALUES.items()
    }
    assert (set(SOURCES), set(WAYS), set(STANDINGS)) == (set(Source), set(How), set(Standing))


def test_what_nobody_told_is_missing_and_never_no() -> None:
    views = view(InFile({}), (), POLICY, SupervisionClass.STRICT, now=NOW)
    assert {each.standing for each in views} == {Standing.MISSING}
    assert field_view("identity").standing is Standing.UNVERIFIED


@pytest.mark.parametrize(
    ("class_", "verified", "until"),
    [
        (SupervisionClass.STRICT, "2026-01-31", "2026-03-01"),
        (SupervisionClass.STRICT, "2028-01-31", "2028-03-01"),
        (SupervisionClass.STRICT, "2026-02-28", "2026-03-29"),
        (SupervisionClass.NORMAL, "2026-11-30", "2027-03-01"),
        (SupervisionClass.NORMAL, "2027-11-30", "2028-03-01"),
        (SupervisionClass.LENIENT, "2026-08-31", "2027-03-01"),
    ],
)
def test_a_verification_counts_until_the_end_of_its_last_day(
    class_: SupervisionClass, verified: str, until: str
) -> None:
    ends = at(f"{until}T00:00")
    assert fresh_until(POLICY, KnownItem.IDENTITY, class_, at(verified)) == ends
    one = said("case", "盗窃罪", at(verified))
    for now, standing in ((ends - SECOND, Standing.KNOWN), (ends, Standing.STALE), (ends + SECOND, Standing.STALE)):
        views = view(IN_FILE, [one], POLICY, class_, now=now)
        assert next(each for each in views if each.field.code == "case").standing is standing


def test_nothing_grows_stale_where_no_policy_repeats_it() -> None:
    one = said("case", "盗窃罪", at("2020-01-01"))
    assert field_view("case", one, policy=None).standing is Standing.KNOWN
    assert field_view("case", one, policy=replace(POLICY, items={})).fresh_until is None


def test_a_change_of_class_moves_the_end_of_what_was_verified_before() -> None:
    verified = at("2026-01-15")
    one = said("case", "盗窃罪", verified)
    standings = [
        next(each for each in view(IN_FILE, [one], POLICY, class_, now=NOW) if each.field.code == "case").standing
        for class_ in SupervisionClass
    ]
    assert standings == [Standing.STALE, Standing.KNOWN, Standing.KNOWN]


def test_what_stands_in_the_file_is_verified_there_and_anew_once_it_changed() -> None:
    checked = said("dwelling", None, held=HOME)
    assert field_view("dwelling", checked).standing is Standing.KNOWN
    moved = replace(IN_FILE, held={**IN_FILE.held, "dwelling": UUID(int=99)})
    later = field_view("dwelling", checked, in_file=moved)
    assert (later.standing, later.changed) == (Standing.UNVERIFIED, True)
    nowhere = replace(IN_FILE, held={**IN_FILE.held, "dwelling": None})
    assert field_view("dwelling", checked, in_file=nowhere).standing is Standing.MISSING


def test_a_fingerprint_tells_a_change_and_nothing_stands_for_nothing() -> None:
    one = fingerprint(PERSON, "dwelling", "花园岗村 1 号", None)
    assert one == fingerprint(PERSON, "dwelling", "花园岗村 1 号", "")
    assert one != fingerprint(PERSON, "dwelling", "花园岗村 2 号", None)
    assert one != fingerprint(UUID(int=5), "dwelling", "花园岗村 1 号", None)
    assert fingerprint(PERSON, "dwelling", None, "") is None


def test_a_word_alone_is_no_verification() -> None:
    word = said("case", "盗窃罪", by=None, how=How.PHONE_REPORT, source=Source.SUBJECT)
    assert field_view("case", word).standing is Standing.UNVERIFIED
    assert field_view("case", word, said("case", "盗窃罪")).standing is Standing.KNOWN


def test_two_sources_that_differ_are_a_contradiction_and_both_are_shown() -> None:
    one = said("occupation", "employed")
    other = said("occupation", "unemployed", source=Source.COMMUNITY, by=None)
    found = field_view("occupation", one, other)
    assert found.standing is Standing.CONTRADICTED
    assert {each.value for each in found.statements} == {"employed", "unemployed"}
    assert found.counts is None


def test_what_passes_is_told_anew_and_contradicts_nothing() -> None:
    found = field_view("mood", said("mood", "low", NOW - DAY), said("mood", "steady", NOW, source=Source.FAMILY))
    assert (found.standing, found.counts and found.counts.value) == (Standing.KNOWN, "steady")


def test_a_workplace_is_needed_by_those_at_work_alone() -> None:
    assert field_view("workplace").unneeded
    assert not field_view("workplace", said("occupation", "employed")).unneeded
    assert field_view("workplace", said("occupation", "farming")).unneeded


@pytest.mark.parametrize(
    ("contacts", "tests", "standing"),
    [
        ((), (), Standing.MISSING),
        ((FIRST,), ((FIRST, "reached", 0),), Standing.MISSING),
        ((FIRST, SECOND_CONTACT), (), Standing.UNVERIFIED),
        ((FIRST, SECOND_CONTACT), ((FIRST, "reached", 0), (SECOND_CONTACT, "unreached", 0)), Standing.UNVERIFIED),
        ((FIRST, SECOND_CONTACT), ((FIRST, "reached", 0), (SECOND_CONTACT, "reached", 3)), Standing.KNOWN),
        ((FIRST, SECOND_CONTACT), ((FIRST, "reached", 0), (SECOND_CONTACT, "reached", 40)), Standing.STALE),
    ],
)
def test_two_contacts_must_have_been_reached(
    contacts: tuple[UUID, ...], tests: tuple[tuple[UUID, str, int], ...], standing: Standing
) -> None:
    told = [said("contact", answer, NOW - days * DAY, held=key) for key, answer, days in tests]
    assert field_view("contact", *told, in_file=replace(IN_FILE, contacts=contacts)).standing is standing


def test_the_last_test_of_a_contact_counts() -> None:
    both = replace(IN_FILE, contacts=(FIRST, SECOND_CONTACT))
    tests = [
        said("contact", "reached", NOW - DAY, held=FIRST),
        said("contact", "reached", NOW - DAY, held=SECOND_CONTACT),
        said("contact", "unreached", NOW, held=SECOND_CONTACT),
    ]
    assert field_view("contact", *tests, in_file=both).standing is Standing.UNVERIFIED


def test_what_an_item_needs_is_what_the_vocabulary_says() -> None:
    held = {field.code for field in FIELDS if field.form is Form.HELD}
    assert held == set(IN_FILE.held)
    assert all(any(field.required for field in FIELDS if field.item is item) for item in KnownItem)
