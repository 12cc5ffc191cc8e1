"""Every code has its Chinese sentence, and every sentence its code."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from app.api.errors import CODES, STATUS
from app.api.problem_codes import raised_statuses
from app.rules.facts import DutyKind
from app.rules.wording import SENTENCES, __path__, fields
from tests.guards.source import calls, modules, texts

CODED = {kind.__name__ for kind in STATUS} | {"Reason", "sentence"}
"""Calls whose first argument is a code."""

TOLD = (DutyKind.CHECK_IN, DutyKind.LOCATION_CHECK, DutyKind.SPOT_CHECK, DutyKind.LEAVE_RETURN)
BUILT = {f"{kind}_{step}" for kind in TOLD for step in ("opened", "reminder")}
"""Codes put together from two parts that are both variable."""

FIXED = 4
"""Characters that must stand fast in a code that is put together, or its pattern would fit anything."""


def codes() -> Iterator[tuple[str, str]]:
    """Where each literal code stands, and the code."""
    for name, tree in modules().items():
        for called, call in calls(tree):
            given = [call.args[0]] if called in CODED and call.args else []
            given += [keyword.value for keyword in call.keywords if called in CODED and keyword.arg == "fields"]
            for argument in given:
                for code in _literals(argument):
                    yield f"{name}:{call.lineno}", code


def _literals(argument: ast.expr) -> Iterator[str]:
    """The texts that an argument may be: itself, both ways of an `if`, the values of a mapping."""
    match argument:
        case ast.Constant(value=str(code)):
            yield code
        case ast.IfExp(body=body, orelse=orelse):
            yield from _literals(body)
            yield from _literals(orelse)
        case ast.Dict(values=values):
            for value in values:
                yield from _literals(value)


def patterns() -> Iterator[re.Pattern[str]]:
    """Codes that are put together, as patterns."""
    for tree in modules().values():
        for called, call in calls(tree):
            if called in CODED and call.args and isinstance(call.args[0], ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else None for part in call.args[0].values]
                if sum(len(part or "") for part in parts) >= FIXED:
                    yield re.compile("".join("[a-z_]+" if part is None else re.escape(part) for part in parts))


def test_every_code_has_a_sentence() -> None:
    assert [(place, code) for place, code in codes() if code not in SENTENCES] == []


def test_every_code_that_is_put_together_can_have_one() -> None:
    assert [pattern.pattern for pattern in patterns() if not any(map(pattern.fullmatch, SENTENCES))] == []
    assert SENTENCES.keys() >= BUILT


def test_every_sentence_has_a_code() -> None:
    written = {
        str(text.value)
        for name, tree in modules().items()
        if not name.startswith("app/rules/wording/")
        for text in texts(tree)
    }
    built = list(patterns())
    unused = [
        code for code in SENTENCES.keys() - written - BUILT if not any(pattern.fullmatch(code) for pattern in built)
    ]
    assert unused == []


def test_no_code_is_told_in_two_ways() -> None:
    """The sentences of all rooms are merged: one must not hide another's."""
    rooms = [import_module(f"app.rules.wording.{found.name}") for found in iter_modules(__path__)]
    assert sum(len(getattr(room, "SENTENCES", ())) for room in rooms) == len(SENTENCES)


def test_every_fault_of_a_field_is_told() -> None:
    raised = {
        code
        for name, tree in modules().items()
        if name.startswith("app/api/")
        for called, call in calls(tree)
        if called == "ValidationError" and call.args
        for code in _literals(call.args[0])
    }
    assert raised == set(fields.FAULTS)


def test_every_status_has_a_code_and_every_code_a_status() -> None:
    assert set(CODES.values()) <= SENTENCES.keys()
    statuses = raised_statuses()
    literal = {
        code
        for name, tree in modules().items()
        if not name.startswith("app/web/")
        for called, call in calls(tree)
        if called in {kind.__name__ for kind in STATUS} and call.args
        for code in _literals(call.args[0])
    }
    assert literal <= statuses.keys()
