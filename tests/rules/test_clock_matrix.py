"""Every item of both shipped tables against all that bends a clock: ends of months, 29 February, festivals that move,
another class, leave, illness, another policy in mid-period. For another officer see `test_clocks_that_change.py`.

Each table below has a line for each item, worked out by hand; a test sees to it that none is forgotten.
"""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from app.rules.calendar import Holidays
from app.rules.facts import OccasionKind, SupervisionClass
from app.rules.policy import Policy, with_changes
from tests.rules.lives import Act, Happens, last_days
from tests.rules.policies import shipped

STRICT, NORMAL, LENIENT = SupervisionClass
TABLES = ("jiangshan", "baoan")
TABLE_OF = {code: table for table in TABLES for code in shipped(table).items}
BY_OCCASION = {
    "谈2": OccasionKind.VIOLATION,
    "谈3": OccasionKind.FAMILY_EVENT,
    "谈4": OccasionKind.ALERT_REAL,
    "查4": OccasionKind.ALERT_REAL,
}
"""Items that nothing but an occasion brings up, each with one."""
SILENT: dict[str, object] = {f"windows.{class_}": [] for class_ in SupervisionClass} | {
    f"location_checks.{class_}": 0 for class_ in SupervisionClass
}


def table_of(code: str, changes: Mapping[str, object] | None = None, *, holidays: bool = True) -> Policy:
    """The item's own table with that item alone, and no check-ins."""
    policy = with_changes(shipped(TABLE_OF[code]), SILENT | dict(changes or {}))
    return replace(policy, items={code: policy.items[code]}, holidays=policy.holidays if holidays else Holidays())


def happens(kind: OccasionKind, when: str, at: str | None = None) -> Act:
    return when, Happens(kind, at)


def test_no_item_and_nothing_that_bends_a_clock_is_forgotten() -> None:
    assert len(TABLE_OF) == 15 + 5
    for table in (MONTH_ENDS, LEAP_DAYS, OTHER_CLASS, OTHER_POLICY):
        assert set(table) == set(TABLE_OF)


# ------------------------------------------------------------------------------------------- ends of months, leap days

TENTH_IS_THE_31ST = ("2026-01-21T09:00", (), "2026-06-01", "01-31 02-28 03-31 04-30 05-31")
MONTH_ENDS: dict[str, tuple[str, tuple[Act, ...], str, str]] = {
    # Counted from the 31st, a month that lacks it does not move the ones after it.
    "知1": ("2026-01-28T09:00", (), "2026-06-01", "01-31 02-28 03-31 04-30 05-31"),
    "知2": TENTH_IS_THE_31ST,
    "知3": TENTH_IS_THE_31ST,
    "知4": TENTH_IS_THE_31ST,
    "访1": TENTH_IS_THE_31ST,
    "访2": ("2026-01-01T09:00", (), "2026-11-01", "01-31 04-30 07-31 10-31"),
    "访3": ("2025-08-31T09:00", (), "2026-09-01", "2025-11-30 02-28 05-31 08-31"),
    "访4": ("2025-08-31T09:00", (), "2026-12-01", "2025-11-30 05-31 11-30"),
    "访5": ("2026-01-31T09:00", (), "2026-06-01", "02-28 03-31 04-30 05-31"),
    "谈1": ("2026-02-26T23:59", (), "2026-06-01", "03-01"),
    "谈2": ("2026-01-02T09:00", (happens(OccasionKind.VIOLATION, "2026-02-27T23:59"),), "2026-06-01", "03-01"),
    "谈3": ("2026-01-02T09:00", (happens(OccasionKind.HOME_EVENT, "2026-01-29T00:00"),), "2026-06-01", "02-01"),
    "谈4": ("2026-01-02T09:00", (happens(OccasionKind.ALERT_REAL, "2026-02-28T23:59"),), "2026-06-01", "03-01"),
    "谈5": (
        "2026-01-02T09:00",
        (happens(OccasionKind.PERIOD_ANNOUNCED, "2026-02-10T09:00", "2026-03-03T00:00"),),
        "2026-06-01",
        "02-28",
    ),
    "谈6": ("2025-06-02T09:00", (), "2026-03-01", "02-28"),
    "查1": ("2026-02-27T09:00", (), "2026-03-02", "02-28 03-01 03-02"),
    "查2": ("2026-02-21T09:00", (), "2026-03-10", "02-28 03-07"),
    "查3": ("2026-01-31T09:00", (), "2026-05-01", "02-28 03-31 04-30"),
    "查4": ("2026-01-02T09:00", (happens(OccasionKind.ALERT_REAL, "2026-02-28T09:00"),), "2026-06-01", "03-01"),
    "查5": ("2026-02-25T09:00", (), "2026-03-10", "02-28 03-07"),
}

