"""The compose file and what its containers read: two of everything, nothing open but the door, no secret by default."""

import json
import os
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from app.api.errors import problem
from app.config import SECOND_FACTOR_ROLES, load_settings
from app.rules.wording import sentence
from app.simulation.cluster_settings import SILENT
from app.simulation.layout.places import CONFIGURATION, ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PARTS = {name for name, service in SERVICES.items() if service["image"].startswith("zhifang/parts:")}
ASKED = re.compile(r"\$\{(\w+)(:[?-])?([^}]*)\}")
SECRET = re.compile(r"PASSWORD|SECRET|KEY|CERTIFICATE")


def given(name: str) -> str:
    """A value as an administrator would draw it, another for each name."""
    drawn = sha256(name.encode())
    return b64encode(drawn.digest()).decode() if name.endswith("_KEY") else drawn.hexdigest()


KEYS = ("ZHIFANG_IDENTITY_KEY", "ZHIFANG_IDENTITY_HASH_KEY")
FIRST_START = {name: given(name) for name in KEYS}
"""What .env holds beside what compose itself insists on: without these the service does not start."""

NOT_HANDED_ON = {
    *("ZHIFANG_DEBUG", "ZHIFANG_DEMO_PASSWORD", "ZHIFANG_FCM_URL", "ZHIFANG_CHANNEL_ORIGIN", "ZHIFANG_CORS_ORIGINS"),
    *("ZHIFANG_POOL_SIZE", "ZHIFANG_POOL_WAIT_MS", "ZHIFANG_LOCK_TIMEOUT_MS", "ZHIFANG_STATEMENT_TIMEOUT_MS"),
    *("ZHIFANG_JOB_STATEMENT_TIMEOUT_MS", "ZHIFANG_PASSWORD_ROUNDS", "ZHIFANG_PASSWORD_MEMORY_KIB"),
    *("ZHIFANG_FILES_BUCKET", "ZHIFANG_FILES_ENDPOINT", "ZHIFANG_FILES_REGION", "ZHIFANG_FILES_PREFIX"),
    *("ZHIFANG_FILES_ACCESS_KEY", "ZHIFANG_FILES_SECRET_KEY"),
}
"""Of demos and tests, of measuring, and a bucket in place of the folder: that takes a file over this one."""


def environment(name: str, env_file: Mapping[str, str] = FIRST_START) -> dict[str, str]:
    """What compose hands to the container, with every variable of .env given that it cannot do without."""
    asked: dict[str, str] = SERVICES[name]["environment"]

    def filled(found: re.Match[str]) -> str:
        return env_file.get(found[1]) or (found[3] if found[2] == ":-" else given(found[1]))

    return {key: ASKED.sub(filled, value) for key, value in asked.items()}


def rendered(name: str, folder: Path, **more: str) -> Path:
    """The folder with the files that the container's part writes before it starts."""
    done = written(name, folder, **more)
    assert done.returncode == 0, done.stderr
    return folder


