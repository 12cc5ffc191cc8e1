"""A policy that is wrong somewhere is refused with the line, the dotted key and a sentence in two languages."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import OccasionKind
from app.rules.policy import ByClass, PolicyError, Problem, Span, parse_policy, policy_from_mapping, to_mapping
from tests.rules.policies import policy_text, shipped

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    return caught.value.problems


def line_number(text: str, part: str) -> int:
    """The line on which a part of the text begins; the part must occur once."""
    assert text.count(part) == 1, part
    return text[: text.index(part)].count("\n") + 1


@dataclass(frozen=True)
class Case:
    """`old` in the Jiangshan file becomes `new`; the problem is expected on the line on which `at` stands."""

    old: str
    new: str
    code: str
    key: str
    at: str


CASES = [
    Case("remind_min = 30", "remind_mins = 30", "unknown_key", "remind_mins", "remind_mins"),
    Case("silence_h = 24", 'silence_h = "24"', "wrong_type", "silence_h", 'silence_h = "24"'),
    Case("remind_min = 30", "remind_min = true", "wrong_type", "remind_min", "remind_min"),
    Case("order = false", "order = 0", "wrong_type", "phone_under_order", "order = 0"),
    Case("remind_min = 30", "remind_min = 1.5", "wrong_type", "remind_min", "remind_min"),
    Case("silence_h = 24", "silence_h = nan", "out_of_range", "silence_h", "silence_h = nan"),
    Case("silence_h = 24", "silence_h = inf", "out_of_range", "silence_h", "silence_h = inf"),
    Case("silence_h = 24", "silence_h = 0", "out_of_range", "silence_h", "silence_h = 0"),
    Case("silence_h = 24", "silence_h = 720.5", "out_of_range", "silence_h", "silence_h = 720.5"),
    Case('title = "走访家庭"', 'title = " "', "wrong_type", "items.访1.title", 'title = " "'),
    Case("check_in = 30", "check_in = 1440", "out_of_range", "grace_min.check_in", "check_in = 1440"),
    Case("intake = 0", "intake = -1", "out_of_range", "grace_min.intake", "intake = -1"),
    Case("intake = 0", "intakes = 0", "unknown_key", "grace_min.intakes", "intakes = 0"),
    Case("county = 60", "county = 0", "ladder", "ladder_min.county", "county = 0"),
    Case("city = 240", "city = 59", "ladder", "ladder_min.city", "city = 59"),
    Case('from = "22:00"', 'from = "25:00"', "wrong_type", "quiet.from", 'from = "25:00"'),
    Case('to = "07:00"', 'to = "7:00"', "wrong_type", "quiet.to", 'to = "7:00"'),
    Case('to = "07:00"', 'to = "22:00"', "order", "quiet.to", 'to = "22:00"\nkinds'),
    Case('from = "22:00"', 'from = "24:00"', "out_of_range", "quiet.from", 'from = "24:00"'),
    Case('"talk_overdue"', '"talks"', "not_allowed", "quiet.kinds.3", '"talks"'),
    Case('"talk_overdue"', '"lost_contact"', "never_quiet", "quiet.kinds.3", '"lost_contact"'),
    Case('"talk_overdue"]', '"visit_overdue"]', "repeated", "quiet.kinds.3", 'kinds = ["missed'),
    Case('to = "10:00"', 'to = "08:00"', "order", "windows.strict.1.to", 'to = "08:00"'),
    Case('start_from = "14:00"', 'start_from = "20:01"', "order", "windows.strict.2.start_to", 'start_to = "20:00"'),
    Case("length_min = 60", "length_min = 14", "shorter_than_polls", "windows.strict.2.length_min", "length_min = 14"),
    Case("length_min = 30", "length_min = 14", "shorter_than_polls", "location_checks.length_min", "length_min = 14"),
    Case("length_min = 120", "length_min = 781", "does_not_fit", "windows.normal.1", "[[windows.normal]]"),
    Case(
        'start_from = "14:00"',
        'start_from = "09:59"',
        "overlap",
        "windows.strict.2",
        '[[windows.strict]]\ndays = "daily"\nlength_min',
    ),
    Case('"thu"]', '"thr"]', "not_allowed", "windows.lenient.1.days.2", '"thr"]'),
    Case('["mon", "thu"]', "[]", "empty", "windows.lenient.1.days", "days = []"),
    Case('["mon", "thu"]', '"mondays"', "not_allowed", "windows.lenient.1.days", '"mondays"'),
    Case('days = ["mon", "thu"]\n', "", "missing", "windows.lenient.1.days", "[[windows.lenient]]"),
    Case("length_min = 60", 'length_min = 60\nto = "21:00"', "unknown_key", "windows.strict.2.to", 'to = "21:00"'),
    Case(
        "length_min = 120",
        "length_min = 120\nevery_min = 500",
        "uneven",
        "windows.normal.1.every_min",
        "every_min = 500",
    ),
    Case(
        "length_min = 120",
        "length_min = 120\nevery_min = 60",
        "longer_than_step",
        "windows.normal.1.length_min",
        "length_min = 120",
    ),
    Case("lenient = 1\n", "", "missing", "location_checks.lenient", "[location_checks]"),
    Case("strict = 4", "strict = 32", "too_many", "location_checks.strict", "strict = 32"),
    Case("strict = 4", "strict = -1", "out_of_range", "location_checks.strict", "strict = -1"),
    Case("due = { days = 10 }", "due = { days = 10, weeks = 1 }", "one_unit", "items.知2.triggers.1.due", "weeks = 1"),
    Case("due = { months = 3 }", "due = {}", "one_unit", "items.访4.triggers.1.due", "due = {}"),
    Case(
        "lenient = { months = 12 }",
        "lenient = { months = 37 }",
        "out_of_range",
        "items.访3.repeat.lenient.months",
        "37",
    ),
    Case("lenient = { months = 12 }", "lenient = { hours = 5 }", "one_unit", "items.访3.repeat.lenient", "hours = 5"),
    Case("lenient = { months = 12 }", "loose = { months = 12 }", "unknown_key", "items.访3.repeat.loose", "loose"),
    Case('on = "violation"', 'on = "storm"', "not_allowed", "items.谈2.triggers.1.on", '"storm"'),
    Case(
        'on = "sanction"\ndue = { days = 2 }',
        'on = "sanction"',
        "one_of_two",
        "items.谈2.triggers.2.due",
        '[[items."谈2".triggers]]\non = "sanction"',
    ),
    Case(
        'on = "sanction"\ndue = { days = 2 }',
        'on = "sanction"\nbefore = { days = 2 }',
        "not_ahead",
        "items.谈2.triggers.2.before",
        "before = { days = 2 }",
    ),
    Case(
        "before = { days = 1 }",
        "due = { days = 1 }\n#",
        "only_before",
        "items.谈6.triggers.1.due",
        "due = { days = 1 }\n#",
    ),
    Case("opens_days = 30", "opens_days = 0", "out_of_range", "items.谈6.triggers.1.opens_days", "opens_days = 0"),
    Case("opens_days = 30", "rest_days = 4", "unknown_key", "items.谈6.triggers.1.rest_days", "rest_days = 4"),
    Case('[items."谈6"]', '[items."review"]', "bad_code", "items.review", '[items."review"]'),
    Case('[items."谈6"]', '[items."谈 6"]', "bad_code", "items.谈 6", '[items."谈 6"]'),
    Case('"contacts_tested", "note"', '"blood"', "not_allowed", "items.知2.evidence.1", '"blood"'),
    Case('place = "community"', 'place = "moon"', "not_allowed", "items.访2.place", '"moon"'),
    Case(
        "write_within_days = 3",
        "write_within_days = 3\nfirst_due_days = 10\nhome_repeat_months = { strict = 1, normal = 1, lenient = 1 }",
        "told_twice",
        "visits",
        "[visits]",
    ),
    Case('kind = "talk"', 'kind = "check_in" # 谈', "not_allowed", "items.谈1.kind", 'kind = "check_in" # 谈'),
    Case('waive_by = ["county_staff", "county_head"]', "waive_by = []", "empty", "items.谈1.waive_by", "waive_by = []"),
    Case('["aide", "officer", "county_staff"]', '["procurator"]', "not_allowed", "items.知3.by.1", '["procurator"]'),
    Case("order = false", "order = true", "basis_missing", "phone_under_order_basis", "# 江山市（330881）"),
    Case("order_h = 2", "order_h = 0.08", "silence_below_poll", "silence_under_order_h", "order_h = 0.08"),
    Case('"next_fulfilled"', '"never"', "not_allowed", "recovery.missed_check_in", '"never"'),
    Case("2026-10-01", "2027-10-01", "other_year", "holidays.2026.rest.27", "2027-10-01"),
    Case("2026-10-02", "2026-10-01", "repeated", "holidays.2026.rest.28", "2026-09-27, 2026-10-01, 2026-10-01"),
    Case("2026-10-10", "2026-10-09", "worked_anyway", "holidays.2026.work.6", "2026-10-09"),
    Case("2026-10-10", "2026-10-04", "rest_and_work", "holidays.2026.work.6", "2026-09-20, 2026-10-04"),
    Case("2026-10-10", '"2026-02-30"', "wrong_type", "holidays.2026.work.6", '"2026-02-30"'),
    Case("2026-10-10", "2026-10-10T00:00:00", "wrong_type", "holidays.2026.work.6", "2026-10-10T"),
    Case("[holidays.2026]", "[holidays.'26']", "unknown_key", "holidays.26", "[holidays.'26']"),
    Case("remind_min = 30", "remind_min = {a = 1}", "wrong_type", "remind_min", "remind_min = {"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.key}")
def test_a_wrong_value_is_named_with_its_line(case: Case) -> None:
    text = policy_text("jiangshan")
    assert case.old in text
    text = text.replace(case.old, case.new, 1)
    found = [problem for problem in problems_of(text) if (problem.code, problem.key) == (case.code, case.key)]
    assert found, problems_of(text)
    assert found[0].line == line_number(text, case.at)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.key}")
def test_every_problem_speaks_both_languages_and_names_its_key(case: Case) -> None:
    for problem in problems_of(policy_text("jiangshan").replace(case.old, case.new, 1)):
        assert problem.key in problem.en
        assert problem.key in problem.zh
        assert CHINESE.search(problem.zh)
        assert "{" not in problem.en.replace("{…}", "")
        assert str(problem).startswith(f"line {problem.line}: {problem.key}: ")


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = policy_text("jiangshan")
    for old, new in [
        ("poll_after_s = 300", "poll_after_s = 1"),
        ("strict = 4", "strict = 4.0"),
        ("city = 240", "city = 1"),
    ]:
        text = text.replace(old, new, 1)
    problems = problems_of(text)
    assert [problem.key for problem in problems] == ["poll_after_s", "location_checks.strict", "ladder_min.city"]
    assert [problem.line for problem in problems] == sorted(problem.line or 0 for problem in problems)


def test_a_slip_of_the_pen_is_answered_with_the_right_key() -> None:
    problems = problems_of(policy_text("jiangshan").replace("silence_h = 24", "silense_h = 24"))
    assert [(problem.code, problem.key) for problem in problems] == [
        ("missing", "silence_h"),
        ("unknown_key", "silense_h"),
    ]
    assert "did you mean silence_h?" in problems[1].en


def test_a_missing_table_is_one_problem_not_many() -> None:
    start, end = "[departure]", "max_kmh = 400\n"
    text = policy_text("jiangshan")
    cut = text[: text.index(start)] + text[text.index(end) + len(end) :]
    assert [(problem.code, problem.key) for problem in problems_of(cut)] == [("missing", "departure")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name = \n", 1),
        ("\n\nname = 'a\n", 3),
        ("a = 1\na = 2\n", 2),
        ("a = 1\nb = [1, 2\n", 2),
        ("a = " + "9" * 5000, 1),
        ("a = 1\n[a]\n", 2),
        ("a = \x00", 1),
    ],
)
def test_a_slip_in_the_syntax_is_named_with_its_line(text: str, line: int) -> None:
    (problem,) = problems_of(text)
    assert (problem.code, problem.line) == ("syntax", line)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000 + "]" * 5000, "# " + "x" * 100_000], ids=["deep", "long"])
def test_a_text_that_would_take_too_much_is_refused(text: str) -> None:
    assert [problem.code for problem in problems_of(text)] == ["too_large"]


def test_an_empty_text_lacks_everything_but_what_may_be_left_out() -> None:
    missing = {problem.key for problem in problems_of("") if problem.code == "missing"}
    assert missing == set(to_mapping(shipped("jiangshan"))) - {
        "phone_under_order_basis",
        "quiet",
        "visits",
        "correction",
        "spot_checks",
        "photos",
        "outages",
        "device_trouble",
        "suspicions",
        "orders",
        "searches",
        "places",
        "leave",
        "files",
        "retention",
        "proof",
        "handle_within_h",
    }


FORMER = """
[visits]
first_due_days = 10

