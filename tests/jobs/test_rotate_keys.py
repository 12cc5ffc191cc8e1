"""A change of keys as an operator makes it: a second key beside the first, rows brought over, the first taken out."""

import base64
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app.actions.reveal_identity import reveal_identity
from app.config import Settings
from app.jobs.rotate_keys import rotate
from app.main import create_app
from app.rules.facts import Actor
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY, a_clock, deps_for_tests, settings_for_tests
from tests.builders.offices import a_tree
from tests.builders.subjects import a_subject, an_id_number
from tests.builders.users import a_user
from tests.database import ROOT, Database
from tests.jobs.processes import environment
from tests.patience import PATIENT

FIRST, SECOND = settings_for_tests().identity_key, sha256(b"second").digest()
BOTH = replace(settings_for_tests(), identity_keys=((2, SECOND), (1, FIRST)))
ONLY_NEW = replace(settings_for_tests(), identity_keys=((2, SECOND),))


@pytest.fixture
def engine(fresh_database: Database) -> Iterator[Engine]:
    made = make_engine(fresh_database.url, limits=PATIENT)
    yield made
    made.dispose()


@pytest.fixture
def subjects(engine: Engine) -> tuple[Actor, dict[UUID, str]]:
    with transaction(engine) as tx:
        officer = a_user(tx, a_tree(tx).office)
        numbers = [an_id_number(serial=serial) for serial in range(101, 107)]
        return officer.actor, {a_subject(tx, officer, id_number=number).id: number for number in numbers}


def read(engine: Engine, actor: Actor, subject_id: UUID, settings: Settings) -> str:
    with transaction(engine) as tx:
        return reveal_identity(tx, actor, subject_id, "核对", settings, now=MONDAY)


def zhifang(url: str, *words: str, **keys: str) -> subprocess.CompletedProcess[str]:
    env = {**environment(url), **keys}
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=300)


def test_an_operator_changes_the_key(
    fresh_database: Database, engine: Engine, subjects: tuple[Actor, dict[UUID, str]]
) -> None:
    url, listed = fresh_database.url, f"2:{base64.b64encode(SECOND).decode()}"
    too_early = zhifang(url, "worker", ZHIFANG_IDENTITY_KEYS=listed, ZHIFANG_IDENTITY_KEY="")
    assert (too_early.returncode, "do not hold: sealing key 1" in too_early.stderr) == (2, True), too_early
    turned = zhifang(url, "keys", "rotate", ZHIFANG_IDENTITY_KEYS=listed)
    assert (turned.returncode, "Everything is under the current keys." in turned.stdout) == (0, True), turned
    after = zhifang(url, "keys", "status", ZHIFANG_IDENTITY_KEYS=listed, ZHIFANG_IDENTITY_KEY="")
    assert after.returncode == 0, after
    assert [line.split() for line in after.stdout.splitlines() if "sealed" in line] == [
        ["subjects", "sealed", "version", "2", "6", "rows", "current"]
    ]
    actor, numbers = subjects
    assert {one: read(engine, actor, one, ONLY_NEW) for one in numbers} == numbers
    with engine.connect() as connection:
        noted = connection.execute(text("SELECT details FROM audit WHERE action = 'keys.rotate'")).scalar_one()
    assert (noted["sealing"], noted["rows"]["subjects"]) == (2, 6)


def test_rows_are_readable_at_every_moment_and_what_others_hold_is_left(
    engine: Engine, subjects: tuple[Actor, dict[UUID, str]]
) -> None:
    actor, numbers = subjects
    deps = replace(deps_for_tests(engine, a_clock()), settings=BOTH)
    held, *_ = numbers
    stopped, faults = threading.Event(), list[str]()

    def keep_reading() -> None:
        while not stopped.is_set():
            faults.extend(str(one) for one, number in numbers.items() if read(engine, actor, one, BOTH) != number)

    reader = threading.Thread(target=keep_reading)
    reader.start()
    try:
        with transaction(engine) as tx:
            tx.execute(text("SELECT 1 FROM subjects WHERE id = :id FOR UPDATE"), {"id": held})
            resealed = [rotate(deps)["subjects"]]
        resealed += [rotate(deps)["subjects"] for _ in range(2)]
    finally:
        stopped.set()
        reader.join()
    assert (resealed, faults) == ([5, 1, 0], [])


@pytest.mark.usefixtures("subjects")
def test_a_process_without_a_key_that_rows_need_is_not_ready(engine: Engine) -> None:
    deps = deps_for_tests(engine, a_clock())
    without = create_app(replace(deps, settings=ONLY_NEW)).test_client()
    answer = without.get("/health/ready")
    assert (answer.status_code, answer.get_json()["faults"]) == (503, ["keys_missing"])
    assert create_app(replace(deps, settings=BOTH)).test_client().get("/health/ready").status_code == 200
    rotate(replace(deps, settings=BOTH))
    assert without.get("/health/ready").status_code == 200