def written(name: str, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """How it went that the container's part wrote its files."""
    if shutil.which("envsubst") is None:
        pytest.skip("NOT PROVED: what the containers read. Not installed: envsubst (gettext-base)")
    words = ["bash", str(CONFIGURATION / "part.sh"), "render", *SERVICES[name]["command"]]
    settings = {"PATH": os.environ["PATH"], "PART_HOME": str(CONFIGURATION), "PART_RUN": str(folder)}
    given_to_it = settings | environment(name) | more
    return subprocess.run(words, env=given_to_it, capture_output=True, text=True, check=False, cwd=folder)


def test_there_are_two_of_everything_that_serves() -> None:
    for kind, number in {"api": 2, "worker": 2, "database": 2, "etcd": 3}.items():
        assert [name for name in SERVICES if name.startswith(kind)] == [f"{kind}{n}" for n in range(1, number + 1)]


def test_every_part_that_runs_is_looked_at_and_started_again() -> None:
    running = {name: service for name, service in SERVICES.items() if name != "migrate"}
    assert all("healthcheck" in service for service in running.values())
    assert all(service["restart"] == "unless-stopped" for service in running.values())


def test_only_the_door_is_open() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_no_secret_has_a_default() -> None:
    found = ASKED.findall((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert {name for name, how, default in found if default and SECRET.search(name)} == set()
    left_open = {name for name, how, _ in found if how != ":?" and SECRET.search(name)}
    assert left_open == {*KEYS, *(f"{name}S" for name in KEYS)}, "the service itself does not start without a key"
    assert len({name for name, how, _ in found if how == ":?"}) >= 10


def test_images_are_pinned() -> None:
    assert all(re.fullmatch(r"zhifang/\w+:\d+\.\d+\.\d+", service["image"]) for service in SERVICES.values())
    bases = re.findall(r"^FROM (\S+)", (CONFIGURATION / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert bases
    assert all(re.search(r":\d+\.\d+", base) for base in bases)


@pytest.mark.parametrize("name", ["api1", "api2", "worker1", "worker2"])
def test_production_accepts_what_the_service_is_given(name: str) -> None:
    settings = load_settings(environment(name))
    assert settings.mode == "production"
    assert not settings.prepared_statements
    assert "bouncer" in settings.database_url
    for part in ("database1,database2", "target_session_attrs=read-write", "connect_timeout"):
        assert part in settings.listen_url


@pytest.mark.parametrize("name", ["api1", "worker2", "migrate"])
def test_keys_are_changed_by_what_is_written_into_env(name: str) -> None:
    """As docs/keys.md says: several while they are changed, the new one alone afterwards."""
    for listed in (f"1:{given('old_KEY')},2:{given('new_KEY')}", f"2:{given('new_KEY')}"):
        env_file = {"ZHIFANG_IDENTITY_KEYS": listed, KEYS[1]: FIRST_START[KEYS[1]]}
        settings = load_settings(environment(name, env_file))
        assert [version for version, _ in settings.sealing_keys] == [int(one[0]) for one in listed.split(",")]


def test_what_a_county_may_set_reaches_every_process() -> None:
    source = (ROOT / "app" / "config.py").read_text(encoding="utf-8")
    settings = set(re.findall(r'"(ZHIFANG_[A-Z_]+)"', source)) | {f"{name}S" for name in KEYS}
    for name in ("api1", "api2", "worker1", "worker2"):
        assert settings - set(SERVICES[name]["environment"]) == NOT_HANDED_ON
    chosen = {
        "ZHIFANG_TOTP_REQUIRED_ROLES": "admin,officer",
        "ZHIFANG_HOSTS": "sqjz.example",
        "ZHIFANG_CHANNELS": "feishu",
    }
    told = load_settings(environment("api1", FIRST_START | chosen))
    assert (told.totp_required_roles, told.hosts) == (("admin", "officer"), ("sqjz.example",))
    assert load_settings(environment("api1")).totp_required_roles == SECOND_FACTOR_ROLES


@pytest.mark.parametrize("name", sorted(PARTS))
def test_each_part_finds_all_that_its_files_ask_for(name: str, tmp_path: Path) -> None:
    for file in rendered(name, tmp_path).iterdir():
        assert "${" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("database1", "REWIND_PASSWORD"),
        ("database1", "ZHIFANG_OWNER_PASSWORD"),
        ("bouncer", "ZHIFANG_APP_PASSWORD"),
        ("backup", "BACKUP_KEY"),
    ],
)
@pytest.mark.parametrize("value", ["short1", "changeme-changeme-changeme", "a" * 40])
def test_no_part_starts_with_a_short_or_known_secret(name: str, secret: str, value: str, tmp_path: Path) -> None:
    done = written(name, tmp_path, **{secret: value})
    assert done.returncode == 1
    assert f"{secret} is short, or one that anybody would try" in done.stderr
    assert value not in done.stderr


@pytest.mark.parametrize("name", ["database1", "database2"])
def test_no_commit_is_acknowledged_by_one_disk_alone(name: str, tmp_path: Path) -> None:
    patroni = yaml.safe_load((rendered(name, tmp_path) / "patroni.yml").read_text(encoding="utf-8"))
    shared = patroni["bootstrap"]["dcs"]
    assert shared["synchronous_mode"]
    assert shared["loop_wait"] + 2 * shared["retry_timeout"] <= shared["ttl"]
    parameters = patroni["postgresql"]["parameters"]
    assert {parameters[key] for key in ("fsync", "full_page_writes", "synchronous_commit", "archive_mode")} == {"on"}
    assert {name: str(parameters[name]) for name in SILENT} == SILENT
    assert not [line for line in patroni["postgresql"]["pg_hba"] if line.startswith("host") and "trust" in line]


def test_backups_are_sealed_and_know_both_nodes(tmp_path: Path) -> None:
    told = (rendered("backup", tmp_path) / "pgbackrest.conf").read_text(encoding="utf-8")
    assert "repo1-cipher-type=aes-256-cbc" in told
    assert [node for node in ("database1", "database2") if f"/{node}/data" in told] == ["database1", "database2"]


def test_haproxy_takes_its_file(tmp_path: Path) -> None:
    if shutil.which("haproxy") is None:
        pytest.skip("NOT PROVED: that HAProxy takes its file. It is not installed.")
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(a_certificate())
    folder = rendered("proxy", tmp_path, CERTIFICATE=str(certificate))
    done = subprocess.run(
        ["haproxy", "-c", "-f", str(folder / "haproxy.cfg")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if line.startswith("[WARNING]")]
    assert [line for line in warnings if "could not resolve address" not in line] == []


def a_certificate() -> bytes:
    """A certificate with its key, as an administrator puts it into one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*kinds)


def test_the_door_says_what_the_service_would_say() -> None:
    """A program gets the same problem document as from the service, a person the same sentence."""
    head, _, body = (CONFIGURATION / "away.http").read_bytes().partition(b"\r\n\r\n")
    with Flask(__name__).app_context():
        answer = problem(503, "database_away")
    assert json.loads(body) == answer.get_json()
    assert f"Content-Length: {len(body)}".encode() in head
    assert f"Retry-After: {answer.headers['Retry-After']}".encode() in head
    assert sentence("database_away", {}) in (CONFIGURATION / "away.html").read_text(encoding="utf-8")
