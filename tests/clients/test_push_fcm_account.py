"""Credentials and addresses that a channel refuses before anything is sent."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.clients.push_fcm import FcmChannel
from app.clients.push_fcm_account import is_loopback, loopback_origin, read_account
from app.config import SettingsError
from app.simulation.fake_fcm import FakeFcm

KEY = "-----BEGIN PRIVATE KEY-----\nprivate-matter\n-----END PRIVATE KEY-----\n"
GOOD = {
    "type": "service_account",
    "project_id": "a-project",
    "client_email": "push@a-project.iam.gserviceaccount.com",
    "private_key": KEY,
    "token_uri": "https://oauth2.googleapis.com/token",
}
BAD_FILES = [
    ("not JSON", '{"private_key": "private-matter', "are not JSON"),
    ("another shape", '["private-matter"]', "are not a JSON object"),
    (
        "fields missing",
        json.dumps({"type": "service_account"}),
        "lack project_id, client_email, private_key, token_uri",
    ),
    ("a field of another kind", json.dumps(GOOD | {"project_id": 7}), "lack project_id"),
    ("a person's account", json.dumps(GOOD | {"type": "authorized_user"}), "not a service account's"),
    ("a project that bends the address", json.dumps(GOOD | {"project_id": "a/../b"}), "not a service account's"),
    ("a log-in in clear", json.dumps(GOOD | {"token_uri": "http://oauth2.googleapis.com/token"}), "over https"),
    ("a log-in at an unreadable address", json.dumps(GOOD | {"token_uri": "https://[::1"}), "over https"),
]


@pytest.mark.parametrize(("content", "sentence"), [case[1:] for case in BAD_FILES], ids=[case[0] for case in BAD_FILES])
def test_a_bad_credentials_file_is_named_and_not_quoted(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "account.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match=sentence) as caught:
        read_account(path, loopback=False)
    assert "private-matter" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert str(path) in str(caught.value)


def test_a_missing_credentials_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be opened: No such file"):
        FcmChannel(tmp_path / "none.json")


def test_a_key_that_cannot_be_read_is_not_quoted(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(GOOD))
    with pytest.raises(SettingsError, match="private key") as caught:
        FcmChannel(path)
    assert "private-matter" not in repr(caught.value)


def test_the_account_does_not_show_its_key_when_printed(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(GOOD))
    assert "private-matter" not in repr(read_account(path, loopback=False))


def test_a_real_account_is_not_shown_to_a_fake(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(GOOD))
    with pytest.raises(SettingsError, match="outside this machine"):
        FcmChannel(path, "http://127.0.0.1:9")


@pytest.mark.parametrize(
    "url",
    [
        "http://fcm.example:9099",
        "https://127.0.0.1:9099",
        "http://127.0.0.1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:port",
        "http://127.0.0.1.example:9099",
        "http://127.0.0.1@fcm.example:9099",
        "http://user@127.0.0.1:9099",
        "http://127.0.0.1:9099/else",
        "http://127.0.0.1:9099?a=b",
        "http://10.0.0.1:9099",
        "http://[::2]:9099",
        "http://[::1",
        "127.0.0.1:9099",
        "",
    ],
)
def test_a_base_url_beyond_this_machine_is_refused(fcm: FakeFcm, url: str) -> None:
    with pytest.raises(SettingsError, match="on this machine only"):
        FcmChannel(fcm.credentials_path, url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_by_its_three_names(host: str) -> None:
    assert loopback_origin(f"http://{host}:9099/") == f"http://{host}:9099"


def test_a_log_in_address_may_have_a_path() -> None:
    assert is_loopback("http://127.0.0.1:9099/token")


def test_outside_a_fake_the_log_in_is_google_s(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(GOOD))
    found: Any = read_account(path, loopback=False)
    assert (found.project_id, found.token_uri) == ("a-project", GOOD["token_uri"])
