"""The audit: every figure opens to as many rows, lines add up to the sum, and what they are counted by stays."""

from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import Connection, text

from app.queries.oversight import Asked, By, cells, tally
from app.queries.oversight_names import items, officers, offices
from app.queries.oversight_rows import AuditedDuty, audited_duties, every_duty
from app.rules.facts import Actor, DutyState, Role, SupervisionClass
from app.rules.oversight import NO_CLASS, NOBODY, Counts, Figure, Proof, Unit, span_of, summed
from app.store import periods
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.oversight import audited, prove
from tests.builders.users import Worker, a_user
from tests.statements import counted

NOW = datetime(2026, 3, 20, 2, 32, tzinfo=UTC)
MARCH = span_of(Unit.MONTH, date(2026, 3, 1))
LONG_AGO = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


def midnight(day: int, month: int = 3) -> datetime:
    """The beginning of that local day."""
    return datetime(2026, month, day, tzinfo=UTC) - 8 * HOUR


class County:
    """Two 司法所, two officers in the first, and duties in every state, of several items and both classes."""

    def __init__(self, tx: Connection) -> None:
        self.tree: Tree = a_tree(tx)
        self.officer = a_user(tx, self.tree.office, Role.OFFICER, name="徐敏")
        self.colleague = a_user(tx, self.tree.office, Role.OFFICER, name="李梅")
        self.neighbour = a_user(tx, self.tree.second_office, Role.OFFICER, name="毛建华")
        self.staff = a_user(tx, self.tree.county, Role.COUNTY_STAFF)
        self.first = a_supervised(tx, self.tree, self.officer, at=LONG_AGO)
        self.second = a_supervised(tx, self.tree, self.colleague, at=LONG_AGO, class_=SupervisionClass.LENIENT)
        self.third = a_supervised(tx, self.tree, self.neighbour, at=LONG_AGO)

    def everything(self, tx: Connection) -> None:
        for day, state in enumerate(DutyState, start=2):
            audited(tx, self.tree, self.tree.office, self.first, "访1", midnight(day), state=state)
            audited(tx, self.tree, self.tree.office, self.second, "谈3", midnight(day), state=state)
        done, late = DutyState.FULFILLED, DutyState.LATE
        for n, proof in enumerate([*Proof, None]):
            for state in (done, late):
                at = midnight(12 + n)
                office, person, by = self.tree.second_office, self.third, self.neighbour
                audited(tx, self.tree, office, person, "知1", at, state=state, by=by, proof=proof)


def every_row(tx: Connection, actor: Actor, asked: Asked, figure: Figure, *, limit: int = 3) -> list[AuditedDuty]:
    rows: list[AuditedDuty] = []
    after = None
    while True:
        page = audited_duties(tx, actor, asked, figure, now=NOW, after=after, limit=limit)
        rows += page.items
        if page.next_key is None:
            return rows
        after = page.next_key


@pytest.fixture
def county(tx: Connection) -> County:
    made = County(tx)
    made.everything(tx)
    return made


def test_three_answers_are_kept_apart(tx: Connection, county: County) -> None:
    found = tally(tx, county.staff.actor, Asked(MARCH), [By.ITEM], now=NOW).lines[By.ITEM]
    each = Counts(due=8, in_time=1, late=1, waived=1, missed=1, unjudged=1, open=3, unproven=2)
    assert found["访1"] == found["谈3"] == each
    assert found["知1"] == Counts(due=8, in_time=4, late=4, unproven=6, contradicted=2)


def test_every_figure_opens_to_as_many_rows_and_lines_add_up(tx: Connection, county: County) -> None:
    actor = county.staff.actor
    found = tally(tx, actor, Asked(MARCH), list(By), now=NOW, unit=Unit.WEEK)
    assert set(found.lines) == set(By)
    for by, lines in found.lines.items():
        assert summed(lines.values()) == found.total, by
        for key, counts in lines.items():
            asked = Asked(MARCH).at(by, key)
            assert tally(tx, actor, asked, [By.OFFICE], now=NOW).total == counts, (by, key)
            for figure in Figure:
                rows = every_row(tx, actor, asked, figure, limit=100)
                assert len(rows) == counts.of(figure), (by, key, figure)
    total = found.total
    assert total.due == total.in_time + total.late + total.waived + total.missed + total.unjudged + total.open == 24
    rows = every_row(tx, actor, Asked(MARCH), Figure.DUE)
    assert len({row.id for row in rows}) == len(rows) == 24
    assert [row.id for row in every_duty(tx, actor, Asked(MARCH), now=NOW, most=99)] == [row.id for row in rows]
    assert summed(line.counts for line in cells(tx, actor, Asked(MARCH), now=NOW)) == total


