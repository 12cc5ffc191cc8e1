"""The service as a test runs it: settings without cost, a clock that is moved by hand."""

import atexit
import shutil
import tempfile
from copy import copy
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, create_engine

from app.clients.file_folder import FolderStore
from app.clients.push import PushChannel
from app.config import CHANNELS, ChannelSettings, Mode, Settings
from app.deps import Deps
from app.main import create_app
from app.simulation.clock import TestClock
from tests.declared import watch

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday 2 March 2026, 09:00 in Shanghai: a plain working morning on which tests begin."""


def a_clock(at: datetime = MONDAY) -> TestClock:
    return TestClock(at)


def settings_for_tests(database_url: str = "postgresql+psycopg://") -> Settings:
    return Settings(
        mode=Mode.TEST,
        database_url=database_url,
        token_secret="9f3c1d7a5be24860b1c7e3f2a4d6980c",
        web_secret="07ad41c98e5b4f32a6d0c3b9e1f87254",
        window_secret=b"c5e80b7149fa4d6c93b2e7d1085fa346",
        identity_key=sha256(b"seals in tests").digest(),
        identity_hash_key=sha256(b"finds in tests").digest(),
        channels=ChannelSettings(CHANNELS, public_url="https://zhifang.example"),
        password_rounds=1,
        password_memory_kib=8,
    )


@cache
def folder_of_tests() -> Path:
    """Where this process keeps attachments; removed when it ends."""
    folder = Path(tempfile.mkdtemp(prefix="zhifang-files-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def deps_for_tests(engine: Engine, clock: TestClock, *, push: PushChannel | None = None) -> Deps:
    return Deps(settings_for_tests(), engine, clock, push, store=FolderStore(folder_of_tests()))


def make_test_app(engine: Engine, clock: TestClock, *, push: PushChannel | None = None) -> Flask:
    """The HTTP application on `engine` (`undone`, or a fresh database's). What it answers must be declared.

    It is a copy with a handle of its own: nothing may be wired into it. `wired_test_app` gives one that is all its own.
    """
    app = copy(_wired())
    app.extensions = {**app.extensions, "deps": deps_for_tests(engine, clock, push=push)}
    return app


def wired_test_app(deps: Deps) -> Flask:
    """The application with all of its routes; to wire them takes longer than most tests."""
    app = create_app(deps)
    watch(app)
    return app


@cache
def _wired() -> Flask:
    """The one of this process that all tests share, without a database."""
    return wired_test_app(deps_for_tests(create_engine("postgresql+psycopg://"), a_clock()))
