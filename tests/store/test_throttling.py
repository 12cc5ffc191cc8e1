"""The lanes in the database: what counts where, what is given back, and that processes share them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine, text

from app.actions.keep_up import purge
from app.rules.errors import TooOften
from app.rules.throttling import ACCOUNT
from app.store.session import make_engine, transaction
from app.store.throttling import Try, a_try, from_address, give_back, network, settle, take
from tests.builders.app import MONDAY
from tests.database import Database
from tests.patience import PATIENT
from tests.statements import counted

SECOND = timedelta(seconds=1)
HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


def of(owner: str = "user|xu", address: str = HERE, device: str | None = None) -> Try:
    return a_try("password", owner, address, device)


def fail(tx: Connection, tried: Try, times: int = ACCOUNT.free) -> None:
    for _ in range(times):
        take(tx, tried, now=MONDAY)


def is_refused(tx: Connection, tried: Try) -> bool:
    try:
        with tx.begin_nested():
            take(tx, tried, now=MONDAY)
    except TooOften:
        return True
    return False


def test_an_account_waits_wherever_it_is_tried_from(tx: Connection) -> None:
    fail(tx, of())
    assert is_refused(tx, of(address=ELSEWHERE))
    assert not is_refused(tx, of("user|li"))
    assert not is_refused(tx, of("subject|xu"))


def test_an_address_waits_whatever_is_tried(tx: Connection) -> None:
    for n in range(30):
        take(tx, of(f"user|{n}"), now=MONDAY)
    assert is_refused(tx, of("user|somebody"))
    assert is_refused(tx, from_address(HERE))
    assert not is_refused(tx, of("user|somebody", address=ELSEWHERE))


def test_a_known_device_has_a_lane_to_itself(tx: Connection) -> None:
    fail(tx, of())
    fail(tx, of(device="own"))
    assert is_refused(tx, of(device="own"))
    assert not is_refused(tx, of(device="other"))


def test_a_success_clears_the_account_and_gives_the_address_one_back(tx: Connection) -> None:
    fail(tx, of())
    settle(tx, of())
    assert levels(tx) == [0, ACCOUNT.free - 1]


def test_what_came_to_nothing_does_not_count(tx: Connection) -> None:
    take(tx, of(), now=MONDAY)
    give_back(tx, of())
    give_back(tx, of())
    assert levels(tx) == [0, 0]


def levels(tx: Connection) -> list[int]:
    return list(tx.execute(text("SELECT level FROM throttles ORDER BY level")).scalars())


def test_what_is_refused_is_one_look(tx: Connection) -> None:
    fail(tx, of())
    with counted(tx) as sent, pytest.raises(TooOften):
        take(tx, of(), now=MONDAY)
    assert [statement.split()[0] for statement in sent] == ["SELECT"]


def test_no_name_is_kept_and_nothing_for_longer_than_a_day(tx: Connection) -> None:
    take(tx, of("user|somebodys-password"), now=MONDAY)
    kept = tx.execute(text("SELECT string_agg(t::text, ' ') FROM throttles t")).scalar_one()
    assert "somebodys" not in kept
    assert HERE not in kept
    purge(tx, now=MONDAY + timedelta(days=1))
    assert len(levels(tx)) == 2
    assert purge(tx, now=MONDAY + timedelta(days=1) + SECOND)["throttles"] == 2


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_what_one_customer_can_change_at_will_is_one_address(address: str, counted_as: str) -> None:
    assert network(address) == counted_as


@pytest.fixture
def engines(fresh_database: Database) -> Iterator[list[Engine]]:
    """As two processes hold them: nothing is shared but the database."""
    made = [make_engine(fresh_database.url, limits=PATIENT), make_engine(fresh_database.url, limits=PATIENT)]
    yield made
    for engine in made:
        engine.dispose()


@pytest.mark.parametrize("begun", [0, 3])
def test_of_many_tries_at_once_only_so_many_pass(engines: list[Engine], begun: int) -> None:
    """From two processes, with and without rows that are there already: never more than the free ones pass."""
    for _ in range(begun):
        with transaction(engines[0]) as tx:
            take(tx, of(), now=MONDAY)
    start = Barrier(16)

    def attempt(engine: Engine) -> Callable[[], bool]:
        def run() -> bool:
            start.wait()
            try:
                with transaction(engine) as tx:
                    take(tx, of(), now=MONDAY)
            except TooOften:
                return False
            return True

        return run

    with ThreadPoolExecutor(16) as pool:
        passed = [future.result() for future in [pool.submit(attempt(engines[n % 2])) for n in range(16)]]
    assert passed.count(True) == ACCOUNT.free - begun