TENTH_IN_2028 = ("2028-01-21T09:00", (), "2028-04-01", "01-31 02-29 03-31")
LEAP_DAYS: dict[str, tuple[str, tuple[Act, ...], str, str]] = {
    "知1": ("2028-01-28T09:00", (), "2028-04-01", "01-31 02-29 03-31"),
    "知2": TENTH_IN_2028,
    "知3": TENTH_IN_2028,
    "知4": TENTH_IN_2028,
    "访1": TENTH_IN_2028,
    "访2": ("2027-10-31T09:00", (), "2028-06-01", "2027-11-30 02-29 05-30"),
    "访3": ("2027-11-29T09:00", (), "2029-03-01", "2028-02-29 2028-05-29 2028-08-29 2028-11-29 02-28"),
    "访4": ("2027-11-29T09:00", (), "2029-09-01", "2028-02-29 2028-08-29 02-28 08-29"),
    "访5": ("2028-01-31T09:00", (), "2028-05-01", "02-29 03-31 04-30"),
    "谈1": ("2028-02-26T09:00", (), "2028-06-01", "02-29"),
    "谈2": ("2028-01-03T09:00", (happens(OccasionKind.SANCTION, "2028-02-27T09:00"),), "2028-06-01", "02-29"),
    "谈3": ("2028-01-03T09:00", (happens(OccasionKind.WORK_EVENT, "2028-02-26T09:00"),), "2028-06-01", "02-29"),
    "谈4": ("2028-01-03T09:00", (happens(OccasionKind.ALERT_REAL, "2028-02-29T09:00"),), "2028-06-01", "03-01"),
    "谈5": (
        "2028-01-03T09:00",
        (happens(OccasionKind.PERIOD_ANNOUNCED, "2028-02-10T09:00", "2028-03-03T00:00"),),
        "2028-06-01",
        "02-29",
    ),
    "谈6": ("2027-06-02T09:00", (), "2028-03-01", "02-29"),
    "查1": ("2028-02-28T09:00", (), "2028-03-01", "02-29 03-01"),
    "查2": ("2028-02-22T09:00", (), "2028-03-08", "02-29 03-07"),
    "查3": ("2028-01-29T09:00", (), "2028-05-01", "02-29 03-29 04-29"),
    "查4": ("2028-01-03T09:00", (happens(OccasionKind.VIOLATION, "2028-02-27T09:00"),), "2028-06-01", "02-29"),
    "查5": ("2028-02-26T09:00", (), "2028-03-08", "02-29 03-07"),
}


@pytest.mark.parametrize("code", MONTH_ENDS)
def test_the_ends_of_months(code: str) -> None:
    registered, acts, until, expected = MONTH_ENDS[code]
    ends = "2026-03-02T00:00" if code == "谈6" else None
    found = last_days(table_of(code, holidays=False), code, registered, acts, until=until, ends=ends)
    assert found == expected.split()


@pytest.mark.parametrize("code", LEAP_DAYS)
def test_the_29th_of_february(code: str) -> None:
    registered, acts, until, expected = LEAP_DAYS[code]
    ends = "2028-03-02T00:00" if code == "谈6" else None
    found = last_days(table_of(code), code, registered, acts, until=until, ends=ends)
    assert found == expected.split()


