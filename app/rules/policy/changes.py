"""Single values of a policy overridden by dotted keys, as a trial of a changed rule asks for."""

import copy
from collections.abc import Mapping
from typing import Any

from app.rules.policy.former_clocks import present_key
from app.rules.policy.lines import Path
from app.rules.policy.reader import Report
from app.rules.policy.sections import GRACE_KEY


def changed_mapping(normal_form: Mapping[str, object], changes: Mapping[str, object], report: Report) -> dict[str, Any]:
    """A copy of a policy's normal form with the changes made; None takes a key away.

    Places that do not exist are reported. Elements of a list count from 1: `windows.strict.2.length_min`. A bare
    number for `grace_min` is the check-in's, and the former keys of the clocks of 访1 and 谈1 still reach them.
    """
    mapping: dict[str, Any] = copy.deepcopy(dict(normal_form))
    for dotted, value in changes.items():
        key = dotted
        if dotted == GRACE_KEY and not isinstance(value, Mapping):
            key = f"{GRACE_KEY}.check_in"
        path, put = present_key(key, value, mapping) or (tuple(key.split(".")), value)
        if not _put(mapping, path, copy.deepcopy(put)):
            report.add("unknown_key", tuple(dotted.split(".")))
    return mapping


def _put(mapping: dict[str, Any], path: Path, value: object) -> bool:
    """Set or take away one value; False where the way to it does not exist."""
    inside: Any = mapping
    for key in path[:-1]:
        if isinstance(inside, dict):
            inside = inside.setdefault(key, {})
        elif isinstance(inside, list) and _has_element(inside, key):
            inside = inside[int(key) - 1]
        else:
            return False
    last = path[-1]
    if isinstance(inside, dict):
        inside.pop(last, None)
        if value is not None:
            inside[last] = value
        return True
    if isinstance(inside, list) and _has_element(inside, last):
        inside[int(last) - 1 : int(last)] = [] if value is None else [value]
        return True
    return False


def _has_element(values: list[Any], key: str) -> bool:
    return key.isascii() and key.isdigit() and 1 <= int(key) <= len(values)
