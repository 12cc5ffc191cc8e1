"""Addresses of static files, which change with the content, so that browsers may keep the files."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import url_for

STATIC = Path(__file__).parent / "static"


def static_file(name: str) -> str:
    """The address of a static file."""
    found = STATIC / name
    version = _version(found, found.stat().st_mtime_ns) if found.exists() else "none"
    return url_for("pages.static", filename=name, v=version)


@cache
def _version(file: Path, _changed_ns: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:12]
