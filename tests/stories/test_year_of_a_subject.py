"""One subject's year: every duty of the work rule that it brings up, with its reason and its date, worked out by hand.

王小明 comes on Monday 2 March 2026 in the strict class, for a term that ends with 1 March 2027, and reports in person.
The rules are those of Jiangshan as shipped; the holidays are those of 2026 (2027 is not announced yet).
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select

from app.actions.announce_period import announce_period, spread_period
from app.actions.change_class import ClassChange, change_class
from app.actions.change_subject import change_subject
from app.actions.decide_leave import decide_leave
from app.actions.decide_waiver import decide_waiver
from app.actions.end_supervision import end_supervision
from app.actions.judge_duties import judge_duties
from app.actions.plan_duties import plan_duties
from app.actions.plan_occasions import plan_occasions
from app.actions.record_talk import record_talk
from app.actions.record_visit import record_visit
from app.actions.report_leave import report_leave
from app.actions.request_leave import request_leave
from app.actions.waive_duty import waive_duty
from app.actions.write_occasion import write_occasion
from app.models.duty import Duty
from app.rules.announced_periods import Announced
from app.rules.calendar import last_day_before
from app.rules.effects.occasions import PeriodKind
from app.rules.facts import Channel, DutyKind, DutyState, EndReason, OccasionKind, Role, SupervisionClass
from app.rules.leave import ReportKind
from app.rules.leave.facts import Told, Verdict
from app.rules.occasions import Written
from app.rules.policy import parse_policy
from app.rules.visits import NewRecord
from app.rules.wording import sentence
from app.store.shipped_policies import shipped
from tests.builders.app import settings_for_tests
from tests.builders.duties import alerts_of, api_up, duty_row
from tests.builders.leave import wanted
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import ASubject, a_subject
from tests.builders.users import Worker, a_user

SHANGHAI = ZoneInfo("Asia/Shanghai")
STRICT, NORMAL = SupervisionClass.STRICT, SupervisionClass.NORMAL
SETTINGS = settings_for_tests()


def at(day: str, clock: str = "10:00") -> datetime:
    """Such as `04-10` of 2026, or a whole date, by the clock of Shanghai."""
    whole = day if len(day) > len("04-10") else f"2026-{day}"
    return datetime.fromisoformat(f"{whole}T{clock}").replace(tzinfo=SHANGHAI).astimezone(UTC)


INTAKE = at("03-02", "09:00")
EASED, TIGHTENED = at("04-10"), at("08-05")
FAMILY, JOB, VIOLATION, ILL = at("05-06"), at("06-08"), at("08-03"), at("11-02")
LEAVES, BACK = at("07-10", "08:00"), at("07-12", "17:00")
OVER = at("2027-03-01", "18:00")

AGAIN = "owed_again"
FIRST = "owed_after_intake"
FROM_INTAKE = "owed_again_from_intake"
FESTIVAL, END = "owed_before_festival", "owed_before_end"


def chain(code: str, *days: str, first: str = FIRST) -> list[tuple[str, str, str]]:
    """Turns of one item: the first from intake on, the further ones each from the one before."""
    return [(code, first if n == 0 else AGAIN, day) for n, day in enumerate(days)]


IN_STRICT = ("09-12", "10-12", "11-12", "12-12", "2027-01-12", "2027-02-12")

EXPECTED = [
    # Each month while strict, every third while normal (10 April to 5 August). The month after 5 July ends on the very
    # day of the change: the first turn of the new class that is not over before it begins.
    *chain("知1", "03-05", "04-05", "07-05", "08-05", "09-05", "10-05", "11-05", "12-05", "2027-01-05", "2027-02-05"),
    ("知1", "class_change", "04-17"),
    ("知1", "class_change", "08-12"),
    *chain("知2", "03-12", "04-12", "07-12", "08-12", *IN_STRICT),
    ("知2", "family_event", "05-09"),
    # Every second month while normal: the turn of 12 August had opened on 30 July, before the change, and stays.
    *chain("知3", "03-12", "04-12", "06-12", "08-12", *IN_STRICT),
    ("知3", "work_event", "06-15"),
    ("知3", "leave_returned", "07-15"),
    *chain("知4", "03-12", "04-12", "06-12", "08-12", *IN_STRICT),
    *chain("访1", "03-12", "04-12", "06-12", "08-12", *IN_STRICT),
    ("访1", "family_event", "05-09"),
    # Thirty days after intake; then three months each, of which 1 July fell into the normal class (six months).
    *chain("访2", "04-01", "10-01", "2027-01-01"),
    ("访2", FESTIVAL, "04-28"),
    ("访2", FESTIVAL, "09-28"),
    # Nothing brings it up at intake: every three months from then on, the turn of 2 June fell into the normal class.
    *chain("访3", "09-02", "12-02", first=FROM_INTAKE),
    ("访3", "work_event", "06-23"),
    *chain("访4", "06-02", "12-02"),
    *chain("访5", "04-02", "07-02", "09-02", "10-02", "11-02", "12-02", "2027-01-02", "2027-02-02"),
    *chain("谈1", "03-05"),
    ("谈2", "violation", "08-05"),
    ("谈3", "family_event", "05-09"),
    ("谈3", "work_event", "06-11"),
    ("谈3", "health_event", "11-05"),
    *[("谈5", FESTIVAL, day) for day in ("04-01", "04-28", "06-16", "09-22", "09-28")],
    ("谈5", "leave_approved", "07-10"),
    ("谈5", "leave_returned", "07-15"),
    ("谈5", "period_announced", "09-07"),
    ("谈6", END, "2027-02-28"),
]


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx, policy=parse_policy(shipped("jiangshan")))


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def head(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.county, Role.COUNTY_HEAD)


@pytest.fixture
def subject(tx: Connection, officer: Worker) -> ASubject:
    return a_subject(tx, officer, at=INTAKE, class_=STRICT, channel=Channel.NO_SMARTPHONE, term_to=date(2027, 3, 1))


def jobs(tx: Connection, now: datetime) -> None:
    """What the scheduler does of it, as late as this."""
    plan_duties(tx, now=now, key=SETTINGS.window_secret)
    plan_occasions(tx, now=now)


def live(tx: Connection, tree: Tree, officer: Worker, head: Worker, subject: ASubject) -> None:
    """The year, act by act, each by the action that a form or a phone asks for."""

    def tell(kind: OccasionKind, when: datetime) -> None:
        new = Written(uuid5(subject.id, kind.value), kind, "据实登记", kind.value.encode())
        write_occasion(tx, officer.actor, subject.id, new, now=when)

    def change(class_: SupervisionClass, when: datetime) -> None:
        new = ClassChange(uuid5(subject.id, class_.value), subject.id, class_, "按季度考核")
        change_class(tx, officer.actor, new, SETTINGS.window_secret, now=when)

    def ask_leave(when: datetime) -> None:
        asked = wanted(LEAVES, at("07-12", "18:00"), id=uuid5(subject.id, "leave"))
        request_leave(tx, officer.actor, subject.id, asked, now=when)
        decide_leave(tx, officer.actor, asked.id, Verdict(approve=True), now=when)

    def come_back(when: datetime) -> None:
        told = Told(uuid5(subject.id, "back"), ReportKind.RETURN, when, b"back")
        report_leave(tx, officer.actor, uuid5(subject.id, "leave"), told, now=when)

    def announce(when: datetime) -> None:
        period = Announced(
            *(uuid5(tree.county.id, "period"), tree.county.id, PeriodKind.SENSITIVE, "重要会议"),
            *(date(2026, 9, 10), date(2026, 9, 15), "县委通知", b"body"),
        )
        announce_period(tx, head.actor, period, now=when)
        spread_period(tx, period.id, now=when)

    def hand_over(when: datetime) -> None:
        colleague = a_user(tx, tree.office)
        change_subject(tx, officer.actor, subject.id, {"officer_id": colleague.id}, SETTINGS, now=when)

    acts: list[tuple[datetime, Callable[[datetime], object]]] = [
        (EASED, lambda when: change(NORMAL, when)),
        (FAMILY, lambda when: tell(OccasionKind.FAMILY_EVENT, when)),
        (JOB, lambda when: tell(OccasionKind.WORK_EVENT, when)),
        (at("07-06"), ask_leave),
        (BACK, come_back),
        (VIOLATION, lambda when: tell(OccasionKind.VIOLATION, when)),
        (TIGHTENED, lambda when: change(STRICT, when)),
        (at("09-01"), announce),
        (at("10-08"), hand_over),
        (ILL, lambda when: tell(OccasionKind.HEALTH_EVENT, when)),
        (at("2027-02-20"), lambda _: None),
    ]
    for when, act in acts:
        jobs(tx, when)
        act(when)
        jobs(tx, when + timedelta(minutes=1))


def owed(tx: Connection, subject: ASubject) -> list[Any]:
    """Every duty of an item of the work rule that did not fall away."""
    statement = select(Duty.__table__).where(
        Duty.subject_id == subject.id, Duty.rule_code.regexp_match("^[知访谈]"), Duty.state != DutyState.CANCELLED
    )
    return list(tx.execute(statement.order_by(Duty.rule_code, Duty.due_at)))


def told(duty: Any) -> tuple[str, str, str]:
    """Item, reason and last day, as they stand in EXPECTED."""
    reason = duty.why["params"].get("occasion", duty.why["code"])
    day = last_day_before(duty.due_at).isoformat()
    return duty.rule_code, reason, day.removeprefix("2026-")


def test_every_duty_of_the_year(tx: Connection, tree: Tree, officer: Worker, head: Worker, subject: ASubject) -> None:
    live(tx, tree, officer, head, subject)
    duties = owed(tx, subject)
    found, expected = sorted(map(told, duties)), sorted(EXPECTED)
    assert [one for one in expected if one not in found] == [], "missing"
    assert [one for one in found if one not in expected] == [], "too many"
    assert found == expected
    (before_leaving,) = [duty for duty in duties if told(duty) == ("谈5", "leave_approved", "07-10")]
    assert before_leaving.due_at == LEAVES
    assert {duty.due_at.astimezone(SHANGHAI).time().isoformat() for duty in duties if duty is not before_leaving} == {
        "00:00:00"
    }
    for duty in duties:
        words = sentence(duty.why["code"], duty.why["params"])
        assert duty.rule_code in words, words
        assert "月" in words, words
        assert "{" not in words, words
        assert "—" not in words, words
        assert (duty.occasion_id is not None) == ("occasion" in duty.why["params"])


def one_of(tx: Connection, subject: ASubject, code: str, day: str) -> Any:
    """The duty of that item which is due on that day."""
    (duty,) = [duty for duty in owed(tx, subject) if told(duty)[::2] == (code, day)]
    return duty


def states(tx: Connection, *duties: Any) -> list[str]:
    return [duty_row(tx, duty.id).state for duty in duties]


def overdue(tx: Connection, subject: ASubject) -> list[tuple[str, int, str]]:
    """Alerts of overdue visits and talks: which item's, how often, and whether it goes on."""
    alerts = [alert for alert in alerts_of(tx, subject.id) if alert.kind in {"visit_overdue", "talk_overdue"}]
    return sorted((alert.rule_code, alert.occurrences, alert.condition) for alert in alerts)


