"""One layout for the tests of a file: two of everything on loopback, with a production's settings."""

import base64
import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from app.simulation.layout.layout import Layout, missing_programs
from app.simulation.layout.leftovers import layout_folder, remove_layout
from app.store.session import make_engine
from tests.jobs.processes import environment
from tests.layout.county import County, a_county
from tests.patience import PATIENT

KEYS = {
    name: base64.b64encode(sha256(name.encode()).digest()).decode()
    for name in ("ZHIFANG_IDENTITY_KEY", "ZHIFANG_IDENTITY_HASH_KEY")
}
"""Keys as a production takes them: it refuses those of the other tests, which are as plain as can be."""


@pytest.fixture(scope="module")
def layout() -> Iterator[Layout]:
    if missing := missing_programs():
        pytest.skip(f"NOT PROVED: restarts, failover and restore. Not installed: {', '.join(missing)}")
    service = {name: value for name, value in environment("").items() if name.startswith("ZHIFANG_")} | KEYS
    folder = layout_folder(os.getpid(), Path(tempfile.gettempdir()))
    try:
        with Layout(folder, service | {"ZHIFANG_MODE": "production"}, bound=True) as up:
            yield up
    finally:
        remove_layout(folder)


@pytest.fixture(scope="module")
def county(layout: Layout) -> Iterator[County]:
    url = layout.places.direct_url("zhifang_app").replace("postgresql:", "postgresql+psycopg:", 1)
    engine = make_engine(url, limits=PATIENT)
    yield a_county(engine)
    engine.dispose()
