"""No secret in the repository (private keys, vendors' tokens, whatever looks drawn at random), and none in the logs."""

import logging
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import StringIO
from itertools import pairwise
from math import log2
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.logs import set_up_logs
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app, settings_for_tests
from tests.builders.offices import a_tree
from tests.builders.users import PASSWORD, a_user
from tests.database import ROOT

KNOWN_SHAPES = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "GitHub token": re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_\w{60,})"),
    "GitLab token": re.compile(r"\bglpat-[0-9A-Za-z_-]{20}"),
    "Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "PyPI token": re.compile(r"\bpypi-[0-9A-Za-z_-]{40,}"),
    "JSON web token": re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}"),
    "password in an address": re.compile(
        r"\b[a-z][a-z+]*://[^\s:/@{}$<>\"']+:(?![\s{}$<]|\.\.\.|password@)[^\s:/@{}$<>\"']{6,}@"
    ),
}
RANDOM = re.compile(r"(?<![0-9A-Za-z+/_.-])[0-9A-Za-z+/_-]{32,}={0,2}(?![0-9A-Za-z+/_.-])")
"""A run of characters as keys, tokens and hashes are written: 32 or more of base64 or hex."""
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_ORDERED = 3.4
"""Bits a character: drawn hex digits have more, and base64 over 4.5; words and paths are told apart by their shape."""

OURS = {
    "tests/builders/app.py": "the secrets of tests, which production refuses nothing but knows from here",
    "tests/harness/test_settings_keys.py": "settings that are tried out",
    "tests/failure_modes/test_20_open_door.py": "settings that are tried out",
    "tests/rules/test_audit_chain.py": "a hash, written out so that its making cannot change unnoticed",
    "mobile_api_docs/guide.zh.md": "the hash of the picture in an example",
    "tests/access/test_tokens.py": "secrets that sign tokens in tests",
    "tests/api/office/test_totp.py": "secrets of tests, to be told from others",
    "tests/api/office/test_absences.py": "a place in a list that is none",
    "tests/clients/test_push_fcm_account.py": "the head of a key without the key",
    "tests/guards/test_secrets.py": "this one",
}
"""Files with something that looks like a secret, and what it is."""
PINNED = ("requirements/",)
"""Lock files are made of hashes."""
BINARY = {".png", ".jpg", ".jpeg", ".gz", ".xlsx", ".woff2", ".ico", ".pdf", ".gpg"}


@cache
def tracked() -> tuple[tuple[str, str], ...]:
    """Each file of the repository with its text."""
    return tuple(_read())


def _read() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    names = listed.split("\0") if listed else [str(path.relative_to(ROOT)) for path in ROOT.glob("[!.]*/**/*.*")]
    for name in filter(None, names):
        path = ROOT / name
        if path.is_file() and path.suffix not in BINARY and not name.startswith((".venv", "var/")):
            yield name, path.read_text(encoding="utf-8", errors="replace")


def entropy(text: str) -> float:
    counts = Counter(text)
    return -sum(n / len(text) * log2(n / len(text)) for n in counts.values())


def secrets_in(text: str) -> list[str]:
    """What looks like a secret, by the name of its shape; never the secret itself."""
    found = [name for name, shape in KNOWN_SHAPES.items() if shape.search(text)]
    if any(looks_drawn(run.group()) for run in RANDOM.finditer(text)):
        found.append("drawn at random")
    return found


def looks_drawn(run: str) -> bool:
    """Letters and digits mixed all through, as no name or path is."""
    changes = sum(a.isdigit() != b.isdigit() for a, b in pairwise(run))
    cases = sum(a.islower() != b.islower() for a, b in pairwise(run) if a.isalpha() and b.isalpha())
    words = run.count("/") + run.count("_") + run.count("-")
    if UUID.fullmatch(run) or run.isalpha():
        return False
    return entropy(run) > MOST_ORDERED and changes + cases > len(run) / 4 and words < len(run) / 8


