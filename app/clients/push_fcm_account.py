"""The Google service account with which we send: read from its file, checked, never shown."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from app.config import SettingsError

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_FIELDS = ("type", "project_id", "client_email", "private_key", "token_uri")
_PROJECT = re.compile(r"[a-z0-9][a-z0-9.:-]*")


@dataclass(frozen=True)
class ServiceAccount:
    """A service account file that was read; `info` is its whole content and holds the private key."""

    project_id: str
    token_uri: str
    info: dict[str, Any] = field(repr=False)


def read_account(path: str | Path, *, loopback: bool) -> ServiceAccount:
    """The account in the file at `path`.

    Raises SettingsError, whose sentence names the fault and never quotes the file. With `loopback` the log-in address
    must lie on this machine, else it must be https: a real account is never shown to a fake, and never sent in clear.
    """
    info = _read_object(path)
    missing = [name for name in _FIELDS if not isinstance(info.get(name), str) or not info[name]]
    if missing:
        raise SettingsError([f"the FCM credentials in {path} lack {', '.join(missing)}"])
    if info["type"] != "service_account" or not _PROJECT.fullmatch(info["project_id"]):
        raise SettingsError([f"the FCM credentials in {path} are not a service account's"])
    token_uri = info["token_uri"]
    if loopback and not is_loopback(token_uri):
        raise SettingsError(
            [f"the FCM credentials in {path} log in outside this machine, which FCM_URL does not allow"]
        )
    if not loopback and _split(token_uri).scheme != "https":
        raise SettingsError([f"the FCM credentials in {path} do not log in over https"])
    return ServiceAccount(info["project_id"], token_uri, info)


def is_loopback(url: str) -> bool:
    """Whether `url` is plain http to this very machine, with a port and without a user name."""
    parts = _split(url)
    try:
        port = parts.port
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in LOOPBACK and bool(port) and "@" not in parts.netloc


def loopback_origin(url: str) -> str:
    """`http://host:port` of a loopback URL. Raises SettingsError for any other: a push never goes to a stranger."""
    parts = _split(url)
    if not is_loopback(url) or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise SettingsError(["FCM_URL is for a fake on this machine only: http://127.0.0.1:PORT"])
    return f"http://{parts.netloc}"


def _split(url: str) -> SplitResult:
    """`url` in parts; an unreadable one has no scheme and no host."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _read_object(path: str | Path) -> dict[str, Any]:
    """The JSON object in a file, or a SettingsError. The cause is dropped, for it would quote the file."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"the FCM credentials in {path} cannot be opened: {error.strerror}"]) from None
    except ValueError:
        raise SettingsError([f"the FCM credentials in {path} are not JSON"]) from None
    if not isinstance(found, dict):
        raise SettingsError([f"the FCM credentials in {path} are not a JSON object"])
    return found
