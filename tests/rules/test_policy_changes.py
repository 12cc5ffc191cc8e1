"""Single values are overridden by the dotted keys that the policy's documentation lists."""

import pytest

from app.rules.facts import OccasionKind
from app.rules.policy import HOME_VISIT, INTAKE_TALK, PolicyError, RandomWindow, Span, to_mapping, with_changes
from tests.rules.policies import shipped

INTAKE = OccasionKind.INTAKE
BASIS = "trial of a replay"


def test_no_change_is_the_same_policy() -> None:
    assert with_changes(shipped("jiangshan"), {}) == shipped("jiangshan")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("remind_min", 10),
        ("poll_after_s", 120),
        ("order_interval_s", 30),
        ("silence_h", 1),
        ("silence_under_order_h", 0.5),
        ("late_evidence_wait_min", 0),
    ],
)
def test_a_single_value_and_nothing_else(key: str, value: float) -> None:
    before = shipped("jiangshan")
    after = with_changes(before, {key: value})
    assert getattr(after, key) == value
    assert with_changes(after, {key: getattr(before, key)}) == before


def test_values_inside_tables_and_lists() -> None:
    policy = with_changes(
        shipped("jiangshan"),
        {
            "ladder_min.city": 300,
            "departure.outside_m": 500,
            "visits.home_repeat_months.strict": 2,
            "location_checks.normal": 0,
            "quiet.from": "23:00",
            "windows.strict.2.length_min": 90,
            "windows.lenient": [],
        },
    )
    assert policy.ladder_min.city == 300
    assert policy.departure.outside_m == 500
    assert policy.items[HOME_VISIT].repeat.strict == Span(months=2)
    assert policy.location_checks.per_day.normal == 0
    assert policy.quiet is not None
    assert policy.quiet.from_minute == 23 * 60
    assert policy.windows.strict[1] == RandomWindow(frozenset(range(7)), 90, 14 * 60, 20 * 60)
    assert policy.windows.lenient == ()


def test_a_bare_number_of_grace_is_that_of_check_ins() -> None:
    policy = with_changes(shipped("jiangshan"), {"grace_min": 60})
    assert (policy.grace_min.check_in, policy.grace_min.location_check, policy.grace_min.intake) == (60, 0, 0)
    policy = with_changes(policy, {"grace_min.location_check": 5})
    assert (policy.grace_min.check_in, policy.grace_min.location_check) == (60, 5)
    policy = with_changes(policy, {"grace_min": {"check_in": 1}})
    assert (policy.grace_min.check_in, policy.grace_min.location_check) == (1, 0)


def test_an_object_may_give_grace_as_one_number_and_be_changed_by_kind() -> None:
    mapping = to_mapping(shipped("jiangshan")) | {"grace_min": 20}
    policy = with_changes(mapping, {"grace_min.intake": 7})
    assert (policy.grace_min.check_in, policy.grace_min.intake) == (20, 7)


def test_days_and_minutes_take_each_others_place() -> None:
    policy = with_changes(shipped("jiangshan"), {"visits.first_due_min": 3, "talks.intake_min": 4})
    assert [trigger.due.strict for trigger in policy.items[HOME_VISIT].triggers_on(INTAKE)] == [Span(minutes=3)]
    assert [trigger.due.lenient for trigger in policy.items[INTAKE_TALK].triggers_on(INTAKE)] == [Span(minutes=4)]
    back = with_changes(policy, {"visits.first_due_days": 10, "talks.intake_days": 3})
    assert back == shipped("jiangshan")


def test_nothing_takes_a_key_away() -> None:
    assert with_changes(shipped("jiangshan"), {"quiet": None}).quiet is None
    with pytest.raises(PolicyError, match="silence_h is missing"):
        with_changes(shipped("jiangshan"), {"silence_h": None})


def test_a_new_year_of_holidays() -> None:
    policy = with_changes(shipped("jiangshan"), {"holidays.2027": {"rest": ["2027-01-01"], "work": []}})
    assert policy.holidays.known(2027)
    assert policy.holidays.known(2026)


@pytest.mark.parametrize(
    "key",
    [
        "silence_hours",
        "silence_h.strict",
        "ladder_min.province",
        "windows.severe",
        "windows.strict.0",
        "windows.strict.3.length_min",
        "windows.strict.x.length_min",
        "",
        ".",
        "windows..strict",
    ],
)
def test_a_key_that_does_not_exist_is_refused_by_name(key: str) -> None:
    with pytest.raises(PolicyError) as caught:
        with_changes(shipped("jiangshan"), {key: 1})
    assert any(problem.code in {"unknown_key", "wrong_type"} for problem in caught.value.problems)


def test_a_slip_in_a_dotted_key_is_answered_with_the_right_one() -> None:
    with pytest.raises(PolicyError, match="did you mean ladder_min"):
        with_changes(shipped("jiangshan"), {"laddr_min.city": 300})


def test_the_base_stays_as_it_was() -> None:
    mapping = to_mapping(shipped("jiangshan"))
    ladder = {"office": 0, "county": 1, "city": 2}
    with_changes(mapping, {"ladder_min": ladder, "ladder_min.city": 3, "windows.strict.1.to": "09:00"})
    assert mapping == to_mapping(shipped("jiangshan"))
    assert ladder == {"office": 0, "county": 1, "city": 2}


@pytest.mark.parametrize(("hours", "accepted"), [(0.09, False), (0.1, False), (0.11, True)])
@pytest.mark.parametrize("key", ["silence_h", "silence_under_order_h"])
def test_silence_is_longer_than_a_poll(key: str, hours: float, accepted: bool) -> None:
    """A phone that asks every 360 s is silent for 0.1 h between any two questions."""
    changes = {"poll_after_s": 360, key: hours}
    if accepted:
        assert getattr(with_changes(shipped("jiangshan"), changes), key) == hours
    else:
        with pytest.raises(PolicyError, match=f"{key} must be longer"):
            with_changes(shipped("jiangshan"), changes)


def test_phones_under_an_order_need_a_basis() -> None:
    with pytest.raises(PolicyError, match="phone_under_order_basis"):
        with_changes(shipped("jiangshan"), {"phone_under_order": True})
    cited = with_changes(
        shipped("jiangshan"), {"phone_under_order": True, "phone_under_order_basis": "浙司〔2099〕1号"}
    )
    assert cited.phone_under_order_basis == "浙司〔2099〕1号"


def test_a_replay_brings_its_own_basis() -> None:
    trial = with_changes(shipped("jiangshan"), {"phone_under_order": True}, trial_basis=BASIS)
    assert (trial.phone_under_order, trial.phone_under_order_basis) == (True, BASIS)
    cited = {"phone_under_order": True, "phone_under_order_basis": "浙司〔2099〕1号"}
    assert with_changes(shipped("jiangshan"), cited, trial_basis=BASIS).phone_under_order_basis == "浙司〔2099〕1号"
    assert with_changes(shipped("jiangshan"), {}, trial_basis=BASIS).phone_under_order_basis == ""


def test_a_change_that_is_too_deep_is_refused() -> None:
    deep: object = 1
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(PolicyError, match="too large"):
        with_changes(shipped("jiangshan"), {"remind_min": deep})
