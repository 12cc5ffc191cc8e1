"""Restarts, the loss of the primary and the loss of everything, under load: what was acknowledged is there, once."""

import re
import subprocess
import time

import psycopg
import pytest
from sqlalchemy import text

from app.simulation.layout.command import main
from app.simulation.layout.layout import Layout
from app.simulation.layout.places import APIS, NODES
from app.store.session import Limits, make_engine
from tests.database import ROOT
from tests.layout.county import County
from tests.layout.phones import Phone, sending
from tests.patience import LONG_S, eventually

pytestmark = [pytest.mark.durable, pytest.mark.slow]

PHONES = 4
PEOPLE = 40
GAP_S = 120.0
"""A failover may take the leader's term (10 s here), the promotion and a round of health checks, on a busy machine many
times that. In a county's settings the term is 20 s."""

LISTENERS = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"


def phones_of(layout: Layout, county: County) -> list[Phone]:
    return county.phones(PHONES, f"{layout.places.http('proxy')}/api/mobile/v1")


def leader_of(layout: Layout) -> str:
    """A node that is slow to answer is not taken for one that follows."""
    while (leader := layout.databases.leader()) is None:
        time.sleep(0.1)
    return leader


def assert_kept(county: County, phones: list[Phone]) -> None:
    """Every acknowledged receipt and fix is in the tables, and nothing is there twice."""
    for phone in phones:
        receipts, fixes = county.kept(phone)
        assert phone.check_ins
        assert receipts == phone.check_ins
        assert fixes == sorted(phone.fixes)


def test_the_time_limits_and_time_zone_hold_through_the_pooler(layout: Layout) -> None:
    """PgBouncer drops what a connection asks for at its start: the role's own settings hold instead."""
    engine = make_engine(layout.places.pooled_url.replace("postgresql:", "postgresql+psycopg:", 1), prepared=False)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT lower(name) AS name, setting FROM pg_settings"))
        shown = {row.name: row.setting for row in rows}
    engine.dispose()
    asked = dict(re.findall(r"-c (\w+)=(\S+)", Limits().options))
    assert len(asked) >= 5
    assert {name: shown[name] for name in asked} == asked


def test_the_command_tells_who_runs_and_who_leads(layout: Layout, capsys: pytest.CaptureFixture[str]) -> None:
    layout.databases.await_standby(within_s=LONG_S)

    def told() -> tuple[list[str], list[str], list[str]]:
        """What the nodes are, which replicas the door counts on, and what is down."""
        assert main(["status", str(layout.places.folder)]) == 0
        lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
        return (
            sorted(lines[node].split(maxsplit=2)[2] for node in NODES),
            [api for api in APIS if "door: UP" in lines[api]],
            [name for name in layout.parts() if " down" in lines[name]],
        )

    eventually(lambda: told() == (["primary", "synchronous standby"], [*APIS], []))


def test_a_rolling_restart_is_not_noticed(layout: Layout, county: County) -> None:
    phones = phones_of(layout, county)
    missed = county.missed_morning(PEOPLE)
    with sending(phones):
        layout.roll()
    assert [phone.troubles for phone in phones] == [[]] * PHONES
    assert_kept(county, phones)
    eventually(lambda: county.told(missed) == {PEOPLE})


def test_a_dead_primary_is_replaced_and_nothing_is_lost(layout: Layout, county: County) -> None:
    layout.databases.await_standby(within_s=LONG_S)
    phones = phones_of(layout, county)
    lost = leader_of(layout)
    (heir,) = set(NODES) - {lost}
    with sending(phones):
        eventually(lambda: all(len(phone.check_ins) > 3 for phone in phones))
        missed = county.missed_morning(PEOPLE)
        layout.databases.kill_node(lost)
        before = [phone.answers for phone in phones]
        eventually(lambda: all(phone.answers > was for phone, was in zip(phones, before, strict=True)), within_s=GAP_S)
    assert leader_of(layout) == heir
    assert_only_told_to_come_again(phones)
    assert_kept(county, phones)
    eventually(lambda: county.told(missed) == {PEOPLE})
    layout.databases.start_node(lost)
    layout.databases.await_standby(within_s=LONG_S)
    assert leader_of(layout) == heir
    assert_refuses_writes(layout.places.node_url(lost))
    eventually(lambda: county.ask(LISTENERS) == 2)


def assert_refuses_writes(url: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("UPDATE offices SET name = name")


def assert_only_told_to_come_again(phones: list[Phone]) -> None:
    """While there was no primary every answer was 503 with the time after which to ask again."""
    troubles = {trouble for phone in phones for trouble in phone.troubles}
    assert troubles
    assert {trouble.status for trouble in troubles} == {503}
    assert all(trouble.retry_after for trouble in troubles)


def test_the_state_of_a_chosen_time_comes_back_after_everything_is_gone(layout: Layout, county: County) -> None:
    layout.backup("full")
    before, after = phones_of(layout, county), phones_of(layout, county)
    for phone in before:
        phone.check_in()
        phone.report()
    chosen = county.ask("SELECT clock_timestamp() FROM pg_sleep(1.1)")  # backups know their end to the second
    for phone in after:
        phone.check_in()
    layout.backup("check")  # the log so far is in the repository
    layout.databases.destroy()
    said = layout.restore(chosen)
    assert re.search(r"restore: the state of \S+", said)
    for phone in before:
        eventually(lambda phone=phone: _taken(phone))  # type: ignore[misc]
    assert_kept(county, before)
    for phone in after:
        assert county.kept(phone) == ({}, [])
    assert_a_drill_tells_the_truth(layout)


def _taken(phone: Phone) -> bool:
    """The service answers again, by itself."""
    phone.check_in()
    return True


def assert_a_drill_tells_the_truth(layout: Layout) -> None:
    """It passes on a sound repository, changes nothing, and fails when the repository is damaged."""
    config = str(layout.places.folder / "backup" / "pgbackrest.conf")

    def drill() -> subprocess.CompletedProcess[str]:
        command = [str(ROOT / "scripts" / "restore"), "--drill"]
        environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "BACKUP_CONFIG": config}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=2 * LONG_S)

    sound = drill()
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "drill passed" in sound.stdout
    for file in (layout.places.repository / "backup" / "zhifang").rglob("*.gz"):
        file.write_bytes(b"rust")
    for bundle in (layout.places.repository / "backup" / "zhifang").rglob("bundle/*"):
        bundle.write_bytes(b"rust")
    damaged = drill()
    assert damaged.returncode != 0
    assert "Nothing could be restored" in damaged.stderr
