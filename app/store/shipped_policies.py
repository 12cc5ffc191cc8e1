"""The policies that come with the service, by name: what a county starts from, and what demo and replays run on."""

import re
from pathlib import Path

from app.rules.errors import NotFound

FOLDER = Path(__file__).resolve().parent.parent / "policies"
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def shipped(name: str) -> str:
    """The TOML text of the shipped policy of that name; NotFound `no_such_policy` where there is none."""
    file = FOLDER / f"{name}.toml"
    if not NAME.fullmatch(name) or not file.is_file():
        raise NotFound("no_such_policy", {"name": name})
    return file.read_text(encoding="utf-8")


def shipped_names() -> tuple[str, ...]:
    """The names of all shipped policies."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))
