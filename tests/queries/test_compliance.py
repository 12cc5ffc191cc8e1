"""The office table: who is in it, what counts when, and that every figure opens to as many rows."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.record_visit import record_visit
from app.queries.compliance import DutyRow, Stretch, duties, table
from app.rules.compliance import ITEMS, Counts, Figure
from app.rules.facts import Actor, DutyState, Role
from app.rules.offices import Site
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.oversight import audited
from tests.builders.users import Worker, a_user
from tests.builders.visits import a_new_record, owed
from tests.statements import counted

NOW = datetime(2026, 3, 20, 2, 32, tzinfo=UTC)
"""20 March 2026, 10:32 in Shanghai."""
MARCH = Stretch(date(2026, 3, 1), date(2026, 3, 31))
LONG_AGO = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def local_midnight(day: int, month: int = 3) -> datetime:
    """The beginning of that local day."""
    return datetime(2026, month, day, tzinfo=UTC) - 8 * HOUR


class County:
    """Two 司法所 with subjects, one office elsewhere, and duties in every state."""

    def __init__(self, tx: Connection) -> None:
        self.tree: Tree = a_tree(tx)
        self.officer = a_user(tx, self.tree.office, Role.OFFICER)
        self.colleague = a_user(tx, self.tree.second_office, Role.OFFICER)
        self.staff = a_user(tx, self.tree.county, Role.COUNTY_STAFF)
        self.first = a_supervised(tx, self.tree, self.officer, at=LONG_AGO)
        self.second = a_supervised(tx, self.tree, self.colleague, at=LONG_AGO)


def every_state(tx: Connection, county: County) -> None:
    """Of the first office one visit in each state, day by day; of the second two check-ins."""
    for day, state in enumerate(DutyState, start=2):
        owed(tx, county.tree, county.tree.office, county.first, "访1", local_midnight(day), state=state)
    for day in (5, 6):
        owed(tx, county.tree, county.tree.second_office, county.second, "check_in", local_midnight(day) + 10 * HOUR)


def figures(tx: Connection, actor: Actor, stretch: Stretch = MARCH, *, now: datetime = NOW) -> dict[str, Counts]:
    return table(tx, actor, stretch, now=now).totals


def all_rows(tx: Connection, actor: Actor, stretch: Stretch, figure: Figure, *, limit: int = 2) -> list[DutyRow]:
    rows: list[DutyRow] = []
    after = None
    while True:
        page = duties(tx, actor, stretch, figure, now=NOW, after=after, limit=limit)
        rows += page.items
        if page.next_key is None:
            return rows
        after = page.next_key


def test_each_state_is_counted_once_and_cancelled_nowhere(tx: Connection) -> None:
    county = County(tx)
    every_state(tx, county)
    line = figures(tx, county.staff.actor)["访1"]
    assert line == Counts(due=8, in_time=1, late=1, waived=1, missed=1, open=2, unjudged=1, submitted=1)


def test_every_figure_opens_to_as_many_rows(tx: Connection) -> None:
    """Also those of the county's own people: its line is not the sum of the offices below it."""
    county = County(tx)
    every_state(tx, county)
    own = a_supervised(tx, county.tree, county.staff, at=LONG_AGO)
    owed(tx, county.tree, county.tree.county, own, "访1", local_midnight(7), state=DutyState.MISSED)
    found = table(tx, county.staff.actor, MARCH, now=NOW)
    assert len(found.offices) == 3
    for line in found.offices:
        for item, counts in line.items.items():
            stretch = Stretch(MARCH.from_day, MARCH.to_day, line.office_id, item, alone=True)
            for figure in Figure:
                rows = all_rows(tx, county.staff.actor, stretch, figure)
                assert len(rows) == getattr(counts, figure.value), (line.name, item, figure)
                assert {row.item for row in rows} <= {item}
                assert {row.office_id for row in rows} <= {line.office_id}
                assert len({row.id for row in rows}) == len(rows)
    assert len(all_rows(tx, county.staff.actor, MARCH, Figure.DUE)) == sum(c.due for c in found.totals.values()) == 11
    whole = Stretch(MARCH.from_day, MARCH.to_day, county.tree.county.id)
    assert len(all_rows(tx, county.staff.actor, whole, Figure.DUE)) == 11


