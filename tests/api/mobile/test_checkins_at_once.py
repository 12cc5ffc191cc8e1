"""The same check-in ten times at once, as an impatient phone with a bad line sends it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

from sqlalchemy import select

from app.models.checkin import Attempt
from app.models.duty import DutyEvent
from app.store.session import make_engine, transaction
from tests.builders.app import a_clock, make_test_app
from tests.builders.checkins import a_check_in, a_resident
from tests.builders.duties import a_duty
from tests.builders.offices import a_tree
from tests.builders.users import a_user, phone_logged_in
from tests.database import Database
from tests.patience import PATIENT

HOUR = timedelta(hours=1)
AT_ONCE = 10


def test_ten_at_once_are_one_attempt_and_one_receipt(fresh_database: Database) -> None:
    engine, clock = make_engine(fresh_database.url, limits=PATIENT), a_clock()
    app = make_test_app(engine, clock)
    with transaction(engine) as tx:
        tree = a_tree(tx)
        subject_id = a_resident(tx, tree, a_user(tx, tree.office))
        duty_id = a_duty(tx, tree, subject_id, clock.now() - HOUR, clock.now() + HOUR)
    headers = phone_logged_in(app, subject_id)
    body = a_check_in(clock.now(), boot_id="a", sent_at=clock.now().isoformat())
    together = Barrier(AT_ONCE)

    def send(_: int) -> tuple[int, Any]:
        with app.test_client() as client:
            together.wait()
            answer = client.post("/api/mobile/v1/checkins", json=body, headers=headers)
            return answer.status_code, answer.get_json()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(send, range(AT_ONCE)))
    assert sorted(status for status, _ in answers) == [200] * 9 + [201]
    assert len({str(receipt) for _, receipt in answers}) == 1
    assert answers[0][1]["outcome"] == "accepted"
    with transaction(engine) as tx:
        assert len(tx.execute(select(Attempt.id)).all()) == 1
        settled = select(DutyEvent.id).where(DutyEvent.duty_id == duty_id, DutyEvent.to_state == "fulfilled")
        assert len(tx.execute(settled).all()) == 1
    engine.dispose()