def test_a_yearly_visit_comes_back_to_the_29th_of_february() -> None:
    found = last_days(table_of("访3"), "访3", "2028-02-29T09:00", until="2032-03-05", class_=LENIENT)
    assert found == ["2029-02-28", "2030-02-28", "2031-02-28", "02-29"]


# ------------------------------------------------------------------------------------------------ festivals that move

MOVING = {"访2": {"2025": ["01-25"], "2026": ["02-12"]}, "谈5": {"2025": ["01-25"], "2026": ["02-12"]}}


@pytest.mark.parametrize("code", TABLE_OF)
def test_festivals_move_what_is_owed_ahead_of_them_and_nothing_else(code: str) -> None:
    """Spring festival is on 28 January in 2025, on 15 February in 2026; whatever else falls into a rest stays there."""
    for year in ("2025", "2026"):
        acts = [happens(BY_OCCASION[code], f"{year}-02-14T09:00")] if code in BY_OCCASION else []
        registered, until, ends = f"{year}-01-05T09:00", f"{year}-03-31", f"{int(year) + 1}-03-01T00:00"
        found = last_days(table_of(code), code, registered, acts, until=until, ends=ends)
        without = last_days(table_of(code, holidays=False), code, registered, acts, until=until, ends=ends)
        assert [day for day in found if day not in without] == MOVING.get(code, {}).get(year, [])
        assert set(without) <= set(found)


# -------------------------------------------------------------------------------------------- another class, mid-period

TO_STRICT: tuple[Act, ...] = (("2026-05-20T10:00", STRICT),)
SOON_STRICT: tuple[Act, ...] = (("2026-03-12T10:00", STRICT),)
EACH_DAY = " ".join(f"03-{day:02}" for day in range(3, 16))
OTHER_CLASS: dict[str, tuple[tuple[Act, ...], str, str]] = {
    # Every third month until 20 May, then every month: the turns of April and May are nobody's debt.
    "知1": (TO_STRICT, "2026-08-01", "03-05 05-27 06-05 07-05"),
    "知2": (TO_STRICT, "2026-08-01", "03-12 06-12 07-12"),
    "知3": (TO_STRICT, "2026-08-01", "03-12 05-12 06-12 07-12"),
    "知4": (TO_STRICT, "2026-08-01", "03-12 05-12 06-12 07-12"),
    "访1": (TO_STRICT, "2026-08-01", "03-12 05-12 06-12 07-12"),
    "访2": (TO_STRICT, "2026-08-01", "04-01 04-28 07-01"),
    "访3": (TO_STRICT, "2026-08-01", "06-02"),
    # Open since intake: what has begun keeps its day.
    "访4": (TO_STRICT, "2026-12-31", "06-02 12-02"),
    "访5": (TO_STRICT, "2026-08-01", "06-02 07-02"),
    "谈1": (TO_STRICT, "2026-08-01", "03-05"),
    # What an occasion brought up stands by the day on which it was planned.
    "谈2": ((happens(OccasionKind.VIOLATION, "2026-05-19T10:00"), *TO_STRICT), "2026-08-01", "05-21"),
    "谈3": ((happens(OccasionKind.FAMILY_EVENT, "2026-05-19T10:00"), *TO_STRICT), "2026-08-01", "05-22"),
    "谈4": ((happens(OccasionKind.ALERT_REAL, "2026-05-19T10:00"), *TO_STRICT), "2026-08-01", "05-20"),
    "谈5": (
        (happens(OccasionKind.PERIOD_ANNOUNCED, "2026-05-18T10:00", "2026-05-28T00:00"), *TO_STRICT),
        "2026-08-01",
        "04-01 04-28 05-25 06-16",
    ),
    "谈6": (TO_STRICT, "2026-08-01", "07-30"),
    "查1": (SOON_STRICT, "2026-03-15", EACH_DAY),
    "查2": (SOON_STRICT, "2026-03-31", "03-09 03-16 03-23 03-30"),
    "查3": (SOON_STRICT, "2026-05-10", "04-02 05-02"),
    "查4": ((happens(OccasionKind.ALERT_REAL, "2026-03-11T10:00"), *SOON_STRICT), "2026-03-31", "03-12"),
    # A class that owed nothing so far: by the week from intake, from the day of the change on.
    "查5": (SOON_STRICT, "2026-03-31", "03-12 03-19 03-26"),
}


