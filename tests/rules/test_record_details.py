"""What a record may hold beside its note: what is refused, and what a reader is told at once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.rules.effects.records import Details, Finding, Line, Mood, Risk, Signed, Signing, Speaker
from app.rules.errors import Refused
from app.rules.visits import judge
from tests.rules.test_visits import DUE, NOW, a_record, an_actor, codes, facts, written

DAY = timedelta(days=1)
FULL = Details(
    mood=Mood.STEADY,
    risk=Risk.LOW,
    findings=(Finding("访1", "住处整洁", ("place", "photo")),),
    lines=(Line(Speaker.ASKED, "最近工作怎样?"), Line(Speaker.ANSWERED, "正在找。")),
    signing=Signing(Signed.ON_SCREEN, Signed.ON_SCREEN),
    follow_up="核实工作单位",
    follow_up_on=date(2026, 3, 20),
    place_name="家中",
)


def test_the_particulars_go_into_the_record_as_they_were_given() -> None:
    assert written(judge(facts(), a_record(details=FULL), an_actor(), now=NOW)).details == FULL


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (Details(findings=(Finding("谈1"),)), "finding_of_other_item"),
        (Details(follow_up="核实"), "follow_up_needs_day"),
        (Details(follow_up_on=date(2026, 3, 20)), "follow_up_needs_day"),
        (Details(follow_up="核实", follow_up_on=date(2026, 3, 11)), "follow_up_before"),
        (Details(signing=Signing(subject=Signed.REFUSED)), "why_not_signed_needed"),
    ],
)
def test_what_does_not_fit_is_refused(details: Details, code: str) -> None:
    with pytest.raises(Refused) as refused:
        judge(facts(), a_record(DUE - DAY, details=details), an_actor(), now=NOW)
    assert refused.value.code == code


def test_what_follows_may_be_due_on_the_day_itself() -> None:
    same_day = replace(FULL, follow_up_on=date(2026, 3, 12))
    assert written(judge(facts(), a_record(DUE - DAY, details=same_day), an_actor(), now=NOW)).details == same_day


@pytest.mark.parametrize(
    ("details", "told"),
    [
        (Details(), []),
        (Details(offline=True), ["record_written_offline"]),
        (Details(sent_at=NOW - timedelta(minutes=2)), []),
        (Details(sent_at=NOW - timedelta(minutes=2, seconds=1)), ["record_clock_apart"]),
        (Details(sent_at=NOW + timedelta(hours=3)), ["record_clock_apart"]),
        (Details(signing=Signing(Signed.REFUSED, why_not="不愿意")), ["record_not_signed"]),
        (Details(signing=Signing(Signed.ON_PAPER)), []),
    ],
)
def test_a_reader_is_told_at_once(details: Details, told: list[str]) -> None:
    always = ["record_extra", "place_not_given"]
    assert codes(judge(facts(), a_record(NOW - DAY, details=details), an_actor(), now=NOW)) == [*always, *told]