def test_offices_that_owed_nothing_are_in_the_table(tx: Connection) -> None:
    county = County(tx)
    found = table(tx, county.staff.actor, MARCH, now=NOW)
    assert [line.name for line in found.offices] == ["虎山司法所", "双塔司法所"]
    assert {line.county for line in found.offices} == {"江山市社区矫正管理局"}
    assert all(line.items == dict.fromkeys(ITEMS, Counts()) for line in found.offices)
    assert found.as_of == NOW


def test_the_table_keeps_to_the_actors_offices(tx: Connection) -> None:
    county = County(tx)
    every_state(tx, county)
    city = a_user(tx, county.tree.city, Role.CITY_STAFF)
    elsewhere = a_user(tx, county.tree.other_county, Role.COUNTY_STAFF)
    seen: dict[str, tuple[Worker, list[str], int]] = {
        "officer": (county.officer, ["双塔司法所"], 8),
        "city": (city, ["双塔司法所", "龙洲司法所", "虎山司法所"], 10),
        "elsewhere": (elsewhere, ["龙洲司法所"], 0),
    }
    for worker, names, due in seen.values():
        found = table(tx, worker.actor, MARCH, now=NOW)
        assert sorted(line.name for line in found.offices) == sorted(names)
        assert sum(counts.due for counts in found.totals.values()) == due
        assert len(all_rows(tx, worker.actor, MARCH, Figure.DUE)) == due
    assert table(tx, Actor("user", county.staff.id), MARCH, now=NOW).offices == ()


@pytest.mark.parametrize("office", ["county", "office", "other_office"])
def test_one_office_or_all_below_it(tx: Connection, office: str) -> None:
    county = County(tx)
    every_state(tx, county)
    site: Site = getattr(county.tree, office)
    stretch = Stretch(MARCH.from_day, MARCH.to_day, site.id)
    found = table(tx, county.staff.actor, stretch, now=NOW)
    expected = {"county": {"双塔司法所", "虎山司法所"}, "office": {"双塔司法所"}, "other_office": set()}
    assert {line.name for line in found.offices} == expected[office]


def test_what_ends_with_a_day_is_due_on_that_day(tx: Connection) -> None:
    """At local midnight, one second before and after: 31 March, 31 March, 1 April."""
    county = County(tx)
    midnight = local_midnight(1, month=4)
    second = timedelta(seconds=1)
    for due_at in (midnight - second, midnight, midnight + second):
        owed(tx, county.tree, county.tree.office, county.first, "访1", due_at)
    later = midnight + HOUR
    april = Stretch(date(2026, 4, 1), date(2026, 4, 30))
    assert figures(tx, county.staff.actor, MARCH, now=later)["访1"].due == 2
    assert figures(tx, county.staff.actor, april, now=later)["访1"].due == 1
    assert figures(tx, county.staff.actor, Stretch(date(2026, 3, 31), date(2026, 3, 31)), now=later)["访1"].due == 2


def test_what_has_not_opened_is_owed_by_nobody(tx: Connection) -> None:
    """A random window that counted before it opens would tell when it will."""
    county = County(tx)
    opens_at = NOW + timedelta(seconds=1)
    for state in (DutyState.PLANNED, DutyState.OPEN):
        owed(tx, county.tree, county.tree.office, county.first, "check_in", opens_at + HOUR, opens_at=opens_at)
        assert figures(tx, county.staff.actor)["check_in"].due == 0, state
    assert figures(tx, county.staff.actor, now=opens_at)["check_in"] == Counts(due=1, open=1)


def test_a_duty_counts_where_it_was_when_it_opened(tx: Connection) -> None:
    """The subject moves to another county: the figure stays, and its row names nobody whom the office lost."""
    county = County(tx)
    owed(tx, county.tree, county.tree.office, county.first, "访1", NOW - HOUR, state=DutyState.MISSED)
    move(tx, county.first, county.tree.other_office)
    (row,) = all_rows(tx, county.staff.actor, MARCH, Figure.MISSED)
    assert (row.office_name, row.subject_name) == ("双塔司法所", "已转出")
    stranger = a_user(tx, county.tree.other_office, Role.OFFICER)
    assert all_rows(tx, stranger.actor, MARCH, Figure.DUE) == []


