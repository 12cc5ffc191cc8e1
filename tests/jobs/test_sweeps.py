"""The sweep of the ladder: what cannot be done holds up nothing behind it."""

from datetime import timedelta

from sqlalchemy import Engine, text

from app.deps import Deps
from app.jobs import sweeps
from app.store.session import transaction
from tests.builders.alerts import alert_row, an_alert
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_policy
from tests.builders.users import a_user

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_alerts_that_cannot_be_climbed_hold_up_none_behind_them(undone: Engine, deps: Deps, tree: Tree) -> None:
    """More of them than are looked at in one go, all due before the one that can be climbed."""
    with transaction(undone) as tx:
        broken, sound = a_user(tx, tree.office), a_user(tx, tree.second_office)
        a_policy(tx, tree.second_office, tree.policy, from_at=MONDAY - 30 * DAY)
        tx.execute(
            text("UPDATE policy_versions SET in_force = tstzrange(lower(in_force), :at) WHERE office_id = :id"),
            {"at": MONDAY - DAY, "id": tree.province.id},
        )
        for _ in range(3):
            an_alert(tx, tree, a_supervised(tx, tree, broken, at=MONDAY - 20 * DAY), MONDAY - MINUTE)
        good = an_alert(tx, tree, a_supervised(tx, tree, sound, at=MONDAY - 20 * DAY), MONDAY)
    assert sweeps.ladder(deps, MONDAY, limit=2)["failed"] == 3
    with transaction(undone) as tx:
        assert alert_row(tx, good).step == "office"
