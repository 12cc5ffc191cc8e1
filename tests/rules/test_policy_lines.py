"""The line of each key, in every way that TOML lets one write it."""

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.policy.lines import Path, key_lines, line_of
from tests.rules.policies import NAMES, policy_text

CASES: list[tuple[str, str, dict[Path, int]]] = [
    ("plain keys", "a = 1\n\n# remark\nb = 'x' # another\n", {("a",): 1, ("b",): 4}),
    ("windows line ends", "a = 1\r\nb = 2\r\n", {("a",): 1, ("b",): 2}),
    ("tables", "[t]\na = 1\n[u.v]\nb = 2\n", {("t",): 1, ("t", "a"): 2, ("u",): 3, ("u", "v"): 3, ("u", "v", "b"): 4}),
    ("blanks in a header", "\n[ t . 'u v' ]\na = 1\n", {("t", "u v"): 2, ("t", "u v", "a"): 3}),
    ("dotted keys", "a.b = 1\na.c = 2\n", {("a",): 1, ("a", "b"): 1, ("a", "c"): 2}),
    ("quoted keys", '"访1".t = 1\n"\\u8c081" = 2\n', {("访1", "t"): 1, ("谈1",): 2}),
    (
        "lists of tables",
        "[[w.s]]\na = 1\n[[w.s]]\na = 2\n[w.s.x]\nb = 3\n",
        {
            ("w",): 1,
            ("w", "s"): 1,
            ("w", "s", "1"): 1,
            ("w", "s", "1", "a"): 2,
            ("w", "s", "2"): 3,
            ("w", "s", "2", "a"): 4,
            ("w", "s", "2", "x", "b"): 6,
        },
    ),
    (
        "lists in lists",
        "a = [\n 1,\n [2,\n  3],\n]\nb = 1\n",
        {("a", "1"): 2, ("a", "2"): 3, ("a", "2", "2"): 4, ("b",): 6},
    ),
    ("remarks in lists", "a = [ # [ one\n  1, # ]\n  2 ]\nb = 3\n", {("a", "1"): 2, ("a", "2"): 3, ("b",): 4}),
    ("inline tables", "a = [{b = 1}, {b = 2,\n c.d = 3}]\n", {("a", "1", "b"): 1, ("a", "2", "b"): 1}),
    (
        "texts that look like keys",
        'a = "b = 1 # [c]"\nd = \'"\'\ne = "\\""\nf = 1\n',
        {("d",): 2, ("e",): 3, ("f",): 4},
    ),
    ("long texts", 'a = """\nb = 1\n\\""" c"""\nd = \'\'\'\ne\'\'\'\nf = 1\n', {("a",): 1, ("d",): 4, ("f",): 6}),
    ("long texts that end in quotes", 'a = """x"""""\nb = \'\'\'y\'\'\'\'\nc = 1\n', {("b",): 2, ("c",): 3}),
    ("dates and times", "a = 2026-10-01 08:00:00\nb = 1\n", {("a",): 1, ("b",): 2}),
    ("no newline at the end", "a = 1 # end", {("a",): 1}),
    ("nothing", "", {}),
]


@pytest.mark.parametrize(("name", "text", "expected"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_lines_of_keys(name: str, text: str, expected: dict[Path, int]) -> None:
    lines = key_lines(text)
    assert {path: lines.get(path) for path in expected} == expected


@pytest.mark.parametrize("text", [text for name, text, _ in CASES if name != "inline tables"])
def test_the_cases_are_valid_toml_and_no_key_is_left_out(text: str) -> None:
    assert set(places(tomllib.loads(text))) <= set(key_lines(text))


def places(value: object, path: Path = ()) -> Iterator[Path]:
    """Every place in a parsed text, list elements counted from 1."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from places(inner, (*path, str(number)))


@pytest.mark.parametrize("name", NAMES)
def test_every_place_of_a_shipped_policy_has_the_line_on_which_it_is_written(name: str) -> None:
    text = policy_text(name)
    lines = key_lines(text)
    written = text.splitlines()
    for path in places(tomllib.loads(text)):
        word = next(key for key in reversed(path) if not key.isdigit() or len(key) == 4)
        is_key = path[-1] == word
        assert not is_key or word in written[lines[path] - 1], path
        assert path in lines


@given(st.data())
def test_remarks_and_empty_lines_move_keys_by_just_as_many_lines(data: st.DataObject) -> None:
    """A filler line is put in front of some lines; each key's line moves by the fillers above it."""
    text = policy_text("demo")
    rows = text.splitlines()
    fillers = data.draw(st.lists(st.sampled_from([0, 0, 1, 2]), min_size=len(rows), max_size=len(rows)))
    moved: list[str] = []
    new_line: dict[int, int] = {}
    for number, (row, count) in enumerate(zip(rows, fillers, strict=True), start=1):
        moved += ["# [[x]] = ' \" {"] * count + [row]
        new_line[number] = len(moved)
    before, after = key_lines(text), key_lines("\n".join(moved))
    assert after == {path: new_line[line] for path, line in before.items()}


def test_a_missing_key_is_looked_for_in_its_table() -> None:
    lines = key_lines("a = 1\n[t]\nb = 2\n")
    assert line_of(lines, ("t", "b")) == 3
    assert line_of(lines, ("t", "c", "d")) == 2
    assert line_of(lines, ("x",)) == 1
