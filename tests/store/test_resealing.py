"""Every sealed column is known to the change of keys, and each row stays readable all through it."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, LargeBinary, text

from app.models import Base
from app.rules.errors import Unavailable
from app.store import identity, resealing, sealing
from app.store.identity import IdentityKeys, keys_of
from app.store.resealing import OUTSIDE, PLACES, InUse, Place, reseal
from app.store.sealing import Purpose, Sealed, open_sealed
from tests.builders.app import settings_for_tests
from tests.builders.offices import a_tree
from tests.builders.subjects import a_subject, an_id_number
from tests.builders.users import a_user

OLD = keys_of(settings_for_tests())
BOTH = replace(OLD, sealing={**OLD.sealing, 2: bytes(range(60, 92))}, current=2)
SEARCH = replace(BOTH, search=bytes(range(90, 122)), search_version=2, earlier=(OLD.search,))
SUBJECTS = PLACES[0]


def test_every_cipher_of_the_models_has_its_place() -> None:
    """A sealed column that no change of keys knows would become unreadable when its key is retired."""
    ciphers = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name.endswith("cipher")
    }
    assert ciphers == {(place.table, place.cipher) for place in PLACES}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.table)
def test_a_place_names_columns_that_are_there(place: Place) -> None:
    columns = Base.metadata.tables[place.table].columns.keys()
    assert {place.key, place.row, place.cipher, place.version, *(place.hashed or ())} <= set(columns)


def test_every_version_beside_a_cipher_is_that_of_a_place() -> None:
    versions = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("key_version")
    }
    assert versions == {(place.table, place.version) for place in (*PLACES, OUTSIDE)}


@pytest.fixture
def numbers(tx: Connection) -> dict[UUID, str]:
    """Three subjects with identity numbers under the first key, and one without."""
    officer = a_user(tx, a_tree(tx).office)
    a_subject(tx, officer)
    given = [an_id_number(serial=serial) for serial in (101, 203, 305)]
    return {a_subject(tx, officer, id_number=number).id: number for number in given}


def readable(tx: Connection, keys: IdentityKeys) -> dict[UUID, str]:
    rows = tx.execute(text("SELECT id, id_number_cipher, id_number_key_version FROM subjects")).all()
    return {row[0]: identity.unseal(keys, *row) for row in rows if row[1] is not None}


def test_a_change_of_keys_goes_chunk_by_chunk_and_everything_stays_readable(
    tx: Connection, numbers: dict[UUID, str]
) -> None:
    small = replace(SUBJECTS, chunk=2)
    first = reseal(tx, small, BOTH)
    assert (first.rows, readable(tx, BOTH)) == (2, numbers)
    assert first.after is not None
    second = reseal(tx, small, BOTH, after=first.after)
    assert (second.rows, second.after, readable(tx, BOTH)) == (1, None, numbers)
    assert readable(tx, replace(BOTH, sealing={2: BOTH.sealing[2]})) == numbers
    assert reseal(tx, small, BOTH).rows == 0


def test_after_being_stopped_it_goes_on_with_what_is_left(tx: Connection, numbers: dict[UUID, str]) -> None:
    reseal(tx, replace(SUBJECTS, chunk=2), BOTH)
    assert InUse("subjects", "sealed", 1, 1) in resealing.in_use(tx)
    assert reseal(tx, SUBJECTS, BOTH).rows == 1
    assert InUse("subjects", "sealed", 2, 3) in resealing.in_use(tx)


def test_a_number_is_found_before_during_and_after_a_change_of_the_key_of_hashes(
    tx: Connection, numbers: dict[UUID, str]
) -> None:
    def found(keys: IdentityKeys) -> set[UUID]:
        hashes = [one for number in numbers.values() for one in identity.search_hashes(keys, number)]
        return set(tx.execute(text("SELECT id FROM subjects WHERE id_number_hash = ANY(:h)"), {"h": hashes}).scalars())

    assert found(OLD) == found(SEARCH) == set(numbers)
    reseal(tx, replace(SUBJECTS, chunk=1), SEARCH)
    assert found(SEARCH) == set(numbers)
    reseal(tx, SUBJECTS, SEARCH)
    assert found(replace(SEARCH, earlier=())) == set(numbers)
    assert found(OLD) == set()
    assert InUse("subjects", "hashed", 2, 3) in resealing.in_use(tx)


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.IDENTITY])
def test_a_cipher_of_one_purpose_does_not_open_as_another(purpose: Purpose) -> None:
    row = uuid4()
    sealed = sealing.seal(OLD, purpose, row, b"plain")
    assert open_sealed(OLD, purpose, row, sealed) == b"plain"
    for other in set(Purpose) - {purpose}:
        with pytest.raises(InvalidTag):
            open_sealed(OLD, other, row, sealed)


def test_without_the_key_nothing_opens_and_it_is_said() -> None:
    with pytest.raises(Unavailable) as missing:
        open_sealed(OLD, Purpose.TOTP, UUID(int=1), Sealed(7, bytes(40)))
    assert missing.value.code == "key_missing"
