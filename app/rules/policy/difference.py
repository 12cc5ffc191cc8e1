"""What tells two policies apart, value by value, in the order in which policies are written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.rules.policy.lines import Path
from app.rules.policy.spans import LONGEST

NUMBERING = frozenset({"version"})
"""Keys that tell versions apart and change nothing for anybody."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value that is not what it was. None stands for a place that only the other policy has, told as a whole.

    Where both are lists, `before` and `after` hold only what went and what came.
    """

    path: Path
    before: object | None
    after: object | None


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    """What differs between two policies in their normal form. Windows and other tables in lists go by their number."""
    return tuple(change for change in _between((), before, after) if change.path[0] not in NUMBERING)


def _between(path: Path, before: object | None, after: object | None) -> Iterator[Change]:
    if before == after:
        return
    if path and (before is None or after is None or (_is_span(before) and _is_span(after))):
        yield Change(path, before, after)
    elif isinstance(before, Mapping) or isinstance(after, Mapping):
        yield from _tables(path, _table(before), _table(after))
    elif _holds_tables(before) or _holds_tables(after):
        yield from _tables(path, _numbered(before), _numbered(after))
    elif isinstance(before, list) and isinstance(after, list):
        yield _lists(path, before, after)
    else:
        yield Change(path, before, after)


def _tables(path: Path, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    for key in (*before, *(key for key in after if key not in before)):
        yield from _between((*path, key), before.get(key), after.get(key))


def _lists(path: Path, before: Sequence[object], after: Sequence[object]) -> Change:
    gone = [value for value in before if value not in after]
    come = [value for value in after if value not in before]
    return Change(path, gone, come) if gone or come else Change(path, list(before), list(after))


def _table(value: object | None) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _is_span(value: object) -> bool:
    return isinstance(value, Mapping) and len(value) == 1 and set(value) <= set(LONGEST)


def _holds_tables(value: object | None) -> bool:
    return isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value)


def _numbered(value: object | None) -> Mapping[str, object]:
    return {str(number): inner for number, inner in enumerate(value, start=1)} if isinstance(value, list) else {}
