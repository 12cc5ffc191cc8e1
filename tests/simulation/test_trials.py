"""`zhifang policies try`: what another policy would have alerted, on made-up days and on the last ones."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from app.actions.change_class import ClassChange, change_class
from app.cli import main
from app.rules.facts import AlertKind, Role, SupervisionClass
from app.simulation.clock import TestClock
from app.simulation.trials.command import TrialError, try_on_file, try_on_the_last
from app.simulation.trials.comparison import Alerts, Episode, compare
from app.simulation.trials.history import history
from app.store.session import make_engine, transaction
from app.store.shipped_policies import shipped
from tests.builders.alerts import an_alert, recover
from tests.builders.app import deps_for_tests, make_test_app, settings_for_tests
from tests.builders.leave import a_request
from tests.builders.offices import a_tree
from tests.builders.positions import a_report, an_order, phones_under_order, report
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, logged_in
from tests.builders.zones import a_zone
from tests.database import Database
from tests.patience import PATIENT
from tests.simulation.replays import at, habit, header, registered, staff

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = datetime.fromisoformat("2026-03-06T12:00:00+08:00")


def alert(subject: str, kind: str, event_at: str, state: str = "opened") -> str:
    return json.dumps(
        {"did": "alert", "state": state, "subject": subject, "kind": kind, "about": "subject", "event_at": event_at}
    )


def taken(*lines: str) -> Alerts:
    alerts = Alerts()
    for line in lines:
        alerts.take(line)
    return alerts


def test_what_one_has_and_the_other_has_not() -> None:
    same = alert("s", "missed_check_in", at("10:00"))
    before = taken(same, alert("s", "lost_contact", at("12:00")), alert("s", "lost_contact", at("13:00"), "recovered"))
    after = taken(same, same, alert("t", "missed_check_in", at("11:00"), "counted"), '{"did": "refused", "line": 3}')

    found = compare(before, after)

    assert found.gone == [Episode(at("12:00"), "s", "lost_contact", "subject")]
    assert found.added == [Episode(at("11:00"), "t", "missed_check_in", "subject")]
    assert (found.same, found.refused, sorted(found.touched)) == (1, 1, ["s", "t"])
    *_, last = found.lines()
    assert (last["added"], last["gone"], last["people"]) == ({"missed_check_in": 1}, {"lost_contact": 1}, 2)


def a_policy_with(tmp_path: Path, name: str, value: str) -> Path:
    """The shipped policy with another value, as a file."""
    lines = shipped("jiangshan").splitlines()
    changed = [f"{name} = {value}" if line.startswith(f"{name} =") else line for line in lines]
    assert changed != lines
    file = tmp_path / "tried.toml"
    file.write_text("\n".join(changed), encoding="utf-8")
    return file


def test_a_shorter_silence_on_a_scenario(tmp_path: Path) -> None:
    """A phone is away from seven on: the check-in is missed either way, and with six hours the silence is told, too."""
    scenario = tmp_path / "days.jsonl"
    lines = [
        header(),
        *staff(),
        registered(class_="lenient"),
        habit(),
        {"at": at("07:00"), "do": "phone", "subject": "s", "online": False},
    ]
    scenario.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    told = try_on_file(a_policy_with(tmp_path, "silence_h", "6"), scenario)

    (added,) = (line for line in told if line["did"] == "added")
    assert (added["subject"], added["kind"], added["event_at"]) == ("s", "lost_contact", at("13:00"))
    assert told[-1] == {"did": "trial", "added": {"lost_contact": 1}, "gone": {}, "same": 1, "people": 1, "refused": 0}


def some_days(engine: Engine) -> tuple[UUID, Worker]:
    """Two people of five days: the phone of one fell silent and came back, much was decided of the other."""
    with transaction(engine) as tx:
        tree = a_tree(tx, policy=phones_under_order())
        officer = a_user(tx, tree.office, login="officer", name="欧阳所长")
        head = a_user(tx, tree.county, Role.COUNTY_HEAD, login="head")
        silent = a_subject(tx, officer, key="trial", name="欧阳试探", at=NOW - 5 * DAY).id
        heard = {"last_heard_at": NOW - 30 * HOUR}
        an_alert(tx, tree, silent, NOW - 20 * HOUR, kind=AlertKind.LOST_CONTACT, evidence=heard)
        recover(tx, silent, NOW - 19 * HOUR)
        other = a_subject(tx, officer, key="other", name="慕容试探", at=NOW - 5 * DAY, permitted_area="330881").id
        change = ClassChange(uuid4(), other, SupervisionClass.STRICT, "连续两次未签到", None)
        change_class(tx, officer.actor, change, settings_for_tests().window_secret, now=NOW - 30 * HOUR)
        a_zone(tx, officer, other, at=NOW - 29 * HOUR, circle=(118.7, 28.8, 500.0))
        an_order(tx, head, other, NOW - 28 * HOUR, NOW - 27 * HOUR)
        report(tx, other, a_report(NOW - 28 * HOUR, lon=118.6271234, lat=28.7381234), now=NOW - 28 * HOUR)
    app = make_test_app(engine, TestClock(NOW - 28 * HOUR))
    http, url = app.test_client(), "/api/office/v1/leave-requests"
    asked = {**a_request(NOW - 20 * HOUR, NOW - 10 * HOUR), "subject_id": str(other)}
    assert http.post(url, json=asked, headers=logged_in(app, officer)).status_code == 201
    approved = http.post(f"{url}/{asked['id']}/decision", json={"approve": True}, headers=logged_in(app, head))
    assert approved.status_code in {200, 201}, approved.get_json()
    return silent, head


def test_the_last_days_without_identities_and_on_record(fresh_database: Database, tmp_path: Path) -> None:
    engine = make_engine(fresh_database.url, limits=PATIENT)
    silent, head = some_days(engine)
    deps = deps_for_tests(engine, TestClock(NOW))
    with deps.autocommit() as connection:
        found = history(connection, head.actor, NOW - 36 * HOUR, NOW)
        kept = connection.execute(text("SELECT count(*) FROM alerts")).scalar_one()

    told = try_on_the_last(a_policy_with(tmp_path, "silence_h", "6"), "1d", head.login, deps)
    with pytest.raises(TrialError):
        try_on_the_last(a_policy_with(tmp_path, "silence_h", "6"), "1d", "officer", deps)

    with transaction(engine) as tx:
        acts = tx.execute(text("SELECT action, details FROM audit WHERE action LIKE 'policies.%'")).all()
        assert tx.execute(text("SELECT count(*) FROM alerts")).scalar_one() == kept
    engine.dispose()
    assert {"class_change", "zone", "positioning_order", "leave", "phone"} <= {line["do"] for line in found.lines}
    assert (told[0]["people"], told[0]["positions"], told[0]["left_out"]) == (2, 1, {})
    assert (told[-1]["did"], told[-1]["refused"]) == ("trial", 0)
    added = [line for line in told if line["did"] == "added" and line["kind"] == "lost_contact"]
    assert any(datetime.fromisoformat(one["event_at"]) - (NOW - 30 * HOUR) < 7 * HOUR for one in added), told
    assert [(act.action, act.details["pseudonymous"]) for act in acts] == [("policies.try", True)]
    shown = json.dumps([*told, *found.lines], ensure_ascii=False)
    assert [hidden for hidden in ("欧阳", "慕容", str(silent)) if hidden in shown] == []
    assert "118.627" not in json.dumps(told)


def test_the_command_says_what_it_needs(tmp_path: Path) -> None:
    policy = a_policy_with(tmp_path, "silence_h", "6")

    def ask(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["policies", "try", str(policy), *map(str, arguments)])

    assert "--on SCENARIO" in ask().output
    assert "--on SCENARIO" in ask("--last", "30d").output
    bad = tmp_path / "bad.toml"
    bad.write_text("silence_h = -1", encoding="utf-8")
    refused = CliRunner().invoke(main, ["policies", "try", str(bad), "--on", str(policy)])
    assert refused.exit_code != 0
    assert "is no policy" in refused.output
