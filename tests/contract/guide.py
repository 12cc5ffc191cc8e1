"""The exchanges in the guide for phone developers: each request with the answer that is shown under it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.database import ROOT

GUIDE = ROOT / "mobile_api_docs" / "guide.zh.md"
TRACKERS_GUIDE = ROOT / "mobile_api_docs" / "trackers.zh.md"
BLOCK = re.compile(r"^```http\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Exchange:
    """One request of the guide, with placeholders such as `{access_token}` still in it, and the answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    answer: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


def exchanges(guide: Path = GUIDE) -> list[Exchange]:
    """All of them, in the order of the guide."""
    blocks = [_read(block) for block in BLOCK.findall(guide.read_text(encoding="utf-8"))]
    return list(_paired(blocks))


def _read(block: str) -> tuple[str, dict[str, str], str]:
    """First line, headers, body."""
    head, _, body = block.partition("\n\n")
    first, *lines = head.splitlines()
    return first, dict(line.split(": ", 1) for line in lines), body.strip()


def _paired(blocks: list[tuple[str, dict[str, str], str]]) -> Iterator[Exchange]:
    asked: tuple[str, dict[str, str], str] | None = None
    for first, headers, body in blocks:
        if not first[0].isdigit():
            assert asked is None, f"no answer under {asked}"
            asked = first, headers, body
            continue
        assert asked is not None, f"no request above {first}"
        method, _, path = asked[0].partition(" ")
        yield Exchange(method, path, asked[1], asked[2], int(first[:3]), json.loads(body) if body else None)
        asked = None
    assert asked is None, f"no answer under {asked}"


def differences(shown: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Where the real answer is not of the shape that is shown, or says other things. The guide may leave fields out."""
    if isinstance(shown, dict) and isinstance(actual, dict):
        for name, value in shown.items():
            if name in actual:
                yield from differences(value, actual[name], f"{path}.{name}")
            else:
                yield f"{path}.{name} is not in the answer"
    elif isinstance(shown, list) and isinstance(actual, list):
        if len(shown) != len(actual):
            yield f"{path} has {len(actual)} elements"
        for number, (one, other) in enumerate(zip(shown, actual, strict=False)):
            yield from differences(one, other, f"{path}.{number}")
    elif type(shown) is not type(actual) or (shown != actual and not _varies(path)):
        yield f"{path} is {actual!r}"


VARYING = re.compile(
    r"\.(\w+_token|next_cursor|receipt_no|seq|sha256|next_after|(items\.\d+\.)?id|duty_id|about_id|subject_no)$"
)
"""Fields whose values are drawn, counted, or made by the service."""


def _varies(path: str) -> bool:
    return bool(VARYING.search(path))
