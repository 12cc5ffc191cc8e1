"""Question and answer as people type them (问:… 答:…), and as a talk record keeps them."""

import re
from collections.abc import Iterable

from app.rules.effects.records import Line, Speaker
from app.rules.errors import Refused

_MARKED = re.compile(r"^\s*(问|答)\s*[::]\s*(.*)$")
_SPEAKERS = {"问": Speaker.ASKED, "答": Speaker.ANSWERED}
_MARKS = {speaker: mark for mark, speaker in _SPEAKERS.items()}


def read_lines(typed: str) -> tuple[Line, ...]:
    """The lines of a talk. A line without a mark goes on with what was said before it.

    Refused `lines_unmarked` where the first line says neither 问 nor 答: nobody may guess whose words they are.
    """
    found: list[Line] = []
    for row in typed.splitlines():
        if marked := _MARKED.match(row):
            found.append(Line(_SPEAKERS[marked[1]], marked[2].strip()))
        elif row.strip():
            if not found:
                raise Refused("lines_unmarked", fields={"lines": "lines_unmarked"})
            last = found[-1]
            found[-1] = Line(last.by, f"{last.text}\n{row.strip()}".strip())
    return tuple(line for line in found if line.text)


def written_lines(lines: Iterable[Line]) -> str:
    """As `read_lines` reads them."""
    return "\n".join(f"{_MARKS[line.by]}:{line.text}" for line in lines)
