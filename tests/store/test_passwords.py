import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest

from app.rules.errors import Unavailable
from app.store.passwords import Cost, hash_password, is_common, is_password
from app.store.turns import MOST_WAITING, Turns
from tests.patience import LONG_S, eventually

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
        """Of the processor's time, which does not hang on what else the machine has to do."""
        begun = time.process_time()
        is_password("wrong", password_hash, COSTLY)
        return time.process_time() - begun

    pairs = [(took(stored), took(None)) for _ in range(15)]
    known, unknown = (median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < unknown / known < 2


@pytest.mark.parametrize(
    "password",
    ["password1234", "qwertyuiop12", "123456789012", "iloveyou1234", "zhifang12345", "xujianguo2026", "1qaz2wsx3edc"],
)
def test_what_is_tried_first_is_common(password: str) -> None:
    assert is_common(password, ("xujianguo",))


@pytest.mark.parametrize(
    "password", ["北山 17 fen chang", "correct horse battery", "x7-kdu2-mm0q", "山" * 3 + "高月小水落石出" * 20]
)
def test_what_nobody_would_try_is_not(password: str) -> None:
    assert not is_common(password)


def test_a_crowd_waits_for_its_turn_or_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen come while one is worked on: a few wait, and the others hear so before that one is done."""
    turns = Turns(longest_wait_s=LONG_S)
    monkeypatch.setattr("app.store.passwords.TURNS", turns)
    stored = hash_password("right", CHEAP)
    told: list[tuple[str, object]] = []

    def one(_: int) -> bool | None:
        try:
            return is_password("right", stored, CHEAP)
        except Unavailable as busy:
            told.append((busy.code, busy.params["retry_after_s"]))
            return None

    with ThreadPoolExecutor(16) as pool:
        with turns.turn(known=False):
            coming = pool.map(one, range(16))
            eventually(lambda: len(told) >= 16 - MOST_WAITING, every_s=0.001)
        answers = list(coming)
    assert set(told) == {("log_ins_busy", 3)}
    assert (answers.count(True), answers.count(None)) == (MOST_WAITING, 16 - MOST_WAITING)
    assert is_password("right", stored, CHEAP), "and the places are free again"


def test_whoever_is_known_goes_before_the_strangers() -> None:
    """Strangers fill the places and wait; then a known device comes, and goes next."""
    turns, order = Turns(longest_wait_s=LONG_S), list[str]()

    def one(who: str) -> None:
        with turns.turn(known=who == "known"):
            order.append(who)

    with ThreadPoolExecutor(1 + MOST_WAITING) as pool:
        with turns.turn(known=False):
            strangers = [pool.submit(one, "stranger") for _ in range(MOST_WAITING)]
            eventually(lambda: turns.waiting[False] == MOST_WAITING, every_s=0.001)
            known = pool.submit(one, "known")
            eventually(lambda: turns.waiting[True] == 1, every_s=0.001)
        for done in (known, *strangers):
            done.result()
    assert order == ["known", *["stranger"] * MOST_WAITING]


def test_whoever_waits_too_long_is_told_so_and_leaves_the_place() -> None:
    turns = Turns(longest_wait_s=0.01)
    with turns.turn(known=False), ThreadPoolExecutor(1) as pool:
        for known in (False, True):
            with pytest.raises(Unavailable):
                pool.submit(turns.turn(known=known).__enter__).result()
    assert turns.waiting == {False: 0, True: 0}
    with turns.turn(known=False):
        pass
