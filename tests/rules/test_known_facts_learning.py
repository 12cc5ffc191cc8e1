"""四知道: what a check takes the place of, and which duties it fulfils."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.effects import WriteAudit
from app.rules.effects.known_facts import How, Source
from app.rules.effects.occasions import NoteOccasion
from app.rules.errors import Conflict, NotAllowed, NotFound, Refused, ZhifangError
from app.rules.facts import Actor, DutyState, Grant, OccasionKind, Role, SubjectStatus
from app.rules.known_facts import (
    InFile,
    KnowledgeFacts,
    OpenCheck,
    Settlement,
    Standing,
    Statement,
    Told,
    learn,
    settle,
)
from app.rules.wording import SENTENCES
from tests.rules.known import (
    DAY,
    FACTS,
    FIRST,
    IN_FILE,
    NOW,
    OFFICE,
    OFFICER,
    SECOND,
    a_check,
    a_policy,
    after,
    changes,
    field_view,
    kept,
    said,
)


def test_a_check_keeps_its_statements_and_records_which_fields_not_what_was_said() -> None:
    decision = learn(FACTS, a_check(Told("case", "盗窃罪"), Told("identity")), OFFICER, now=NOW)
    assert {code: (fact.value, fact.held, fact.item) for code, fact in kept(decision).items()} == {
        "case": ("盗窃罪", None, "知1"),
        "identity": (None, IN_FILE.held["identity"], "知1"),
    }
    audit = decision.effects[-1]
    assert isinstance(audit, WriteAudit)
    assert (audit.action, dict(audit.details)) == ("facts.record", {"fields": ["case", "identity"]})
    assert "盗窃" not in str(audit)


def test_the_same_source_replaces_its_own_word_and_another_stays_beside_it() -> None:
    officer, police = said("case", "盗窃罪", NOW - DAY), said("case", "诈骗罪", NOW - DAY, source=Source.POLICE)
    facts = replace(FACTS, statements=(officer, police))
    new = kept(learn(facts, a_check(Told("case", "抢夺罪")), OFFICER, now=NOW))["case"]
    assert new.supersedes == (officer.id,)
    later = after(facts, learn(facts, a_check(Told("case", "抢夺罪")), OFFICER, now=NOW))
    assert field_view("case", *later.statements).standing is Standing.CONTRADICTED


def test_saying_why_lets_the_new_word_count_at_once() -> None:
    police = said("case", "诈骗罪", NOW - DAY, source=Source.POLICE)
    facts = replace(FACTS, statements=(police,))
    decision = learn(facts, a_check(Told("case", "盗窃罪"), settle="判决书为准"), OFFICER, now=NOW)
    new = kept(decision)["case"]
    assert (new.supersedes, new.settles, new.note) == ((police.id,), True, "判决书为准")
    assert field_view("case", *after(facts, decision).statements).standing is Standing.KNOWN


def test_verifying_again_confirms_and_makes_fresh() -> None:
    old = said("case", "盗窃罪", NOW - 60 * DAY)
    facts = replace(FACTS, statements=(old,))
    assert field_view("case", old).standing is Standing.STALE
    decision = learn(facts, a_check(Told("case", "盗窃罪")), OFFICER, now=NOW)
    assert (kept(decision)["case"].confirms_id, kept(decision)["case"].supersedes) == (old.id, (old.id,))
    assert field_view("case", *after(facts, decision).statements).standing is Standing.KNOWN


def test_what_is_written_late_about_an_earlier_time_takes_no_newer_words_place() -> None:
    newer = said("mood", "steady", NOW)
    facts = replace(FACTS, statements=(newer,))
    decision = learn(facts, a_check(Told("mood", "low"), when=NOW - DAY), OFFICER, now=NOW)
    assert kept(decision)["mood"].supersedes == ()
    found = field_view("mood", *after(facts, decision).statements)
    assert found.counts
    assert found.counts.value == "steady"


def test_what_the_same_source_said_later_counts_also_where_the_earlier_word_is_written_last() -> None:
    newer, police = said("case", "盗窃罪", NOW), said("case", "诈骗罪", NOW - DAY, source=Source.POLICE)
    facts = replace(FACTS, statements=(newer,))
    late = learn(facts, a_check(Told("case", "诈骗罪"), when=NOW - DAY / 2), OFFICER, now=NOW)
    assert (kept(late)["case"].outdated_by, kept(late)["case"].differs_from) == (newer.id, ())
    assert field_view("case", *after(facts, late).statements).standing is Standing.KNOWN
    both = replace(FACTS, statements=(newer, police))
    late = learn(both, a_check(Told("case", "诈骗罪"), when=NOW - DAY / 2), OFFICER, now=NOW)
    assert kept(late)["case"].supersedes == (), "what is of the past takes nobody's place"
    assert field_view("case", *after(both, late).statements).standing is Standing.CONTRADICTED
    other = learn(facts, a_check(Told("case", "诈骗罪"), when=NOW - DAY / 2, said_by="李某"), OFFICER, now=NOW)
    assert (kept(other)["case"].outdated_by, kept(other)["case"].differs_from) == (None, (newer.id,))


def test_saying_why_one_word_counts_loses_no_other_note() -> None:
    police = said("case", "诈骗罪", NOW - DAY, source=Source.POLICE)
    check = a_check(Told("case", "盗窃罪"), Told("risk", "high", note="酗酒"), settle="判决书为准", note="面谈所得")
    found = kept(learn(replace(FACTS, statements=(police,)), check, OFFICER, now=NOW))
    assert (found["case"].note, found["risk"].note) == ("判决书为准\n面谈所得", "酗酒")


@pytest.mark.parametrize(
    ("told", "changed", "code"),
    [
        ((), {}, "nothing_told"),
        ((Told("nonsense", "x"),), {}, "unknown_fact"),
        ((Told("case", ""),), {}, "fact_text_needed"),
        ((Told("case", "罪" * 501),), {}, "fact_text_needed"),
        ((Told("mood", "angry"),), {}, "unknown_value"),
        ((Told("risk", "high"),), {}, "fact_needs_words"),
        ((Told("identity", "王某"),), {}, "fact_stands_in_file"),
        ((Told("identity"),), {"how": How.PHONE_REPORT}, "word_verifies_nothing"),
        ((Told("contact", "reached", FIRST),), {}, "unknown_contact"),
        ((Told("case", "盗窃罪"), Told("case", "诈骗罪")), {}, "told_twice"),
        ((Told("case", "盗窃罪"),), {"when": NOW + timedelta(minutes=3)}, "not_happened_yet"),
    ],
)
def test_what_cannot_be_kept_is_refused(told: tuple[Told, ...], changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        learn(FACTS, a_check(*told, **changed), OFFICER, now=NOW)
    assert refused.value.code == code
    assert code in SENTENCES


@pytest.mark.parametrize(
    ("facts", "told", "error", "code"),
    [
        (replace(FACTS, status=SubjectStatus.ENDED), Told("case", "x"), Conflict, "not_in_correction"),
        (replace(FACTS, in_file=InFile({})), Told("identity"), Conflict, "nothing_in_file"),
        (FACTS, Told("identity", held=UUID(int=5)), Conflict, "file_changed"),
        (replace(FACTS, policy=a_policy(by=(Role.COUNTY_STAFF,))), Told("identity"), NotAllowed, "item_not_yours"),
        (replace(FACTS, office_path="33.08.82.01"), Told("identity"), NotAllowed, "item_not_yours"),
    ],
)
def test_what_stands_against_it_is_told(
    facts: KnowledgeFacts, told: Told, error: type[ZhifangError], code: str
) -> None:
    with pytest.raises(error) as refused:
        learn(facts, a_check(told), OFFICER, now=NOW)
    assert refused.value.code == code


def test_what_others_than_the_policy_names_write_down_is_a_word() -> None:
    aide = Actor("user", UUID(int=8), (Grant(Role.AIDE, OFFICE, "33.08.81.01"),))
    decision = learn(FACTS, a_check(Told("case", "盗窃罪")), aide, now=NOW)
    assert kept(decision)["case"].verification == (None, None)
    assert field_view("case", *after(FACTS, decision).statements).standing is Standing.UNVERIFIED


ALL_OF_1 = (Told("identity"), Told("case", "盗窃罪"), Told("term"), Told("class"), Told("restrictions", "没有"))


def owed(state: DutyState = DutyState.OPEN, opens: datetime = NOW - DAY, due: datetime = NOW + DAY) -> OpenCheck:
    return OpenCheck(UUID(int=50), "知1", state, opens, due)


def test_a_duty_is_fulfilled_once_all_that_is_needed_was_verified_in_its_time() -> None:
    facts = replace(FACTS, owed=(owed(),))
    first = learn(facts, a_check(*ALL_OF_1[:4]), OFFICER, now=NOW)
    assert changes(first) == []
    last = learn(after(facts, first), a_check(ALL_OF_1[4], id=UUID(int=10)), OFFICER, now=NOW)
    (done,) = changes(last)
    assert (done.state, done.effective_at, done.evidence and done.evidence.kind) == (
        DutyState.FULFILLED,
        NOW,
        "fact_check",
    )
    assert done.reason.code in SENTENCES


@pytest.mark.parametrize(
    ("duty", "happened", "state"),
    [
        (owed(due=NOW), NOW - SECOND, DutyState.FULFILLED),
        (owed(due=NOW), NOW, DutyState.LATE),
        (owed(DutyState.MISSED, due=NOW - 2 * SECOND), NOW, DutyState.LATE),
        (owed(DutyState.MISSED, due=NOW), NOW - SECOND, DutyState.FULFILLED),
        (owed(DutyState.UNJUDGED, due=NOW), NOW, None),
        (owed(DutyState.UNJUDGED, due=NOW), NOW - SECOND, DutyState.FULFILLED),
        (owed(opens=NOW), NOW, DutyState.FULFILLED),
        (owed(opens=NOW), NOW - SECOND, None),
        (owed(DutyState.WAIVED), NOW, None),
    ],
)
def test_a_duty_is_settled_by_when_it_was_verified(
    duty: OpenCheck, happened: datetime, state: DutyState | None
) -> None:
    decision = learn(replace(FACTS, owed=(duty,)), a_check(*ALL_OF_1, when=happened), OFFICER, now=NOW)
    assert [change.state for change in changes(decision)] == ([state] if state else [])


def test_a_planned_duty_whose_time_has_begun_is_opened_first() -> None:
    decision = learn(replace(FACTS, owed=(owed(DutyState.PLANNED),)), a_check(*ALL_OF_1), OFFICER, now=NOW)
    assert [change.state for change in changes(decision)] == [DutyState.OPEN, DutyState.FULFILLED]


def test_what_is_contradicted_fulfils_nothing_until_it_is_settled() -> None:
    police = said("case", "诈骗罪", NOW - DAY, source=Source.POLICE)
    facts = replace(FACTS, statements=(police,), owed=(owed(),))
    first = learn(facts, a_check(*ALL_OF_1), OFFICER, now=NOW)
    assert changes(first) == []
    now_known = after(facts, first)
    mine = next(each for each in now_known.statements if each.value == "盗窃罪")
    assert mine.id
    decision = settle(now_known, Settlement(UUID(int=11), "case", mine.id, "判决书", b"h"), OFFICER, now=NOW + DAY / 2)
    assert [change.state for change in changes(decision)] == [DutyState.FULFILLED]
    (fact,) = kept(decision).values()
    assert (fact.settles, fact.note, set(fact.supersedes)) == (True, "判决书", {police.id, mine.id})
    assert fact.verification == (OFFICER.id, NOW), "settling verifies nothing anew"


@pytest.mark.parametrize(
    ("statements", "chosen", "error", "code"),
    [
        ((said("case", "盗窃罪"),), said("case", "盗窃罪").id, Conflict, "nothing_to_settle"),
        ((said("case", "盗窃罪"),), UUID(int=1), NotFound, "not_found"),
    ],
)
def test_there_must_be_something_to_settle(
    statements: tuple[Statement, ...], chosen: UUID, error: type[ZhifangError], code: str
) -> None:
    with pytest.raises(error) as refused:
        settle(
            replace(FACTS, statements=statements), Settlement(UUID(int=11), "case", chosen, "x", b"h"), OFFICER, now=NOW
        )
    assert refused.value.code == code


def test_work_that_changed_is_an_occasion_and_the_first_word_of_it_is_none() -> None:
    first = learn(FACTS, a_check(Told("occupation", "employed")), OFFICER, now=NOW)
    assert not [effect for effect in first.effects if isinstance(effect, NoteOccasion)]
    facts = replace(FACTS, statements=(said("occupation", "employed", NOW - DAY),))
    lost = learn(facts, a_check(Told("occupation", "unemployed")), OFFICER, now=NOW)
    (event,) = [effect for effect in lost.effects if isinstance(effect, NoteOccasion)]
    assert (event.kind, event.happened_at) == (OccasionKind.WORK_EVENT, NOW)


@pytest.mark.parametrize(
    ("occupation", "learned", "verified", "events"),
    [
        ("unemployed", NOW - DAY, True, 1),
        ("unemployed", NOW - DAY, False, 0),
        ("unemployed", NOW - 9 * DAY, True, 0),
    ],
    ids=["what is newer and verified", "a mere word", "what was known before the other word"],
)
def test_settling_on_another_work_is_an_occasion_as_of_when_it_was_learned(
    occupation: str, learned: datetime, verified: bool, events: int
) -> None:
    before = said("occupation", "employed", NOW - 5 * DAY, source=Source.EMPLOYER)
    new = said("occupation", occupation, learned, by=UUID(int=2) if verified else None)
    assert new.id
    facts = replace(FACTS, statements=(before, new))
    decision = settle(facts, Settlement(UUID(int=11), "occupation", new.id, "单位已证实", b"h"), OFFICER, now=NOW)
    found = [effect for effect in decision.effects if isinstance(effect, NoteOccasion)]
    assert [(one.kind, one.happened_at, one.source.id) for one in found] == [
        (OccasionKind.WORK_EVENT, learned, new.id)
    ] * events