def test_by_office_officer_and_class(tx: Connection, county: County) -> None:
    found = tally(tx, county.staff.actor, Asked(MARCH), [By.OFFICE, By.OFFICER, By.CLASS], now=NOW).lines
    tree = county.tree
    assert {key: counts.due for key, counts in found[By.OFFICE].items()} == {
        tree.office.id: 16,
        tree.second_office.id: 8,
    }
    assert {key: counts.due for key, counts in found[By.OFFICER].items()} == {
        county.officer.id: 8,
        county.colleague.id: 8,
        county.neighbour.id: 8,
    }
    assert {key: counts.due for key, counts in found[By.CLASS].items()} == {"strict": 16, "lenient": 8}
    assert officers(tx, county.staff.actor, found[By.OFFICER])[county.officer.id] == "徐敏"
    assert [one.name for one in offices(tx, county.staff.actor).values()] == ["虎山司法所", "双塔司法所"]
    assert {"访1", "谈1"} <= items(tx, county.staff.actor, now=NOW).keys()


@pytest.mark.parametrize(("seconds", "class_"), [(-1, "strict"), (0, "lenient"), (1, "lenient")])
def test_the_class_is_that_of_the_opening(tx: Connection, seconds: int, class_: str) -> None:
    """The class changes at noon; the duty opens a second before, at noon, a second after, and is done much later."""
    county, noon = County(tx), midnight(3) + 12 * HOUR
    change_class(tx, county.first, SupervisionClass.LENIENT, county.staff, noon)
    opens = noon + seconds * SECOND
    audited(
        tx,
        county.tree,
        county.tree.office,
        county.first,
        "访1",
        midnight(15),
        opens_at=opens,
        state=DutyState.FULFILLED,
    )
    change_class(tx, county.first, SupervisionClass.NORMAL, county.staff, noon + 2 * DAY)
    assert set(by(tx, county, By.CLASS)) == {class_}


def test_a_planned_duty_takes_the_class_of_its_opening_and_not_of_its_planning(tx: Connection) -> None:
    county, tree = County(tx), None
    tree = county.tree
    opens = midnight(10)
    audited(tx, tree, tree.office, county.first, "访1", midnight(15), opens_at=opens, state=DutyState.PLANNED)
    change_class(tx, county.first, SupervisionClass.NORMAL, county.staff, opens - HOUR)
    tx.execute(text("UPDATE duties SET state = 'open' WHERE subject_id = :id"), {"id": county.first})
    assert set(by(tx, county, By.CLASS)) == {"normal"}


@pytest.mark.parametrize(
    ("state", "done", "whose"),
    [
        (DutyState.FULFILLED, -SECOND, "officer"),
        (DutyState.FULFILLED, 0 * SECOND, "colleague"),
        (DutyState.MISSED, None, "colleague"),
        (DutyState.OPEN, None, "officer"),
    ],
)
def test_what_is_decided_is_whoevers_it_was_at_its_end(
    tx: Connection, state: DutyState, done: timedelta | None, whose: str
) -> None:
    """The person is handed over at noon of the 5th; the duty ends on the 15th."""
    county, noon = County(tx), midnight(5) + 12 * HOUR
    office = county.tree.office
    periods.assign(tx, county.first, office.id, county.colleague.id, now=noon)
    at = None if done is None else noon + done
    audited(tx, county.tree, office, county.first, "访1", midnight(15), opens_at=midnight(2), state=state, done_at=at)
    assert set(by(tx, county, By.OFFICER)) == {getattr(county, whose).id}


def test_an_office_keeps_its_own_officer_when_the_person_moves_away(tx: Connection) -> None:
    county, noon = County(tx), midnight(5) + 12 * HOUR
    tree = county.tree
    periods.assign(tx, county.first, tree.second_office.id, county.neighbour.id, now=noon)
    audited(tx, tree, tree.office, county.first, "访1", midnight(9), opens_at=midnight(2), state=DutyState.MISSED)
    assert set(by(tx, county, By.OFFICER)) == {county.officer.id}


def test_nobody_and_no_class_are_lines_that_open(tx: Connection) -> None:
    county = County(tx)
    tree, before = county.tree, LONG_AGO - 20 * DAY
    audited(tx, tree, tree.office, county.first, "访1", midnight(9), opens_at=before, state=DutyState.OPEN)
    assert set(by(tx, county, By.OFFICER)) == {NOBODY}
    assert set(by(tx, county, By.CLASS)) == {NO_CLASS}
    for asked in (Asked(MARCH, officer_id=NOBODY), Asked(MARCH, class_=NO_CLASS)):
        assert len(every_row(tx, county.staff.actor, asked, Figure.DUE)) == 1