@pytest.mark.parametrize(
    ("planted", "shape"),
    [
        ("-----BEGIN RSA PRIVATE " + "KEY-----\nMIIE", "private key"),
        ("-----BEGIN PRIVATE " + "KEY-----", "private key"),
        ("AKIA" + "Q3EGRZ7WJHT2LMN5", "AWS key"),
        ("token = ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "GitHub token"),
        ("eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N", "JSON web token"),
        ("postgresql://zhifang:" + "s3cr3t-w0rd@db/zhifang", "password in an address"),
        ("KEY=" + "mJ8x2Qe7Vb1Zr5Tn9Lw3Kc6Hp0Yd4Sg8Fa2Ui7Xo1E4=", "drawn at random"),
        ("secret: '" + "8f14e45fceea167a5a36dedd4bea2543" + "'", "drawn at random"),
    ],
)
def test_a_secret_that_is_planted_is_found(planted: str, shape: str) -> None:
    assert shape in secrets_in(f"before\nx = {planted}\nafter")


@pytest.mark.parametrize(
    "innocent",
    [
        "from app.queries.subject_file import subject_file_of_everybody_in_reach",
        "/usr/lib/python3/dist-packages/some/where/else/entirely",
        "00000000-0000-0000-0000-000000000001",
        "test_a_sealer_that_is_killed_leaves_nothing_and_the_next_goes_on",
        "postgresql://user:...@host/db and postgresql+psycopg://{role}:{password}@/{name}",
    ],
)
def test_what_is_none_is_left_alone(innocent: str) -> None:
    assert secrets_in(innocent) == []


def test_no_file_holds_a_secret() -> None:
    found = {
        name: shapes
        for name, text in tracked()
        if not name.startswith(PINNED) and name not in OURS and (shapes := secrets_in(text))
    }
    assert found == {}


def test_every_exception_is_still_needed() -> None:
    texts = dict(tracked())
    assert [name for name in OURS if name in texts and not secrets_in(texts[name])] == []


@pytest.fixture
def logs() -> Iterator[StringIO]:
    """What the service's own logging writes, at its most talkative."""
    root, written = logging.getLogger(), StringIO()
    handlers, level = root.handlers[:], root.level
    set_up_logs(logging.DEBUG)
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def app(undone: Engine) -> Flask:
    return make_test_app(undone, a_clock())


def test_tokens_and_keys_stay_out_of_the_logs(app: Flask, undone: Engine, logs: StringIO) -> None:
    with transaction(undone) as tx:
        officer = a_user(tx, a_tree(tx).office)
    client, base = app.test_client(), "/api/office/v1"
    given = client.post(f"{base}/sessions", json={"login": officer.login, "password": PASSWORD}).get_json()
    tokens = [value for name, value in given.items() if name.endswith("token")]
    assert len(tokens) >= 2, given.keys()
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert client.get(f"{base}/me", headers=bearer).status_code == 200
    forged = {"Authorization": f"Bearer {given['access_token'][:-4]}AAAA"}
    assert client.get(f"{base}/me", headers=forged).status_code == 401
    client.post(f"{base}/sessions/refresh", json={"refresh_token": given["refresh_token"]})
    client.post(f"{base}/sessions/refresh", json={"refresh_token": given["refresh_token"]})
    settings = settings_for_tests()
    logging.getLogger("app").info("settings %s %r", settings, app.extensions["deps"])
    keys = [key for _, key in settings.sealing_keys + settings.search_keys]
    shown = [form for key in (*keys, settings.window_secret) for form in (repr(key), key.hex(), repr(key)[2:-1])]
    written = logs.getvalue()
    assert "settings Settings(" in written
    for secret in (*tokens, forged["Authorization"], PASSWORD, settings.token_secret, settings.web_secret, *shown):
        assert secret not in written


def test_the_folder_of_secrets_is_not_tracked() -> None:
    assert not [name for name, _ in tracked() if Path(name).name in {"secrets.env", ".env", "id_rsa", "id_ed25519"}]
