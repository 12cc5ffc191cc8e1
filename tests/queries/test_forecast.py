"""A forecast against what came: where nothing happens meanwhile, the planner writes just what was foreseen."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from app.actions.plan_duties import plan_duties
from app.actions.plan_occasions import plan_occasions
from app.queries.forecast import DAYS, forecast
from app.rules.calendar import end_of_day, last_day_before, legal_day
from app.rules.facts import SupervisionClass
from app.rules.wording.correction import RULES
from tests.builders.duties import KEY
from tests.builders.offices import Tree, a_tree, whole_table
from tests.builders.subjects import a_subject
from tests.builders.users import a_user

DAY = timedelta(days=1)
SPRING = datetime(2026, 1, 26, 2, 32, tzinfo=UTC)
"""Three weeks before the Spring Festival of 2026."""
AUTUMN = datetime(2026, 9, 14, 2, 32, tzinfo=UTC)
WRITTEN = text(
    """
    SELECT d.due_at, d.rule_code FROM duties d
    WHERE d.obligor = 'office' AND d.state IN ('planned', 'open') AND d.due_at > :now AND d.due_at <= :until
    """
)


@pytest.mark.parametrize("now", [SPRING, AUTUMN])
def test_what_was_foreseen_is_what_the_planner_writes(tx: Connection, now: datetime) -> None:
    """People of each class who came at different times; the term of one ends within the month, of one just after."""
    tree = a_tree(tx, policy=whole_table())
    officer = a_user(tx, tree.office)
    ends = (date(2027, 12, 1), legal_day(now) + 12 * DAY, legal_day(now) + 40 * DAY)
    for n, class_ in enumerate([*SupervisionClass] * 3):
        a_subject(tx, officer, at=now - (1 + 23 * n) * DAY, class_=class_, term_to=ends[n % 5 if n % 5 < 3 else 0])
    catch_up(tx, now)
    found = forecast(tx, officer.actor, tree.office.id, now=now)
    foreseen = {(one.day, item.title): item.planned + item.foreseen for one in found.days for item in one.items}
    assert sum(item.foreseen for one in found.days for item in one.items) > 5
    for day in range(2, DAYS + 2, 2):
        catch_up(tx, now + day * DAY)
    values = {"now": now, "until": end_of_day(legal_day(now) + (DAYS - 1) * DAY)}
    came = Counter((last_day_before(row.due_at), title(tree, row.rule_code)) for row in tx.execute(WRITTEN, values))
    assert foreseen == came


def title(tree: Tree, rule_code: str) -> str:
    item = tree.policy.item(rule_code)
    return item.title if item else RULES[rule_code]


def catch_up(tx: Connection, at: datetime) -> None:
    """What the jobs plan by then."""
    while plan_duties(tx, now=at, key=KEY).subjects:
        pass
    while plan_occasions(tx, now=at).occasions:
        pass
