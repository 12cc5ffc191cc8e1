"""Failure mode 13, for the clients of other makers: what is no fix is not stored as one.

"Last heard" moves, "last position" does not and shows its true age. The golden requests hold each type by itself; here
they come between two fixes, hours apart.
"""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from app.rules.facts import TrackerClient
from app.store.session import transaction
from tests.builders.app import MONDAY, a_clock, make_test_app
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import DAY, a_power, state_of, stored
from tests.builders.trackers import a_location, a_tracker, golden_requests
from tests.builders.users import a_user, logged_in

HOUR = timedelta(hours=1)
NO_FIXES = [golden for golden in golden_requests() if golden.leaves != "stored"]


@pytest.mark.parametrize("client", list(TrackerClient))
def test_what_is_no_fix_moves_last_heard_alone(undone: Engine, client: TrackerClient) -> None:
    clock = a_clock()
    app = make_test_app(undone, clock)
    http = app.test_client()
    with transaction(undone) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        subject_id: UUID = a_supervised(tx, tree, officer, at=MONDAY - DAY)
        a_power(tx, subject_id, MONDAY - DAY, MONDAY + DAY, kind="order")
        phone = a_tracker(tx, officer, subject_id, client, now=MONDAY - DAY)
    seen = clock.now()
    assert phone.send(http, a_location(phone, seen)).status_code == 200

    clock.advance(3 * HOUR)
    sent = [golden.send(http, phone).status_code for golden in NO_FIXES if golden.client is client]

    assert set(sent) == {200}
    assert len(sent) > 10
    with transaction(undone) as tx:
        assert [row.recorded_at for row in stored(tx, subject_id)] == [seen]
        state = state_of(tx, subject_id)
    assert (state.last_heard_at, state.last_position_at) == (clock.now(), seen)
    url = f"/api/office/v1/subjects/{subject_id}/last-position"
    assert http.get(url, headers=logged_in(app, officer)).get_json()["position"]["age_s"] == 3 * 3600
