"""One office on a morning, made small: whom the tests of pages let look, and what there is to see."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, update

from app.models.subject import Subject
from app.rules.effects import Decision, RecordAttempt
from app.rules.facts import Channel, DutyKind, DutyState, Outcome, Reason, Role
from app.rules.policy import Policy
from app.store import effects
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised, api_up
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user

HOUR = timedelta(hours=1)
LONG_NAME = "阿卜杜勒热合曼·阿卜杜外力·买买提依明江·玉素甫江"


@dataclass(frozen=True)
class Office:
    """The own office with two officers, an officer next door, and those above them."""

    tree: Tree
    officer: Worker
    colleague: Worker
    neighbour: Worker
    county: Worker


def an_office_at_nine(tx: Connection, *, policy: Policy | None = None) -> Office:
    tree = a_tree(tx, policy=policy)
    api_up(tx, MONDAY - 999 * HOUR, MONDAY)
    return Office(
        tree,
        a_user(tx, tree.office, login="minjie", name="徐敏"),
        a_user(tx, tree.office, login="li", name="李梅"),
        a_user(tx, tree.second_office, login="mao", name="毛建华"),
        a_user(tx, tree.county, Role.COUNTY_STAFF, login="jiang", name="姜文静"),
    )


def a_person(
    tx: Connection,
    office: Office,
    name: str = "王立新",
    *,
    minor: bool = False,
    channel: Channel = Channel.SMARTPHONE,
) -> UUID:
    """Somebody under correction, with a phone number."""
    subject_id = a_supervised(
        tx, office.tree, office.officer, at=MONDAY - 400 * HOUR, planned_until=MONDAY + 80 * HOUR, channel=channel
    )
    values = {"name": name, "minor_regime": minor, "phone": "13800001234"}
    tx.execute(update(Subject).where(Subject.id == subject_id).values(**values))
    return subject_id


def a_visit_due(tx: Connection, office: Office, subject_id: UUID, in_hours: float = 5) -> UUID:
    due_at = MONDAY + in_hours * HOUR
    return a_duty(tx, office.tree, subject_id, due_at - 200 * HOUR, due_at, kind=DutyKind.VISIT, state=DutyState.OPEN)


def a_check_in_open(tx: Connection, office: Office, subject_id: UUID) -> UUID:
    return a_duty(tx, office.tree, subject_id, MONDAY - HOUR, MONDAY + HOUR, state=DutyState.OPEN)


def a_try_to_review(tx: Connection, office: Office, subject_id: UUID) -> UUID:
    """A check-in of yesterday whose time nothing proves; gives its duty's id."""
    duty_id = a_duty(tx, office.tree, subject_id, MONDAY - 27 * HOUR, MONDAY - 25 * HOUR, state=DutyState.SUBMITTED)
    attempt = RecordAttempt(
        id=uuid4(),
        subject_id=subject_id,
        body_hash=b"try",
        outcome=Outcome.TO_REVIEW,
        reasons=(Reason("time_not_proven"),),
        recorded_at=MONDAY - 26 * HOUR,
        received_at=MONDAY - 2 * HOUR,
        effective_at=None,
        duty_id=duty_id,
    )
    effects.apply(tx, [Decision((attempt,))])
    return duty_id
