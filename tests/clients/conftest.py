"""A fake FCM for each test, one key for all of them, and a watch over where the machine is asked to go."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clients.push_fcm import FcmChannel
from app.simulation.fake_fcm import FakeFcm
from tests.patience import LONG_S

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@pytest.fixture(scope="session")
def account_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fcm-account")


@pytest.fixture
def fcm(account_directory: Path) -> Iterator[FakeFcm]:
    with FakeFcm(directory=account_directory) as fake:
        yield fake


@pytest.fixture
def channel(fcm: FakeFcm, hosts_asked: list[str]) -> Iterator[FcmChannel]:
    with FcmChannel(fcm.credentials_path, fcm.base_url, LONG_S) as opened:
        yield opened


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how many seconds the caller's own thread was put to sleep: a library that tries again sleeps before it."""
    seconds: list[float] = []
    caller, sleep = threading.get_ident(), time.sleep

    def note(for_s: float) -> None:
        if threading.get_ident() == caller:
            seconds.append(for_s)
        sleep(for_s)

    monkeypatch.setattr(time, "sleep", note)
    return seconds


@pytest.fixture
def hosts_asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every host whose address was looked up. A test with a channel fails if one lies outside this machine."""
    asked: list[str] = []
    look_up = socket.getaddrinfo

    def note(host: Any, *arguments: Any, **named: Any) -> Any:
        asked.append(str(host))
        if host not in LOOPBACK:
            raise socket.gaierror(f"a test asked for {host}")
        return look_up(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", note)
    yield asked
    assert set(asked) <= LOOPBACK