def test_proof_that_comes_later_is_counted_from_then_on(tx: Connection) -> None:
    county = County(tx)
    tree, state = county.tree, DutyState.FULFILLED
    duty = audited(tx, tree, tree.office, county.first, "访1", midnight(9), state=state, by=county.officer)
    record = tx.execute(text("SELECT evidence_id FROM duties WHERE id = :id"), {"id": duty}).scalar_one()
    told = []
    for proof in (None, Proof.CONTRADICTED, Proof.PROVEN):
        if proof:
            prove(tx, record, proof, at=NOW)
        (line,) = by(tx, county, By.ITEM).values()
        told.append((line.unproven, line.contradicted))
    assert told == [(1, 0), (1, 1), (0, 0)]
    changed = audited_duties(tx, county.staff.actor, Asked(MARCH), Figure.DUE, now=NOW, changed_since=NOW - HOUR).items
    assert [row.id for row in changed] == [duty]


def test_what_ends_with_a_day_is_in_that_days_part(tx: Connection) -> None:
    county, tree = County(tx), None
    tree = county.tree
    for due_at in (midnight(9) - SECOND, midnight(9), midnight(9) + SECOND, midnight(1, month=4)):
        audited(tx, tree, tree.office, county.first, "访1", due_at, state=DutyState.MISSED)
    found = tally(tx, county.staff.actor, Asked(MARCH), [By.PERIOD], now=midnight(2, month=4), unit=Unit.DAY)
    assert {part.from_day.day: counts.due for part, counts in found.lines[By.PERIOD].items()} == {8: 2, 9: 1, 31: 1}


def test_each_sees_the_own_offices_alone(tx: Connection, county: County) -> None:
    city = a_user(tx, county.tree.city, Role.CITY_STAFF)
    elsewhere = a_user(tx, county.tree.other_county, Role.COUNTY_STAFF)
    procurator = a_user(tx, county.tree.county, Role.PROCURATOR)
    seen: dict[str, tuple[Actor, int]] = {
        "officer": (county.officer.actor, 16),
        "city": (city.actor, 24),
        "procurator": (procurator.actor, 24),
        "elsewhere": (elsewhere.actor, 0),
        "no grant": (Actor("user", county.staff.id), 0),
    }
    for who, (actor, due) in seen.items():
        assert tally(tx, actor, Asked(MARCH), [By.OFFICE], now=NOW).total.due == due, who
        assert len(every_row(tx, actor, Asked(MARCH), Figure.DUE)) == due, who
    one = Asked(MARCH, office_id=county.tree.second_office.id)
    assert tally(tx, county.officer.actor, one, [By.OFFICE], now=NOW).total == Counts()


def test_a_minor_is_sealed_and_in_a_file_from_everybody(tx: Connection) -> None:
    county = County(tx)
    tree = county.tree
    audited(tx, tree, tree.office, county.first, "访1", midnight(9), state=DutyState.WAIVED)
    tx.execute(text("UPDATE subjects SET minor_regime = true, name = '周小宝' WHERE id = :id"), {"id": county.first})
    tx.execute(text("UPDATE duties SET waive_reason = '周小宝住院' WHERE subject_id = :id"), {"id": county.first})

    def told(row: AuditedDuty) -> tuple[Any, ...]:
        return row.subject_name, row.waive_reason, row.sealed

    (own,) = every_row(tx, county.officer.actor, Asked(MARCH), Figure.WAIVED)
    (above,) = every_row(tx, county.staff.actor, Asked(MARCH), Figure.WAIVED)
    (in_file,) = every_duty(tx, county.officer.actor, Asked(MARCH), now=NOW, most=9)
    assert told(own) == ("周某某", "周小宝住院", False)
    assert told(above) == told(in_file) == ("未成年人", None, True)
    assert in_file.subject_no is None


def test_the_figures_are_one_statement_and_the_rows_another(tx: Connection, county: County) -> None:
    with counted(tx) as sent:
        tally(tx, county.staff.actor, Asked(MARCH), list(By), now=NOW)
        audited_duties(tx, county.staff.actor, Asked(MARCH), Figure.DUE, now=NOW)
    assert len(sent) == 2


def by(tx: Connection, county: County, one: By) -> dict[Any, Counts]:
    return dict(tally(tx, county.staff.actor, Asked(MARCH), [one], now=NOW).lines[one])


def change_class(tx: Connection, subject_id: UUID, class_: SupervisionClass, by: Worker, at: datetime) -> None:
    period_id = uuid5(subject_id, at.isoformat())
    periods.change_class(tx, period_id, subject_id, class_, "考核", set_by=by.id, at=at)


def test_counts_keep_the_order_in_which_they_are_kept() -> None:
    assert len(astuple(Counts())) == len(Figure)