@pytest.mark.parametrize("code", OTHER_CLASS)
def test_another_class_in_mid_period(code: str) -> None:
    acts, until, expected = OTHER_CLASS[code]
    ends = "2026-08-01T00:00" if code == "谈6" else None
    found = last_days(table_of(code), code, "2026-03-02T09:00", acts, until=until, class_=NORMAL, ends=ends)
    assert found == expected.split()


# ------------------------------------------------------------------------------------------ another policy, mid-period


def repeat(code: str, span: Mapping[str, int], when: str = "2026-05-20T00:00") -> tuple[Act, ...]:
    """From then on the item comes back after that span, for every class."""
    return ((when, table_of(code, {f"items.{code}.repeat": dict(span)})),)


def longer(code: str, kind: OccasionKind, day: str, after: str) -> tuple[Act, ...]:
    """It happens the day before the new policy, which gives ten days, and the day after."""
    new = table_of(code, {f"items.{code}.triggers": [{"on": kind.value, "due": {"days": 10}}]})
    change = f"{day[:8]}{int(day[8:]) + 1:02}T00:00"
    return happens(kind, f"{day}T09:00"), (change, new), happens(kind, f"{after}T09:00")


TWO_WEEKS = {"weeks": 2}
AHEAD = {
    "谈5": [{"on": "festival", "before": {"days": 5}, "opens_days": 14, "rest_days": 3}],
    "谈6": [{"on": "before_end", "before": {"days": 5}, "opens_days": 30}],
}
OTHER_POLICY: dict[str, tuple[str, tuple[Act, ...], str, str]] = {
    # Each month; from 20 May on every two weeks, counted from the last due: what would be over by then is no debt.
    "知1": ("2026-03-02T09:00", repeat("知1", TWO_WEEKS), "2026-07-05", "03-05 04-05 05-05 06-02 06-16 06-30"),
    "知2": ("2026-03-02T09:00", repeat("知2", TWO_WEEKS), "2026-07-05", "03-12 04-12 05-12 05-26 06-09 06-23"),
    "知3": ("2026-03-02T09:00", repeat("知3", TWO_WEEKS), "2026-07-05", "03-12 04-12 05-12 05-26 06-09 06-23"),
    "知4": ("2026-03-02T09:00", repeat("知4", TWO_WEEKS), "2026-07-05", "03-12 04-12 05-12 05-26 06-09 06-23"),
    "访1": ("2026-03-02T09:00", repeat("访1", TWO_WEEKS), "2026-07-05", "03-12 04-12 05-12 05-26 06-09 06-23"),
    "访2": ("2026-03-02T09:00", repeat("访2", TWO_WEEKS), "2026-07-05", "04-01 04-28 05-27 06-10 06-24"),
    "访3": ("2026-03-02T09:00", repeat("访3", TWO_WEEKS), "2026-07-05", "05-25 06-08 06-22"),
    "访4": ("2026-03-02T09:00", repeat("访4", TWO_WEEKS), "2026-07-05", "06-02 06-16 06-30"),
    "访5": ("2026-03-02T09:00", repeat("访5", TWO_WEEKS), "2026-07-05", "04-02 05-02 05-30 06-13 06-27"),
    # What has opened keeps its version and its day.
    "谈1": (
        "2026-05-18T09:00",
        (("2026-05-20T00:00", table_of("谈1", {"items.谈1.triggers": [{"on": "intake", "due": {"days": 30}}]})),),
        "2026-07-05",
        "05-21",
    ),
    "谈2": (
        "2026-03-02T09:00",
        longer("谈2", OccasionKind.VIOLATION, "2026-05-19", "2026-05-21"),
        "2026-07-05",
        "05-21 05-31",
    ),
    "谈3": (
        "2026-03-02T09:00",
        longer("谈3", OccasionKind.FAMILY_EVENT, "2026-05-19", "2026-05-21"),
        "2026-07-05",
        "05-22 05-31",
    ),
    "谈4": (
        "2026-03-02T09:00",
        longer("谈4", OccasionKind.ALERT_REAL, "2026-05-19", "2026-05-21"),
        "2026-07-05",
        "05-20 05-31",
    ),
    "谈5": (
        "2026-03-02T09:00",
        (("2026-05-20T00:00", table_of("谈5", {"items.谈5.triggers": AHEAD["谈5"]})),),
        "2026-07-05",
        "04-01 04-28 06-14",
    ),
    "谈6": (
        "2026-03-02T09:00",
        (("2026-06-10T00:00", table_of("谈6", {"items.谈6.triggers": AHEAD["谈6"]})),),
        "2026-07-05",
        "06-29",
    ),
    "查1": (
        "2026-03-02T09:00",
        repeat("查1", {"days": 2}, "2026-03-12T00:00"),
        "2026-03-18",
        " ".join([f"03-{day:02}" for day in range(3, 12)] + ["03-13", "03-15", "03-17"]),
    ),
    "查2": (
        "2026-03-02T09:00",
        repeat("查2", {"days": 3}, "2026-03-12T00:00"),
        "2026-03-26",
        "03-09 03-16 03-19 03-22 03-25",
    ),
    "查3": ("2026-03-02T09:00", repeat("查3", TWO_WEEKS, "2026-03-12T00:00"), "2026-05-01", "04-02 04-16 04-30"),
    "查4": (
        "2026-03-02T09:00",
        longer("查4", OccasionKind.ALERT_REAL, "2026-03-11", "2026-03-13"),
        "2026-03-31",
        "03-12 03-23",
    ),
    "查5": (
        "2026-03-02T09:00",
        repeat("查5", {"days": 2}, "2026-03-10T00:00"),
        "2026-03-18",
        "03-05 03-12 03-14 03-16 03-18",
    ),
}


