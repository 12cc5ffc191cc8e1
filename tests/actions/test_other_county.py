"""A county that works by 五必查: its duties are planned, opened, kept by a record and missed like any others."""

from uuid import uuid4

from sqlalchemy import Connection, text

from app.actions.open_duties import open_duties
from app.actions.plan_duties import plan_duties
from app.actions.record_visit import record_visit
from app.queries import duties as queries
from app.rules.facts import DutyKind, Role
from tests.builders.app import MONDAY
from tests.builders.duties import KEY, a_supervised, set_state
from tests.builders.offices import a_tree, shipped_policy
from tests.builders.users import a_user
from tests.builders.visits import a_new_record


def states(tx: Connection) -> dict[str, list[str]]:
    """How the office's duties stand, by item, in order of time."""
    rows = tx.execute(
        text("SELECT rule_code, state FROM duties WHERE obligor = 'office' ORDER BY 1, slot_start, due_at")
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.rule_code, []).append(row.state)
    return found


def test_a_day_of_the_five_checks(tx: Connection) -> None:
    tree = a_tree(tx, policy=shipped_policy("baoan"))
    officer = a_user(tx, tree.office, Role.OFFICER)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    set_state(tx, subject_id, planned_until=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    assert states(tx) == {"查1": ["planned"] * 3, "查2": ["planned"], "查3": ["planned"], "查5": ["planned"]}

    open_duties(tx, now=MONDAY)
    new = a_new_record(subject_id, MONDAY, "查1", "查2", kind=DutyKind.REVIEW, record_id=uuid4())
    _, first = record_visit(tx, officer.actor, new, now=MONDAY)

    assert first
    assert states(tx) == {
        "查1": ["fulfilled", "planned", "planned"],
        "查2": ["fulfilled"],
        "查3": ["open"],
        "查5": ["open"],
    }
    monthly = tx.execute(text("SELECT id FROM duties WHERE rule_code = '查3'")).scalar_one()
    assert queries.duty(tx, officer.actor, monthly, now=MONDAY).title == "每月必查信息化核查记录"
