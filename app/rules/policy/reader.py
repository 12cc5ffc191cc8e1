"""One table of a policy, read key by key. Every misfit becomes a problem and reading goes on with a stand-in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from app.rules.calendar import DAY_MINUTES
from app.rules.policy.lines import Path, line_of
from app.rules.policy.problems import PolicyError, Problem, make_problem

_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
_HINTED_PROBLEMS = 50  # a hint takes a while to find, and nobody reads the fiftieth
_SHOWN_BITS = 256  # a number with thousands of digits is not written out
_KINDS = {
    "integer": ("a whole number", "整数"),
    "number": ("a number", "数字"),
    "text": ("a text", "文字"),
    "flag": ("true or false", " true 或 false"),
    "clock": ('a time of day such as "08:00"', '"08:00" 形式的时刻'),
    "table": ("a table", "一个表"),
    "list": ("a list", "列表"),
    "date": ("a date such as 2026-10-01", " 2026-10-01 形式的日期"),
}


@dataclass(slots=True)
class Report:
    """The problems found so far, with the lines of the file if it is one."""

    lines: dict[Path, int] | None = None
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, path: Path, **values: object) -> None:
        """Note a problem at a place."""
        problem = make_problem(code, ".".join(path), **values)
        line = None if self.lines is None else line_of(self.lines, path)
        self.problems.append(Problem(problem.code, problem.key, problem.en, problem.zh, line))

    def is_clean(self, *paths: Path) -> bool:
        """Whether nothing at or inside these places is wrong, so that they may be compared with one another."""
        keys = tuple(".".join(path) for path in paths)
        return not any(
            problem.key == key or problem.key.startswith(f"{key}.") or key.startswith(f"{problem.key}.")
            for problem in self.problems
            for key in keys
        )

    def raise_if_any(self) -> None:
        """Refuse the policy with everything that was found, in the order of the file."""
        if self.problems:
            raise PolicyError(tuple(sorted(self.problems, key=lambda problem: problem.line or 0)))


@dataclass(slots=True)
class Table:
    """A table at a place. Reading a key makes it known; `finish` reports the keys that nobody asked for."""

    values: Mapping[str, object]
    path: Path
    report: Report
    asked: list[str] = field(default_factory=list)
    is_missing: bool = False

    def at(self, key: str) -> Path:
        """The place of a key of this table."""
        return (*self.path, key)

    def has(self, key: str) -> bool:
        """Whether the key is given; asking makes it known."""
        self.asked.append(key)
        return key in self.values

    def raw(self, key: str) -> object | None:
        """The value as it came. A key that is not given is reported, unless its whole table already was."""
        if self.has(key):
            return self.values[key]
        if not self.is_missing:
            self.report.add("missing", self.at(key))
        return None

    def shown(self, key: str) -> str:
        """The value of a key as it reads in a sentence."""
        return _shown(self.values.get(key))

    def misfit(self, kind: str, path: Path, found: object) -> None:
        """Report a value of the wrong kind."""
        english, chinese = _KINDS[kind]
        self.report.add("wrong_type", path, kind_en=english, kind_zh=chinese, found=_shown(found))

    def integer(self, key: str, low: int, high: int, *, if_absent: int | None = None) -> int:
        """A whole number in [low, high]; a key that may be left out has a value `if_absent`."""
        if if_absent is not None and not self.has(key):
            return if_absent
        found = self.raw(key)
        if key not in self.values:
            return low
        if not isinstance(found, int) or isinstance(found, bool):
            self.misfit("integer", self.at(key), found)
            return low
        return int(self._bounded(key, found, low, high))

    def number(self, key: str, low: float, high: float) -> float:
        """A number in [low, high]; infinity and NaN lie outside."""
        found = self.raw(key)
        if key not in self.values:
            return low
        if not isinstance(found, int | float) or isinstance(found, bool):
            self.misfit("number", self.at(key), found)
            return low
        return float(self._bounded(key, found, low, high))

    def _bounded(self, key: str, found: float, low: float, high: float) -> float:
        if low <= found <= high:
            return found
        self.report.add("out_of_range", self.at(key), low=f"{low:g}", high=f"{high:g}", found=_shown(found))
        return low

    def flag(self, key: str) -> bool:
        """True or false."""
        found = self.raw(key)
        if not isinstance(found, bool):
            if key in self.values:
                self.misfit("flag", self.at(key), found)
            return False
        return found

    def text(self, key: str, *, may_be_absent: bool = False) -> str:
        """A text; blank, or not given, only where it `may_be_absent`."""
        if may_be_absent and (not self.has(key) or self.values[key] == ""):
            return ""
        found = self.raw(key)
        if not isinstance(found, str) or not found.strip():
            if key in self.values:
                self.misfit("text", self.at(key), found)
            return ""
        return found.strip()

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed words."""
        found = self.raw(key)
        if found in allowed and isinstance(found, str):
            return found
        if key in self.values:
            self.report.add("not_allowed", self.at(key), allowed=", ".join(allowed), found=_shown(found))
        return allowed[0]

    def words(self, key: str, allowed: tuple[str, ...], *, at_least_one: bool = False) -> tuple[str, ...]:
        """A list of allowed words, none twice, in the order given."""
        kept: list[str] = []
        for number, found in enumerate(self.items(key), start=1):
            place = (*self.at(key), str(number))
            if not isinstance(found, str) or found not in allowed:
                self.report.add("not_allowed", place, allowed=", ".join(allowed), found=_shown(found))
            elif found in kept:
                self.report.add("repeated", place, found=found)
            else:
                kept.append(found)
        if at_least_one and not kept and self.report.is_clean(self.at(key)):
            self.report.add("empty", self.at(key))
        return tuple(kept)

    def clock(self, key: str, latest: int = DAY_MINUTES) -> int:
        """A time of day `"HH:MM"`, up to "24:00" or the `latest` minute, in minutes since midnight."""
        found = self.raw(key)
        if not isinstance(found, str) or not _CLOCK.fullmatch(found):
            if key in self.values:
                self.misfit("clock", self.at(key), found)
            return 0
        minute = int(found[:2]) * 60 + int(found[3:])
        if minute > latest:
            self.report.add("out_of_range", self.at(key), low="00:00", high=clock_text(latest), found=found)
        return minute

    def items(self, key: str) -> list[object]:
        """A list, of whatever."""
        found = self.raw(key)
        if not isinstance(found, list | tuple):
            if key in self.values:
                self.misfit("list", self.at(key), found)
            return []
        return list(found)

    def table(self, key: str) -> "Table":
        """The table under a key; an empty one where it is missing or is none."""
        found = self.raw(key)
        return self.inner(found, self.at(key), given=key in self.values)

    def tables(self, key: str) -> list["Table"]:
        """A list of tables under a key."""
        return [
            self.inner(found, (*self.at(key), str(number)), given=True)
            for number, found in enumerate(self.items(key), start=1)
        ]

    def inner(self, found: object, path: Path, *, given: bool) -> "Table":
        """A table at a place inside this one."""
        if isinstance(found, Mapping):
            return Table({str(key): value for key, value in found.items()}, path, self.report)
        if given:
            self.misfit("table", path, found)
        return Table({}, path, self.report, is_missing=True)

    def finish(self) -> None:
        """Report every key that was never asked for, with the nearest known one if there is one."""
        for key in self.values:
            if key in self.asked:
                continue
            few = len(self.report.problems) < _HINTED_PROBLEMS
            near = get_close_matches(key, self.asked, n=1, cutoff=0.6) if few else []
            code = "unknown_key_hint" if near else "unknown_key"
            self.report.add(code, self.at(key), **({"hint": near[0]} if near else {}))


def clock_text(minute: int) -> str:
    """Minutes since midnight as `"HH:MM"`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > _SHOWN_BITS:
        return "…"
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list | tuple):
        return "[…]"
    if isinstance(value, str):
        return f'"{value}"'
    return "null" if value is None else str(value)
