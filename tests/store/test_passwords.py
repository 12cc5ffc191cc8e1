import time
from statistics import median

from app.store.passwords import Cost, hash_password, is_password

CHEAP = Cost(1, 8)
COSTLY = Cost(2, 19456)


def test_the_right_password_is_told_from_wrong_ones() -> None:
    stored = hash_password("北山 17", CHEAP)
    assert is_password("北山 17", stored, CHEAP)
    assert not is_password("北山 18", stored, CHEAP)
    assert not is_password("", stored, CHEAP)


def test_the_hash_is_argon2id_with_the_cost_that_was_asked_for() -> None:
    assert hash_password("x", COSTLY).startswith("$argon2id$v=19$m=19456,t=2,p=4$")
    assert hash_password("x", COSTLY) != hash_password("x", COSTLY)


def test_without_an_account_no_password_is_right() -> None:
    assert not is_password("", None, CHEAP)
    assert not is_password("anything", None, CHEAP)


def test_a_damaged_hash_opens_nothing() -> None:
    assert not is_password("x", "not a hash", CHEAP)


def test_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    stored = hash_password("right", COSTLY)

    def took(password_hash: str | None) -> float:
        begun = time.perf_counter()
        is_password("wrong", password_hash, COSTLY)
        return time.perf_counter() - begun

    pairs = [(took(stored), took(None)) for _ in range(15)]
    known, unknown = (median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < unknown / known < 2
