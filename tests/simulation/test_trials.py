"""`zhifang policies try`: what another policy would have alerted, on made-up days and on the last ones."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, text

from app.cli import main
from app.rules.facts import AlertKind, Role
from app.simulation.clock import TestClock
from app.simulation.trials.command import TrialError, try_on_file, try_on_the_last
from app.simulation.trials.comparison import Alerts, Episode, compare
from app.store.session import make_engine, transaction
from app.store.shipped_policies import shipped
from tests.builders.alerts import an_alert, recover
from tests.builders.app import deps_for_tests
from tests.builders.offices import a_tree
from tests.builders.positions import a_head, a_power, a_report, report
from tests.builders.subjects import a_subject
from tests.builders.users import a_user
from tests.database import Database
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


def some_days(tx: Connection) -> tuple[UUID, str]:
    """A county of two people since five days: one is at home, the other's phone fell silent and came back."""
    tree = a_tree(tx)
    officer = a_user(tx, tree.office, name="欧阳所长")
    a_head(tx, tree)
    head = a_user(tx, tree.county, Role.COUNTY_HEAD, login="head")
    a_user(tx, tree.office, login="officer")
    subject = a_subject(tx, officer, key="trial", name="欧阳试探", at=NOW - 5 * DAY)
    a_subject(tx, officer, key="other", name="慕容试探", at=NOW - 5 * DAY)
    a_power(tx, subject.id, NOW - 5 * DAY, NOW, kind="order")
    report(tx, subject.id, a_report(NOW - 2 * DAY, lon=118.6271234, lat=28.7381234), now=NOW - 2 * DAY)
    heard = {"last_heard_at": NOW - 35 * HOUR}
    an_alert(tx, tree, subject.id, NOW - 25 * HOUR, kind=AlertKind.LOST_CONTACT, evidence=heard)
    recover(tx, subject.id, NOW - 24 * HOUR)
    return subject.id, head.login


def test_the_last_days_without_identities_and_on_record(fresh_database: Database, tmp_path: Path) -> None:
    engine = make_engine(fresh_database.url)
    with transaction(engine) as tx:
        subject_id, head = some_days(tx)
    deps = deps_for_tests(engine, TestClock(NOW))

    told = try_on_the_last(a_policy_with(tmp_path, "silence_h", "6"), "3d", head, deps)
    with pytest.raises(TrialError):
        try_on_the_last(a_policy_with(tmp_path, "silence_h", "6"), "3d", "officer", deps)

    read, last = told[0], told[-1]
    with transaction(engine) as tx:
        acts = tx.execute(text("SELECT action, details FROM audit WHERE action LIKE 'policies.%'")).all()
        kept = tx.execute(text("SELECT count(*) FROM alerts")).scalar_one()
    engine.dispose()
    assert (read["people"], read["positions"]) == (2, 1)
    assert (last["did"], last["refused"], last["people"]) == ("trial", 0, 1)
    (added,) = (line for line in told if line["did"] == "added")
    assert (added["subject"], added["kind"]) in {("person 1", "lost_contact"), ("person 2", "lost_contact")}
    assert datetime.fromisoformat(added["event_at"]) - (NOW - 35 * HOUR) < 7 * HOUR
    assert [(act.action, act.details["pseudonymous"]) for act in acts] == [("policies.try", True)]
    shown = json.dumps(told, ensure_ascii=False)
    assert [hidden for hidden in ("欧阳", "慕容", str(subject_id), "118.627") if hidden in shown] == []
    assert kept == 1


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
