"""Failure mode 17, the part of own check-ins: a random window is unknown until it opens, and trying tells nothing.

The list of patterns (always in the first minutes) belongs to another issue.
"""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from app.rules.facts import DutyState
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app
from tests.builders.checkins import a_check_in, a_resident
from tests.builders.duties import a_duty, duty_row
from tests.builders.offices import a_tree
from tests.builders.users import a_user, phone_logged_in

MINUTE = timedelta(minutes=1)
OPENS = datetime.fromisoformat("2026-03-02T15:07:00+08:00")
CLOSES = datetime.fromisoformat("2026-03-02T16:07:00+08:00")
TELLING = ("15:07", "16:07", "07:07:00", "T15", "T16", "15点")


def test_17_a_try_before_a_random_window_is_refused_and_tells_nothing_of_it(undone: Engine) -> None:
    clock = a_clock()
    app = make_test_app(undone, clock)
    client = app.test_client()
    with transaction(undone) as tx:
        tree = a_tree(tx)
        resident = a_resident(tx, tree, a_user(tx, tree.office))
        secret = a_duty(tx, tree, resident, OPENS, CLOSES, random=True)
        evening = OPENS + timedelta(hours=3)
        a_duty(tx, tree, resident, evening, evening + 60 * MINUTE, rule_code="check_in.strict.3")
    phone = phone_logged_in(app, resident)
    answers = []
    while clock.now() < OPENS:
        answer = client.post("/api/mobile/v1/checkins", json=a_check_in(clock.now()), headers=phone)
        assert answer.status_code == 201
        receipt = answer.get_json()
        answers.append((receipt["outcome"], str(receipt["reasons"]), receipt["duty_id"], receipt["evidence"]))
        due = client.get("/api/mobile/v1/duties", headers=phone)
        for told in (answer.text, due.text):
            told_without_own_times = told.replace(receipt["recorded_at"], "")
            assert not [part for part in TELLING if part in told_without_own_times]
            assert str(secret) not in told
        clock.set(min(clock.now() + 17 * MINUTE, max(OPENS - timedelta(seconds=1), clock.now() + MINUTE)))
    assert set(answers) == {
        (
            "refused",
            str([{"code": "too_early", "text": "还没有到签到时间,到时间手机会提醒您。"}]),
            None,
            None,
        )
    }
    assert len(answers) > 20


def test_17_every_try_before_the_window_stays_on_record_and_the_window_still_counts(undone: Engine) -> None:
    clock = a_clock()
    app = make_test_app(undone, clock)
    client = app.test_client()
    with transaction(undone) as tx:
        tree = a_tree(tx)
        resident = a_resident(tx, tree, a_user(tx, tree.office))
        secret = a_duty(tx, tree, resident, OPENS, CLOSES, random=True)
    phone = phone_logged_in(app, resident)
    for _ in range(3):
        client.post("/api/mobile/v1/checkins", json=a_check_in(clock.now()), headers=phone)
        clock.advance(minutes=1)
    clock.set(OPENS)
    receipt = client.post("/api/mobile/v1/checkins", json=a_check_in(OPENS), headers=phone).get_json()
    assert (receipt["outcome"], receipt["duty_id"]) == ("accepted", str(secret))
    own = client.get("/api/mobile/v1/checkins", headers=phone).get_json()["items"]
    assert [one["outcome"] for one in own] == ["accepted", "refused", "refused", "refused"]
    assert len({one["receipt_no"] for one in own}) == 4
    with transaction(undone) as tx:
        assert duty_row(tx, secret).state == DutyState.FULFILLED
