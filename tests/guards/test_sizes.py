"""Files and functions stay small: the bars are those that the better half of comparable code bases keeps."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from tests.database import ROOT

FILES = sorted((ROOT / "app").rglob("*.py"))
OURS = [*FILES, *sorted((ROOT / "tests").rglob("*.py"))]

LARGEST_FILE, LARGEST_FUNCTION = 400, 60
MEDIAN_FILE, NINTH_FILE = 90, 200
MEDIAN_FUNCTION, NINTH_FUNCTION = 9, 30

TABLES = {
    "tests/rules/test_checkins.py": "tables of cases, one for each way in which a check-in is judged",
    "tests/rules/test_duties.py": "tables of cases of a duty's life",
    "tests/rules/test_ladder.py": "tables of cases of the ladder",
}
"""Files that may be longer, and why."""


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Each function with its length, docstring and decorators included."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield f"{file.relative_to(ROOT)}: {node.name}", (node.end_lineno or first) - first + 1


def ninth(sizes: list[int]) -> float:
    """What nine of ten do not exceed."""
    return quantiles(sizes, n=10)[8]


def test_no_file_is_too_long() -> None:
    long = {str(file.relative_to(ROOT)): lines(file) for file in OURS if lines(file) > LARGEST_FILE}
    assert long.keys() <= TABLES.keys(), long


def test_every_exception_is_still_needed() -> None:
    assert [name for name in TABLES if lines(ROOT / name) <= LARGEST_FILE] == []


def test_files_are_small_as_a_rule() -> None:
    sizes = [lines(file) for file in FILES if file.name != "__init__.py"]
    assert (median(sizes) <= MEDIAN_FILE, ninth(sizes) <= NINTH_FILE) == (True, True), (median(sizes), ninth(sizes))


def test_no_function_is_too_long() -> None:
    long = [(name, size) for file in FILES for name, size in functions(file) if size > LARGEST_FUNCTION]
    assert long == []


def test_functions_are_short_as_a_rule() -> None:
    sizes = [size for file in FILES for _, size in functions(file)]
    found = median(sizes), ninth(sizes)
    assert (found[0] <= MEDIAN_FUNCTION, found[1] <= NINTH_FUNCTION) == (True, True), found
