"""A policy's normal form as TOML text, for those who rather read and change the file than a form."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from app.rules.policy.lines import Path

_BARE = re.compile(r"[A-Za-z0-9_-]+")
WIDTH = 110


def to_toml(mapping: Mapping[str, object], comments: Mapping[str, str] | None = None) -> str:
    """The mapping as TOML; reading it back gives the same mapping. `comments` stand above keys of the first floor."""
    told = comments or {}
    plain = {key: value for key, value in mapping.items() if not _is_table(value)}
    lines: list[str] = []
    for key, value in plain.items():
        lines += [f"# {told[key]}"] if key in told else []
        lines.append(f"{_key(key)} = {_value(value)}")
    for key, value in mapping.items():
        if key not in plain:
            lines += ["", *([f"# {told[key]}"] if key in told else [])]
            lines += _tables((key,), value)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _tables(path: Path, value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _one(path, value)
    elif isinstance(value, Sequence):
        for element in value:  # tables inside such an element stand in its line
            yield f"[[{_dotted(path)}]]"
            yield from (f"{_key(key)} = {_value(inner)}" for key, inner in element.items())
            yield ""


def _one(path: Path, table: Mapping[str, object]) -> Iterator[str]:
    """Its own values first, then the tables in it; a header only where something stands under it."""
    plain = {key: value for key, value in table.items() if not _is_table(value)}
    if plain or not table:
        yield f"[{_dotted(path)}]"
        yield from (f"{_key(key)} = {_value(value)}" for key, value in plain.items())
        yield ""
    for key, value in table.items():
        if key not in plain:
            yield from _tables((*path, key), value)


def _is_table(value: object) -> bool:
    """A table, or a list of nothing but tables; an empty list is a plain value."""
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(inner, Mapping) for inner in value)


def _dotted(path: Path) -> str:
    return ".".join(map(_key, path))


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return _list(value)
    return str(value)


def _list(values: Sequence[object]) -> str:
    shown = [_value(value) for value in values]
    line = f"[{', '.join(shown)}]"
    if len(line) <= WIDTH:
        return line
    rows = [""]
    for one in shown:
        rows = [*rows[:-1], f"{rows[-1]} {one},"] if len(rows[-1]) + len(one) < WIDTH else [*rows, f" {one},"]
    return "[\n" + "".join(f" {row}\n" for row in rows) + "]"


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for the delete character, which JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