@pytest.mark.parametrize("code", OTHER_POLICY)
def test_another_policy_in_mid_period(code: str) -> None:
    registered, acts, until, expected = OTHER_POLICY[code]
    ends = "2026-07-01T00:00" if code == "谈6" else None
    assert last_days(table_of(code), code, registered, acts, until=until, ends=ends) == expected.split()


# --------------------------------------------------------------------------------------------------- leave and illness

LEAVE = (
    happens(OccasionKind.LEAVE_APPROVED, "2026-03-30T10:00", "2026-04-08T08:00"),
    happens(OccasionKind.LEAVE_RETURNED, "2026-04-12T17:00"),
)
ILL = (happens(OccasionKind.HEALTH_EVENT, "2026-04-08T10:00"),)
BY_LEAVE = {"知3": ["04-15"], "谈5": ["04-08", "04-15"]}
BY_ILLNESS = {"谈3": ["04-11"]}


@pytest.mark.parametrize("code", TABLE_OF)
@pytest.mark.parametrize(("acts", "more"), [(LEAVE, BY_LEAVE), (ILL, BY_ILLNESS)], ids=["leave", "illness"])
def test_leave_and_illness_bring_up_their_own_and_stop_no_clock(
    code: str, acts: tuple[Act, ...], more: Mapping[str, list[str]]
) -> None:
    """Families, villages and employers can be seen while somebody is away or in hospital; what cannot be done is let
    go, with a reason.
    """
    before = (happens(BY_OCCASION[code], "2026-03-29T10:00"),) if code in BY_OCCASION else ()
    usual = last_days(table_of(code), code, "2026-03-02T09:00", before, until="2026-06-09", ends="2026-06-10T00:00")
    found = last_days(
        table_of(code), code, "2026-03-02T09:00", (*before, *acts), until="2026-06-09", ends="2026-06-10T00:00"
    )
    assert usual
    assert sorted(found) == sorted([*usual, *more.get(code, [])])
