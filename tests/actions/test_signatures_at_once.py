"""Two signatures of one record at once, on connections of their own: the first is kept, the other refused."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from app.actions.write_down import write_down
from app.clients.file_folder import FolderStore
from app.clients.sealed_files import SealedFiles
from app.rules.effects.records import Details, Signed, Signing
from app.rules.errors import Conflict
from app.rules.facts import FilePurpose
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY, folder_of_tests, settings_for_tests
from tests.builders.duties import a_supervised
from tests.builders.files import a_new_attachment, an_attachment
from tests.builders.offices import a_tree
from tests.builders.record_papers import a_signature
from tests.builders.users import Worker, a_user
from tests.builders.visits import a_new_record
from tests.database import Database
from tests.patience import PATIENT, WAITING

HOUR = timedelta(hours=1)


@pytest.fixture
def engine(fresh_database: Database) -> Iterator[Engine]:
    made = make_engine(fresh_database.url, limits=PATIENT)
    yield made
    made.dispose()


@pytest.fixture
def signed(engine: Engine) -> tuple[Worker, UUID, UUID]:
    """An officer, a subject, and a record that says both signed on the screen."""
    with transaction(engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        subject = a_supervised(tx, tree, officer, at=MONDAY - timedelta(days=30))
        details = Details(signing=Signing(Signed.ON_SCREEN, Signed.ON_SCREEN))
        record = replace(a_new_record(subject, MONDAY - HOUR), details=details)
        write_down(tx, officer.actor, record, now=MONDAY)
        return officer, subject, record.id


def test_no_signature_takes_the_place_of_another_that_comes_at_the_same_moment(
    engine: Engine, signed: tuple[Worker, UUID, UUID]
) -> None:
    officer, subject, record_id = signed
    files = SealedFiles(FolderStore(folder_of_tests()), settings_for_tests())
    refused: list[str] = []

    def sign(bend: int) -> None:
        purpose = FilePurpose.SIGNATURE_SUBJECT
        new = a_new_attachment(subject, purpose, id=uuid4(), about_kind="record", about_id=record_id)
        with transaction(engine) as tx:
            try:
                an_attachment(tx, files, officer, new, a_signature(bend), now=MONDAY + HOUR)
            except Conflict as error:
                refused.append(error.code)
            if bend == 30:
                other.start()
                while not tx.execute(WAITING).scalar_one():
                    other.join(0.01)
                    assert other.is_alive(), "it did not wait"

    other = Thread(target=lambda: sign(60))
    sign(30)
    other.join()
    assert refused == ["signed_already"]