[visits.home_repeat_months]
strict = 1
normal = 2
lenient = 3

[talks]
intake_days = 3

[items."访1"]
title = "走访家庭"
kind = "visit"
by = ["officer"]
assumed = true
source = "x"

[items."谈1"]
title = "入矫必谈"
kind = "talk"
by = ["officer"]
assumed = true
source = "x"

[ladder_min]
"""


def as_formerly(form: str = FORMER) -> str:
    """The Jiangshan file as it was before every item had its own clock."""
    text = policy_text("jiangshan")
    start, end = text.index("[visits]"), text.index("[ladder_min]")
    return text[:start] + form.strip() + text[end + len("[ladder_min]") :]


def test_the_former_form_keeps_its_meaning() -> None:
    policy = parse_policy(as_formerly())
    visit, talk = policy.items.values()
    intake = [[(trigger.on, trigger.due.lenient) for trigger in item.triggers] for item in (visit, talk)]
    assert intake == [[(OccasionKind.INTAKE, Span(days=10))], [(OccasionKind.INTAKE, Span(days=3))]]
    assert visit.repeat == ByClass(Span(months=1), Span(months=2), Span(months=3))
    assert (visit.place, talk.place, talk.repeats, policy.visits.write_within_days) == ("home", "office", False, 3)
    assert policy_from_mapping(to_mapping(policy)) == policy


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ("first_due_days = 10", "first_due_days = 10\nfirst_due_min = 3", "one_of_two", "visits.first_due_days"),
        ("intake_days = 3", "", "one_of_two", "talks.intake_days"),
        ("lenient = 3", "lenient = 13", "out_of_range", "visits.home_repeat_months.lenient"),
        ('[items."谈1"]', '[items."谈2"]', "former_without_item", "talks"),
        ("[talks]\nintake_days = 3", "[talk]\nintake_days = 3", "unknown_key", "talk"),
    ],
)
def test_a_fault_in_the_former_form_is_named_where_it_stands(old: str, new: str, code: str, key: str) -> None:
    found = problems_of(as_formerly(FORMER.replace(old, new, 1)))
    assert (code, key) in {(problem.code, problem.key) for problem in found}
    assert all(problem.line for problem in found)


def test_a_long_value_is_shortened_in_its_sentence() -> None:
    text = policy_text("jiangshan").replace('"next_fulfilled"', '"' + "x" * 500 + '"')
    (problem,) = problems_of(text)
    assert "xxx…" in problem.en
    assert len(problem.en) < 200


def test_an_object_has_no_lines() -> None:
    mapping = to_mapping(shipped("jiangshan")) | {"remind_min": -1}
    with pytest.raises(PolicyError) as caught:
        policy_from_mapping(mapping)
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (None, "remind_min")
    assert str(problem).startswith("remind_min: ")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(key=st.sampled_from(sorted(to_mapping(shipped("jiangshan")))), value=JSON | st.just(10**400))
def test_any_value_anywhere_is_read_or_refused_never_a_crash(key: str, value: object) -> None:
    mapping = to_mapping(shipped("jiangshan")) | {key: value}
    try:
        policy = policy_from_mapping(mapping)
    except PolicyError as error:
        assert error.problems  # noqa: PT017
    else:
        assert policy_from_mapping(to_mapping(policy)) == policy
