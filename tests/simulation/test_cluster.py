"""The private cluster: it keeps what it was given, listens nowhere, and says in one sentence why it cannot start."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.simulation.cluster import APPLICATION, OWNER, Cluster
from app.simulation.layout.part import children
from app.simulation.postgres import ClusterError
from app.simulation.throwaway import remove, throwaway_cluster, throwaway_folder
from tests.patience import eventually


@pytest.fixture
def folder() -> Iterator[Path]:
    """Room for a cluster that the server's user can reach, under a name that nobody should have to escape."""
    place = throwaway_folder(os.getpid())
    place.chmod(0o711)
    cluster = place / "it's 县里's folder"
    yield cluster
    remove(cluster)
    remove(place)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def wait_until_gone(*pids: int) -> None:
    """Until the kernel knows the processes no more."""
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), every_s=0.01)


def test_a_stopped_cluster_keeps_its_data(folder: Path) -> None:
    with Cluster(folder) as cluster:
        cluster.create_database("kept")
        ask(cluster.url("kept"), "CREATE TABLE words AS SELECT 'still here' AS word")
    assert not cluster.is_running()
    with Cluster(folder) as again:
        assert ask(again.url("kept"), "SELECT word FROM words") == "still here"


def test_a_killed_server_starts_again_with_what_it_had_acknowledged(folder: Path) -> None:
    with Cluster(folder) as cluster:
        cluster.create_database("kept")
        ask(cluster.url("kept"), "CREATE TABLE words AS SELECT 'still here' AS word")
        server = int((cluster.data / "postmaster.pid").read_text().split()[0])
        helpers = children(server)
        os.kill(server, signal.SIGKILL)
        wait_until_gone(server, *helpers)  # as long as one of them runs, no other server starts in the folder
    with Cluster(folder) as again:
        assert ask(again.url("kept"), "SELECT word FROM words") == "still here"


def test_it_is_reached_by_socket_only_and_each_role_is_itself() -> None:
    with throwaway_cluster() as cluster:
        cluster.create_database("any")
        assert ask(cluster.url("any", APPLICATION), "SELECT current_user") == APPLICATION
        assert ask(cluster.url("any", OWNER), "SELECT current_user") == OWNER
        assert ask(cluster.url("any"), "SHOW listen_addresses") == ""
        assert (cluster.socket_folder().stat().st_mode & 0o077) == 0
        assert (
            ask(cluster.url("any"), "SELECT count(*) FROM pg_extension WHERE extname IN ('postgis', 'btree_gist')") == 2
        )
    assert not cluster.folder.exists()


def test_a_path_too_long_for_a_socket_gets_one_elsewhere(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o711)
    deep = folder / ("d" * 100)
    with Cluster(deep, durable=False) as cluster:
        socket = cluster.socket_folder()
        assert not socket.is_relative_to(deep)
        assert ask(cluster.url("postgres"), "SELECT 1") == 1
        assert Cluster(deep).url("postgres") == cluster.url("postgres")
    assert not socket.exists()


def test_a_folder_closed_to_the_server_is_named(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o500 if os.geteuid() else 0o700)
    with pytest.raises(ClusterError, match=r"cannot reach .*inner|No permission to use .*inner"):
        Cluster(folder / "inner").start()
    folder.chmod(0o700)


def test_data_of_a_version_that_is_not_installed_are_left_alone(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ClusterError, match=r"PostgreSQL 9\.6, which is not installed"):
        Cluster(folder).start()
    assert (folder / "data" / "PG_VERSION").exists()
    (folder / "data" / "PG_VERSION").unlink()


def test_what_a_killed_process_left_is_removed_by_the_next() -> None:
    owner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    left = throwaway_folder(owner.pid)
    cluster = Cluster(left, durable=False)
    cluster.start()
    server = int((cluster.data / "postmaster.pid").read_text().split()[0])
    remove(throwaway_folder(os.getpid()))
    assert cluster.is_running()
    owner.kill()
    owner.wait()
    remove(throwaway_folder(os.getpid()))
    wait_until_gone(server)
    eventually(lambda: not left.exists())  # another process of this test run may be the one that removes it


def test_the_scripts_get_both_addresses_and_may_ask_twice(folder: Path) -> None:
    words = [sys.executable, "-m", "app.simulation.cluster_command"]
    for _ in range(2):
        done = subprocess.run([*words, "start", str(folder)], capture_output=True, text=True, check=True)
        addresses = dict(line.split("=", 1) for line in done.stdout.splitlines())
        assert ask(addresses["DATABASE_URL"], "SELECT current_user") == APPLICATION
        assert ask(addresses["MIGRATION_DATABASE_URL"], "SELECT current_database()") == "zhifang"
    subprocess.run([*words, "stop", str(folder)], check=True)
    assert not Cluster(folder).is_running()


def test_its_log_names_what_was_broken_and_quotes_no_row(folder: Path) -> None:
    """PostgreSQL tells the whole row that broke a rule, and the whole statement, unless it is told not to."""
    with Cluster(folder, durable=False) as cluster:
        cluster.create_database("any")
        ask(
            cluster.url("any"),
            "CREATE TABLE people (name text CONSTRAINT one_of_a_name UNIQUE, lon float CHECK (lon < 0))",
        )
        ask(cluster.url("any"), "INSERT INTO people VALUES ('欧阳试探', -118.62731)")
        for breaking in ("('欧阳试探', -118.62731)", "('慕容', 118.62731)"):
            with pytest.raises(psycopg.errors.IntegrityError):
                ask(cluster.url("any"), f"INSERT INTO people VALUES {breaking}")
    logged = cluster.log.read_text(encoding="utf-8")
    assert "one_of_a_name" in logged
    assert [told for told in ("欧阳", "慕容", "118.62731") if told in logged] == []