def record(
    tx: Connection, officer: Worker, subject: ASubject, kind: DutyKind, items: tuple[str, ...], day: str
) -> None:
    when = at(day, "15:00")
    new = NewRecord(uuid5(subject.id, f"{items}{day}"), kind, subject.id, items, when, "情况稳定", b"body")
    (record_visit if kind is DutyKind.VISIT else record_talk)(tx, officer.actor, new, now=when)


def test_done_missed_let_go_and_ended(
    tx: Connection, tree: Tree, officer: Worker, head: Worker, subject: ASubject
) -> None:
    api_up(tx, INTAKE, OVER)

    for day in ("03-02", "03-20", "04-20"):
        jobs(tx, at(day))
    first_visit, first_talk = one_of(tx, subject, "访1", "03-12"), one_of(tx, subject, "谈1", "03-05")
    police = [one_of(tx, subject, "访5", day) for day in ("04-02", "05-02")]
    # One visit may serve several items; a talk a day late is late, whenever it is written.
    record(tx, officer, subject, DutyKind.VISIT, ("访1", "访2"), "03-12")
    record(tx, officer, subject, DutyKind.TALK, ("谈1",), "03-06")
    village = one_of(tx, subject, "访2", "04-01")
    assert states(tx, first_visit, village, first_talk) == ["fulfilled", "fulfilled", "late"]
    # The police record check is missed twice: one alert of the item, counted.
    judge_duties(tx, now=at("04-03", "00:01"))
    assert ("访5", 1, "active") in overdue(tx, subject)
    judge_duties(tx, now=at("05-03", "00:01"))
    assert ("访5", 2, "active") in overdue(tx, subject)
    assert states(tx, *police) == ["missed", "missed"]
    # Each visit makes up for one turn, the oldest first; with the last one the alert is over.
    record(tx, officer, subject, DutyKind.VISIT, ("访5",), "05-04")
    assert states(tx, *police) == ["late", "missed"]
    assert ("访5", 2, "active") in overdue(tx, subject)
    record(tx, officer, subject, DutyKind.VISIT, ("访5",), "05-05")
    assert states(tx, *police) == ["late", "late"]
    assert ("访5", 2, "recovered") in overdue(tx, subject)
    # In hospital nobody can be visited among the neighbours: asked by the officer, confirmed by the county.
    neighbours = one_of(tx, subject, "访4", "06-02")
    waiting = waive_duty(tx, officer.actor, neighbours.id, "本人住院", now=at("05-20"))
    assert (waiting is not None, states(tx, neighbours)) == (True, ["planned"])
    decide_waiver(tx, head.actor, UUID(str(waiting)), granted=True, answer=None, now=at("05-21"))
    assert states(tx, neighbours) == ["waived"]
    # Custody ends it all: nothing is owed any more, and no alert of it goes on.
    end_supervision(tx, officer.actor, subject.id, EndReason.CUSTODY, "收监执行", now=at("05-25"))
    assert {duty.state for duty in owed(tx, subject)} & {"planned", "open"} == set()
    assert {condition for _, _, condition in overdue(tx, subject)} == {"recovered"}
    jobs(tx, at("06-25"))
    assert {duty.state for duty in owed(tx, subject)} & {"planned", "open"} == set()
