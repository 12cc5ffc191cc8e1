from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from app.store import identity
from app.store.identity import IdentityKeys, keys_of
from tests.builders.app import settings_for_tests

NUMBER = "11010519491231002X"
SUBJECT = UUID(int=1)
OTHER = UUID(int=2)


@pytest.fixture
def keys() -> IdentityKeys:
    return keys_of(settings_for_tests())


def test_what_was_sealed_opens_as_it_was(keys: IdentityKeys) -> None:
    sealed = identity.seal(keys, SUBJECT, NUMBER)
    assert identity.unseal(keys, SUBJECT, sealed.cipher, sealed.key_version) == NUMBER
    assert NUMBER.encode() not in sealed.cipher


def test_a_number_is_sealed_differently_each_time_but_found_by_one_hash(keys: IdentityKeys) -> None:
    one, two = identity.seal(keys, SUBJECT, NUMBER), identity.seal(keys, OTHER, NUMBER)
    assert one.cipher != two.cipher
    assert one.hash == two.hash == identity.search_hash(keys, NUMBER)


def test_a_cipher_moved_to_another_subject_does_not_open(keys: IdentityKeys) -> None:
    sealed = identity.seal(keys, SUBJECT, NUMBER)
    with pytest.raises(InvalidTag):
        identity.unseal(keys, OTHER, sealed.cipher, sealed.key_version)


def test_an_altered_cipher_does_not_open(keys: IdentityKeys) -> None:
    sealed = identity.seal(keys, SUBJECT, NUMBER)
    altered = sealed.cipher[:-1] + bytes([sealed.cipher[-1] ^ 1])
    with pytest.raises(InvalidTag):
        identity.unseal(keys, SUBJECT, altered, sealed.key_version)


def test_after_a_change_of_keys_old_rows_open_and_new_ones_name_the_new_version(keys: IdentityKeys) -> None:
    old = identity.seal(keys, SUBJECT, NUMBER)
    both = replace(keys, sealing={1: keys.sealing[1], 2: bytes(range(100, 132))}, current=2)
    new = identity.seal(both, SUBJECT, NUMBER)
    assert (old.key_version, new.key_version) == (1, 2)
    assert identity.unseal(both, SUBJECT, old.cipher, old.key_version) == NUMBER
    assert identity.unseal(both, SUBJECT, new.cipher, new.key_version) == NUMBER


def test_the_hash_and_the_fingerprint_need_the_key(keys: IdentityKeys) -> None:
    others = replace(keys, search=bytes(32))
    assert identity.search_hash(others, NUMBER) != identity.search_hash(keys, NUMBER)
    assert identity.keyed_fingerprint(others, b"body") != identity.keyed_fingerprint(keys, b"body")


def test_keys_do_not_show_in_a_log(keys: IdentityKeys) -> None:
    assert str(keys.sealing[1]) not in repr(keys)
    assert str(keys.search) not in repr(keys)