def test_a_minors_name_is_open_to_the_own_office_alone(tx: Connection) -> None:
    county = County(tx)
    owed(tx, county.tree, county.tree.office, county.first, "访1", NOW - HOUR, state=DutyState.WAIVED)
    tx.execute(text("UPDATE subjects SET minor_regime = true, name = '周小宝' WHERE id = :id"), {"id": county.first})
    tx.execute(text("UPDATE duties SET waive_reason = '周小宝住院' WHERE subject_id = :id"), {"id": county.first})
    city = a_user(tx, county.tree.city, Role.CITY_STAFF)
    seen = {}
    for worker in (county.officer, county.staff, city):
        (row,) = all_rows(tx, worker.actor, MARCH, Figure.WAIVED)
        seen[worker.role] = (row.subject_name, row.waive_reason)
        assert row.minor
    assert seen == {
        Role.OFFICER: ("周某某", "周小宝住院"),
        Role.COUNTY_STAFF: ("未成年人", None),
        Role.CITY_STAFF: ("未成年人", None),
    }


def test_offices_that_stand_out_come_first_with_the_reason(tx: Connection) -> None:
    county = County(tx)
    owed(tx, county.tree, county.tree.office, county.first, "check_in", NOW - HOUR, state=DutyState.MISSED)
    owed(tx, county.tree, county.tree.second_office, county.second, "谈1", NOW - HOUR, state=DutyState.MISSED)
    found = table(tx, county.staff.actor, MARCH, now=NOW)
    assert [(line.name, len(line.stands_out)) for line in found.offices] == [("虎山司法所", 1), ("双塔司法所", 0)]


@pytest.mark.parametrize(("seconds", "figure"), [(-1, "in_time"), (0, "late"), (1, "late")])
def test_record_and_report_agree_at_the_edge(tx: Connection, seconds: int, figure: str) -> None:
    """A visit one second before the end, at the end, one second after: one figure, and the receipt's."""
    county = County(tx)
    due_at = local_midnight(13)
    owed(tx, county.tree, county.tree.office, county.first, "访1", due_at, opens_at=local_midnight(2))
    happened_at = due_at + timedelta(seconds=seconds)
    kept, _ = record_visit(tx, county.officer.actor, a_new_record(county.first, happened_at), now=NOW)
    assert kept.reasons[0].code == f"record_{figure}"
    assert figures(tx, county.staff.actor)["访1"] == Counts(**{"due": 1, figure: 1})


def test_table_and_rows_cost_one_statement_each(tx: Connection) -> None:
    county = County(tx)
    every_state(tx, county)
    with counted(tx) as sent:
        table(tx, county.staff.actor, MARCH, now=NOW)
        duties(tx, county.staff.actor, MARCH, Figure.DUE, now=NOW)
    assert len(sent) == 2


def move(tx: Connection, subject_id: UUID, office: Site) -> None:
    tx.execute(text("UPDATE subjects SET office_id = :office WHERE id = :id"), {"office": office.id, "id": subject_id})


def test_items_without_a_line_of_their_own_are_one_line_a_kind(tx: Connection) -> None:
    """What an office missed of any other item hides nowhere, and opens to its rows."""
    county = County(tx)
    office, missed = county.tree.office, DutyState.MISSED
    for item in ("访1", "访2", "访5", "谈3", "知1"):
        audited(tx, county.tree, office, county.first, item, NOW - HOUR, state=missed)
    found = table(tx, county.staff.actor, MARCH, now=NOW)
    line = found.offices[0]
    assert {item: counts.missed for item, counts in line.items.items() if counts.due} == {
        "访1": 1,
        "visit": 2,
        "talk": 1,
        "verification": 1,
    }
    assert len(line.stands_out) == 4
    for item, counts in line.items.items():
        stretch = Stretch(MARCH.from_day, MARCH.to_day, office.id, item)
        assert len(all_rows(tx, county.staff.actor, stretch, Figure.MISSED)) == counts.missed, item
