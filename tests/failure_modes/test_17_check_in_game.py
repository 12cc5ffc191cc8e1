"""Failure mode 17, the check-in game: a random window is unknown until it opens, and trying tells nothing; whoever
always checks in in the first minutes is shown for a person to look at, and nothing else follows from it.
"""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from app.jobs import sweeps
from app.rules.facts import DutyState
from app.store.session import transaction
from tests.builders.app import MONDAY, a_clock, make_test_app
from tests.builders.checkins import a_check_in, a_resident
from tests.builders.duties import a_duty, alerts_of, duty_row
from tests.builders.offices import a_tree
from tests.builders.patterns import Manner, weeks_of_check_ins
from tests.builders.users import a_user, logged_in, phone_logged_in

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


def test_17_whoever_checks_in_in_the_first_five_minutes_for_14_days_is_on_the_list(undone: Engine) -> None:
    clock = a_clock()
    app = make_test_app(undone, clock)
    with transaction(undone) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        prompt, once_late, ordinary = (a_resident(tx, tree, officer) for _ in range(3))
        opens = MONDAY - timedelta(hours=1)
        weeks_of_check_ins(tx, tree, [prompt, once_late], Manner(after_s=2, spread_s=290), last=opens)
        weeks_of_check_ins(
            tx, tree, [once_late], Manner(after_s=600, spread_s=0), last=opens, days=1, rule="check_in.b"
        )
        weeks_of_check_ins(tx, tree, [ordinary], Manner(), last=opens)
    listed = app.test_client().get("/api/office/v1/patterns", headers=logged_in(app, officer)).get_json()["items"]
    assert [(person["subject_id"], [seen["pattern"] for seen in person["patterns"]]) for person in listed] == [
        (str(prompt), ["first_minutes"])
    ]
    assert listed[0]["patterns"][0]["why"].startswith("有签到的 14 天里,每次都在开始后 5 分钟内。可能")
    sweeps.judge(app.extensions["deps"], clock.now())
    with transaction(undone) as tx:
        assert alerts_of(tx, prompt) == [], "it asks a person to look, and raises no alert"
