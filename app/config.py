"""Settings, read once from the environment. Missing or unfit values are all named at once; no secret has a default."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from app.guessable import account_of, is_guessable, is_known, is_patterned

MINIMUM_SECRET = 32
CHANNELS = frozenset({"dingtalk", "wecombot", "feishu", "mail", "json", "jsons"})
"""Channels of users' own that there are at all (rules/channels.py)."""
DEBUG_SWITCHES = ("ZHIFANG_DEBUG", "FLASK_DEBUG")
SECOND_FACTOR_ROLES = ("county_head", "city_staff", "procurator", "admin")
"""Who decides, sees many offices, or hands out roles: in production they log in with a second factor."""

ROLES = ("aide", "officer", "county_staff", "provider", *SECOND_FACTOR_ROLES)
FEWEST_BYTES = 16
"""32 random bytes hold some thirty different ones; fewer than sixteen were typed."""

FIRST_VERSION = 1
"""The version of a key that is given alone, without one."""

TILES_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9/{}?=&._~%+@-]*")
TILE_DATUMS = ("wgs84", "gcj02")


class Mode(StrEnum):
    """How strictly the settings are taken: `production` refuses whatever eases a demo or a test."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class SettingsError(Exception):
    """The environment does not fit; `problems` holds one sentence for each fault."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class ChannelSettings:
    """Which channels of their own users may set, and how they are reached. Without an offer there are none.

    `hosts` are robots within the house, which alone may lie at private addresses. `mail` is the relay that mail goes
    by, as an Apprise URL. `origin` leads to fakes on this machine; `public_url` is where users log in.
    """

    offered: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    mail: str | None = field(default=None, repr=False)
    origin: str | None = None
    public_url: str | None = None


@dataclass(frozen=True)
class TileSettings:
    """A service of map pictures behind the officers' maps; without addresses there is none, and nothing is asked.

    `urls` have {z}, {x} and {y}; several are asked in turn. `datum` is what the pictures are drawn in.
    """

    urls: tuple[str, ...] = ()
    attribution: str = ""
    datum: str = "wgs84"

    @property
    def origins(self) -> tuple[str, ...]:
        """Scheme and host of each address: what browsers may ask beside us."""
        split = [urlsplit(url) for url in self.urls]
        return tuple(dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in split))


