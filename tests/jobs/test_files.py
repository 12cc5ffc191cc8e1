"""Attachments are looked after: what nobody names goes after a week, keys change under them, nothing else goes."""

import os
import shutil
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from app.clients.file_folder import FolderStore
from app.deps import Deps
from app.jobs import files as jobs
from app.jobs.rotate_keys import rotate
from app.rules.attachments import Stored
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY, a_clock, deps_for_tests, settings_for_tests
from tests.builders.files import a_new_attachment, an_attachment
from tests.builders.offices import a_tree
from tests.builders.photos import a_photo
from tests.builders.subjects import a_subject
from tests.builders.users import a_user

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def deps(undone: Engine, clock: TestClock, tmp_path: Path) -> Deps:
    return replace(deps_for_tests(undone, clock), store=FolderStore(tmp_path))


@pytest.fixture
def kept(deps: Deps) -> UUID:
    """One attachment, its object a month old."""
    with transaction(deps.engine) as tx:
        officer = a_user(tx, a_tree(tx).office)
        new = a_new_attachment(a_subject(tx, officer).id)
        return an_attachment(tx, deps.files, officer, new, a_photo(), now=MONDAY).id


def aged(folder: Path, days: float) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            at = (MONDAY - days * DAY).timestamp()
            os.utime(path, (at, at))


def objects(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_what_nobody_names_goes_after_a_week_and_nothing_else(deps: Deps, kept: UUID, tmp_path: Path) -> None:
    named = objects(tmp_path)
    orphan = deps.files.put(b"whose row was never written")
    (tmp_path / "begun" / uuid4().hex).write_bytes(b"half")
    (tmp_path / "minutes").mkdir()
    (tmp_path / "minutes" / "of 2025.pdf").write_bytes(b"somebody else's, in the same folder")
    named |= {"of 2025.pdf"}
    aged(tmp_path, 6.9)
    assert jobs.sweep(deps, MONDAY) == {"swept": 0, "failed": 0}
    aged(tmp_path, 7.1)
    assert jobs.sweep(deps, MONDAY) == {"swept": 2, "failed": 0}
    assert (objects(tmp_path), orphan.name in named) == (named, False)


def test_a_database_that_knows_nothing_empties_no_store(deps: Deps, tmp_path: Path) -> None:
    deps.files.put(b"of the database that was lost")
    aged(tmp_path, 400)
    assert jobs.sweep(deps, MONDAY) == {"swept": 0, "failed": 0}
    assert len(objects(tmp_path)) == 1


def test_keys_change_under_attachments_and_they_open_all_through(deps: Deps, kept: UUID, tmp_path: Path) -> None:
    before = objects(tmp_path)
    first = settings_for_tests().identity_key
    second = sha256(b"second").digest()
    both = replace(deps, settings=replace(deps.settings, identity_keys=((2, second), (1, first))))
    assert rotate(both)["file_contents"] == 1
    assert rotate(both)["file_contents"] == 0
    after = objects(tmp_path)
    assert (len(after), after & before) == (1, set())
    alone = replace(deps, settings=replace(deps.settings, identity_keys=((2, second),)))
    with transaction(deps.engine) as tx:
        row = tx.execute(text("SELECT id, object, key_version FROM file_contents")).one()
        assert row.key_version == 2
    assert alone.files.get(Stored(*row))[:2] == b"\xff\xd8"


def test_one_that_the_store_has_lost_or_spoilt_keeps_no_other_from_its_new_key(deps: Deps, tmp_path: Path) -> None:
    with transaction(deps.engine) as tx:
        officer = a_user(tx, a_tree(tx).office)
        subject = a_subject(tx, officer).id
        for shade in (0, 90, 180):
            sent = a_photo(colour=(shade, 0, 0))
            an_attachment(tx, deps.files, officer, a_new_attachment(subject), sent, now=MONDAY)
        names = tx.execute(text("SELECT object FROM file_contents ORDER BY id")).scalars().all()
    (tmp_path / names[0][:2] / names[0]).unlink()
    (tmp_path / names[1][:2] / names[1]).write_bytes(b"not what was kept")
    first = settings_for_tests().identity_key
    both = replace(deps, settings=replace(deps.settings, identity_keys=((2, sha256(b"second").digest()), (1, first))))
    assert rotate(both)["file_contents"] == 1
    with transaction(deps.engine) as tx:
        versions = tx.execute(text("SELECT key_version FROM file_contents ORDER BY id")).scalars().all()
    assert versions == [1, 1, 2]


def test_one_that_cannot_be_deleted_keeps_no_other(deps: Deps, tmp_path: Path) -> None:
    with transaction(deps.engine) as tx:
        officer = a_user(tx, a_tree(tx).office)
        subject = a_subject(tx, officer).id
        for shade in (0, 90):
            new = a_new_attachment(subject)
            an_attachment(tx, deps.files, officer, new, a_photo(colour=(shade, 0, 0)), now=MONDAY)
        stuck = tx.execute(text("SELECT object FROM file_contents ORDER BY stored_at, id LIMIT 1")).scalar_one()
    (tmp_path / stuck[:2] / stuck).unlink()
    (tmp_path / stuck[:2] / stuck).mkdir()  # no file any more, and not to be deleted as one
    assert jobs.delete(deps, MONDAY + 1_200 * DAY) == {"attachments": 2, "objects": 1, "failed": 1}
    (tmp_path / stuck[:2] / stuck).rmdir()
    assert jobs.delete(deps, MONDAY + 1_200 * DAY) == {"attachments": 0, "objects": 1, "failed": 0}


def test_what_the_store_does_not_delete_stays_due(deps: Deps, kept: UUID, tmp_path: Path) -> None:
    late = MONDAY + 1_200 * DAY
    aside = tmp_path.with_name("aside")
    tmp_path.rename(aside)
    assert jobs.delete(deps, late) == {"attachments": 1, "objects": 0, "failed": 1}
    aside.rename(tmp_path)
    assert jobs.delete(deps, late) == {"attachments": 0, "objects": 1, "failed": 0}
    assert objects(tmp_path) == set()
    shutil.rmtree(tmp_path)
    assert jobs.delete(deps, late) == {"attachments": 0, "objects": 0, "failed": 0}