@dataclass(frozen=True)
class BucketSettings:
    """A bucket of an S3-compatible store; names begin with `prefix`. `endpoint` is None for Amazon's own."""

    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    endpoint: str | None = None
    region: str = "us-east-1"
    prefix: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything that the service reads from outside. Secrets do not show in its representation."""

    mode: Mode
    database_url: str = field(repr=False)
    token_secret: str = field(repr=False)
    web_secret: str = field(repr=False)
    window_secret: bytes = field(repr=False)
    identity_key: bytes = field(repr=False)
    identity_hash_key: bytes = field(repr=False)
    identity_keys: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)
    identity_hash_keys: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)
    policy: str = "jiangshan"
    demo_password: str | None = field(default=None, repr=False)
    fcm_credentials: str | None = None
    fcm_url: str | None = None
    channels: ChannelSettings = ChannelSettings()
    tiles: TileSettings = TileSettings()
    debug: bool = False
    cors_origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    totp_required_roles: tuple[str, ...] = ()
    pool_size: int = 8
    pool_wait_ms: int = 5_000
    statement_timeout_ms: int = 15_000
    job_statement_timeout_ms: int = 60_000
    lock_timeout_ms: int = 5_000
    direct_database_url: str = field(default="", repr=False)
    prepared_statements: bool = True
    audit_checkpoints: Path | None = None
    files: Path | BucketSettings | None = None
    password_rounds: int = 3
    password_memory_kib: int = 65536

    @property
    def listen_url(self) -> str:
        """Where what belongs to one session (LISTEN) connects: past the pooler, where there is one."""
        return self.direct_database_url or self.database_url

    @property
    def sealing_keys(self) -> tuple[tuple[int, bytes], ...]:
        """The keys by version under which rows are sealed: the first seals, all of them open."""
        return self.identity_keys or ((FIRST_VERSION, self.identity_key),)

    @property
    def search_keys(self) -> tuple[tuple[int, bytes], ...]:
        """The keys by version of the hashes that identity numbers are found by: the first writes, all of them find."""
        return self.identity_hash_keys or ((FIRST_VERSION, self.identity_hash_key),)


def driver_url(url: str) -> str:
    """The URL with the psycopg driver named, whether it was given as `postgresql://` or with a driver."""
    scheme, separator, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        scheme = "postgresql+psycopg"
    return f"{scheme}{separator}{rest}"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read settings from `environ` (the process's own by default); SettingsError names every fault at once."""
    given = os.environ if environ is None else environ
    env = {name: value for name, value in given.items() if value}  # what is set to nothing is not set
    problems: list[str] = []
    mode = _mode(env, problems)
    sealing = _keys(env, "ZHIFANG_IDENTITY_KEY", problems)
    search = _keys(env, "ZHIFANG_IDENTITY_HASH_KEY", problems)
    settings = Settings(
        mode=mode,
        database_url=driver_url(_needed(env, "DATABASE_URL", problems)),
        token_secret=_secret(env, "ZHIFANG_TOKEN_SECRET", problems),
        web_secret=_secret(env, "ZHIFANG_WEB_SECRET", problems),
        window_secret=_secret(env, "ZHIFANG_WINDOW_SECRET", problems).encode(),
        identity_key=sealing[0][1],
        identity_hash_key=search[0][1],
        identity_keys=sealing,
        identity_hash_keys=search,
        policy=env.get("ZHIFANG_POLICY", "jiangshan"),
        demo_password=env.get("ZHIFANG_DEMO_PASSWORD"),
        fcm_credentials=env.get("ZHIFANG_FCM_CREDENTIALS") or None,
        fcm_url=env.get("ZHIFANG_FCM_URL") or None,
        channels=_channels(env, problems),
        tiles=_tiles(env, problems),
        audit_checkpoints=Path(env["ZHIFANG_AUDIT_CHECKPOINTS"]) if env.get("ZHIFANG_AUDIT_CHECKPOINTS") else None,
        files=_files(env, problems),
        debug=any(env.get(name, "").lower() not in {"", "0", "false", "off"} for name in DEBUG_SWITCHES),
        cors_origins=_list(env.get("ZHIFANG_CORS_ORIGINS", "")),
        hosts=_list(env.get("ZHIFANG_HOSTS", "")),
        trusted_proxies=_number(env, "ZHIFANG_TRUSTED_PROXIES", 0, problems),
        totp_required_roles=_totp_roles(env, mode, problems),
        pool_size=_number(env, "ZHIFANG_POOL_SIZE", 8, problems),
        pool_wait_ms=_number(env, "ZHIFANG_POOL_WAIT_MS", 5_000, problems),
        statement_timeout_ms=_number(env, "ZHIFANG_STATEMENT_TIMEOUT_MS", 15_000, problems),
        job_statement_timeout_ms=_number(env, "ZHIFANG_JOB_STATEMENT_TIMEOUT_MS", 60_000, problems),
        lock_timeout_ms=_number(env, "ZHIFANG_LOCK_TIMEOUT_MS", 5_000, problems),
        direct_database_url=driver_url(env.get("ZHIFANG_DIRECT_DATABASE_URL", "")),
        prepared_statements=env.get("ZHIFANG_PREPARED_STATEMENTS", "on") not in {"off", "0", "false"},
        password_rounds=_number(env, "ZHIFANG_PASSWORD_ROUNDS", 3, problems),
        password_memory_kib=_number(env, "ZHIFANG_PASSWORD_MEMORY_KIB", 65536, problems),
    )
    problems += _unfit(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def _unfit(settings: Settings) -> list[str]:
    """What production refuses, each as a sentence that says what to do."""
    if settings.mode is not Mode.PRODUCTION:
        return []
    problems = []
    if settings.debug:
        problems.append("ZHIFANG_DEBUG must be off in production, and FLASK_DEBUG too")
    if any("*" in origin for origin in settings.cors_origins):
        problems.append("ZHIFANG_CORS_ORIGINS must name origins in production, not *")
    if any("*" in host for host in settings.hosts):
        problems.append("ZHIFANG_HOSTS must name hosts in production, not *")
    problems += _guessable(settings)
    if settings.demo_password:
        problems.append("ZHIFANG_DEMO_PASSWORD must not be set in production")
    problems += _unfit_channels(settings.channels)
    if settings.fcm_url:
        problems.append("ZHIFANG_FCM_URL is for tests and demos, not for production")
    if settings.password_rounds < 2 or settings.password_memory_kib < 19456:
        problems.append("ZHIFANG_PASSWORD_ROUNDS and ZHIFANG_PASSWORD_MEMORY_KIB are too low for production")
    secrets = {settings.token_secret, settings.web_secret, settings.window_secret.decode()}
    keys = [key for _, key in settings.sealing_keys + settings.search_keys]
    if len(secrets) < 3 or len(set(keys)) < len(keys):
        problems.append("every secret must be its own: two of the ZHIFANG secrets are the same")
    return problems


def _guessable(settings: Settings) -> list[str]:
    """Passwords of others' services that anybody would try. None at all is the other side's own matter."""
    shown = {
        "DATABASE_URL": account_of(settings.database_url),
        "ZHIFANG_DIRECT_DATABASE_URL": account_of(settings.direct_database_url),
    }
    if isinstance(settings.files, BucketSettings):
        shown["ZHIFANG_FILES_SECRET_KEY"] = (settings.files.access_key, settings.files.secret_key)
    return [
        f"{name} holds a default or too simple password; make a random one"
        for name, (user, password) in shown.items()
        if password is not None and is_guessable(password, user)
    ]


def _channels(env: Mapping[str, str], problems: list[str]) -> ChannelSettings:
    """What is offered has to be known, and a mailbox needs a relay."""
    offered = frozenset(_list(env.get("ZHIFANG_CHANNELS", "")))
    settings = ChannelSettings(
        offered,
        frozenset(host.lower() for host in _list(env.get("ZHIFANG_CHANNEL_HOSTS", ""))),
        env.get("ZHIFANG_CHANNEL_MAIL") or None,
        env.get("ZHIFANG_CHANNEL_ORIGIN") or None,
        env.get("ZHIFANG_PUBLIC_URL", "").rstrip("/") or None,
    )
    if offered - CHANNELS:
        problems.append(f"ZHIFANG_CHANNELS may name {', '.join(sorted(CHANNELS))}")
    if "mail" in offered and not (settings.mail or "").startswith(("mailto://", "mailtos://")):
        problems.append("ZHIFANG_CHANNEL_MAIL must be a relay such as mailtos://user:password@host?from=address")
    if settings.public_url and not settings.public_url.startswith(("https://", "http://")):
        problems.append("ZHIFANG_PUBLIC_URL must begin with https://")
    return settings


def _tiles(env: Mapping[str, str], problems: list[str]) -> TileSettings:
    """Addresses go into a header, so that nothing but an address may stand there."""
    urls = _list(env.get("ZHIFANG_TILES_URL", ""))
    if not all(TILES_URL.fullmatch(url) and all(part in url for part in ("{z}", "{x}", "{y}")) for url in urls):
        problems.append("ZHIFANG_TILES_URL must be addresses such as https://host/{z}/{x}/{y}.png, joined by commas")
        urls = ()
    datum = env.get("ZHIFANG_TILES_DATUM", "wgs84").lower()
    if urls and datum not in TILE_DATUMS:
        problems.append(f"ZHIFANG_TILES_DATUM must be one of {', '.join(TILE_DATUMS)}")
    return TileSettings(urls, env.get("ZHIFANG_TILES_ATTRIBUTION", ""), datum if urls else "wgs84")


def _files(env: Mapping[str, str], problems: list[str]) -> Path | BucketSettings | None:
    """Where attachments lie: a folder that is there, or a bucket with its keys; none at all, and none are taken."""
    folder, bucket = env.get("ZHIFANG_FILES_FOLDER"), env.get("ZHIFANG_FILES_BUCKET")
    endpoint = env.get("ZHIFANG_FILES_ENDPOINT") or None
    if folder and bucket:
        problems.append("ZHIFANG_FILES_FOLDER and ZHIFANG_FILES_BUCKET exclude each other")
    if folder:
        if not Path(folder).is_absolute():
            problems.append("ZHIFANG_FILES_FOLDER must be an absolute path")
        return Path(folder)
    if not bucket:
        return None
    if endpoint and not endpoint.startswith(("https://", "http://")):
        problems.append("ZHIFANG_FILES_ENDPOINT must begin with https:// or http://")
    return BucketSettings(
        bucket,
        _needed(env, "ZHIFANG_FILES_ACCESS_KEY", problems),
        _needed(env, "ZHIFANG_FILES_SECRET_KEY", problems),
        endpoint,
        env.get("ZHIFANG_FILES_REGION") or "us-east-1",
        env.get("ZHIFANG_FILES_PREFIX", ""),
    )


def _unfit_channels(channels: ChannelSettings) -> list[str]:
    problems = []
    if channels.origin:
        problems.append("ZHIFANG_CHANNEL_ORIGIN is for tests and demos, not for production")
    if (channels.public_url or "https:").startswith("http:"):
        problems.append("ZHIFANG_PUBLIC_URL must begin with https:// in production")
    return problems


def _mode(env: Mapping[str, str], problems: list[str]) -> Mode:
    value = env.get("ZHIFANG_MODE", "production")
    try:
        return Mode(value)
    except ValueError:
        problems.append(f"ZHIFANG_MODE must be one of {', '.join(Mode)}")
        return Mode.PRODUCTION


def _needed(env: Mapping[str, str], name: str, problems: list[str]) -> str:
    value = env.get(name, "")
    if not value:
        problems.append(f"{name} is not set")
    return value


def _secret(env: Mapping[str, str], name: str, problems: list[str]) -> str:
    value = _needed(env, name, problems)
    if not value:
        return value
    if len(value) < MINIMUM_SECRET:
        problems.append(f"{name} must have at least {MINIMUM_SECRET} characters")
    elif is_known(value):
        problems.append(f"{name} is a default or too simple; make a random one")
    return value


def _list(value: str) -> tuple[str, ...]:
    return tuple(filter(None, (entry.strip() for entry in value.split(","))))


def _totp_roles(env: Mapping[str, str], mode: Mode, problems: list[str]) -> tuple[str, ...]:
    """The roles that need a second factor: those of production, unless others (or `none`) are named."""
    given = env.get("ZHIFANG_TOTP_REQUIRED_ROLES")
    if given is None:
        return SECOND_FACTOR_ROLES if mode is Mode.PRODUCTION else ()
    roles = () if given.strip() == "none" else _list(given)
    if unknown := set(roles) - set(ROLES):
        problems.append(f"ZHIFANG_TOTP_REQUIRED_ROLES knows no role {', '.join(sorted(unknown))}")
    return roles


def _keys(env: Mapping[str, str], name: str, problems: list[str]) -> tuple[tuple[int, bytes], ...]:
    """The keys of `<name>S`, such as `2:<base64>,1:<base64>`, and the one of `<name>` itself, which is version 1."""
    several = name + "S"
    listed = [entry.strip().partition(":") for entry in env.get(several, "").split(",") if entry.strip()]
    if any(not version.isdecimal() or not 0 < int(version) < 2**15 for version, _, _ in listed):
        problems.append(f"{several} must be a list such as 2:<base64>,1:<base64>")
        return ((FIRST_VERSION, b""),)
    keys = [(int(version), _key(value, f"{several} version {version}", problems)) for version, _, value in listed]
    alone = env.get(name, "") if keys else _needed(env, name, problems)
    first = (FIRST_VERSION, _key(alone, name, problems) if alone else b"")
    if not keys or (alone and first not in keys):
        keys.append(first)
    if len({version for version, _ in keys}) < len(keys):
        problems.append(f"{several} and {name} give two keys for one version")
    return tuple(keys)


def _key(value: str, name: str, problems: list[str]) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32 or len(set(key)) < FEWEST_BYTES or is_patterned(key):
        problems.append(f"{name} must be 32 random bytes in base64")
    return key


def _number(env: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    try:
        return int(env.get(name, default))
    except ValueError:
        problems.append(f"{name} must be a whole number")
        return default
