"""Columns in a drawing that the server makes: no script, no style inside a page, and the same numbers in a table."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, BOTTOM, TOP = 76, 34, 34, 14
"""Around the columns: room for a number of five digits, and for half of the last name, in a phone's larger type."""
GAP = 0.25
MOST_LABELS = 6
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Part:
    """One part of a column, from below; `look` is a class of the stylesheet."""

    look: str
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class Tick:
    """A line across the drawing with its number."""

    y: float
    number: int


@dataclass(frozen=True)
class Label:
    """What stands below a column."""

    x: float
    text: str


@dataclass(frozen=True)
class Chart:
    """What the template draws."""

    width: int
    height: int
    left: int
    base: float
    parts: Sequence[Part]
    ticks: Sequence[Tick]
    labels: Sequence[Label]


def columns(
    names: Sequence[str], stacks: Sequence[Sequence[tuple[str, str, int]]], most: int | None = None
) -> Chart | None:
    """A column for each name, made of its (look, word, number) from below; None where all is zero."""
    highest = max((sum(number for _, _, number in stack) for stack in stacks), default=0)
    top = _round(max(highest, most or 0))
    if not highest:
        return None
    room, base = (WIDTH - LEFT - RIGHT) / len(names), HEIGHT - BOTTOM
    unit = (base - TOP) / top
    parts: list[Part] = []
    for n, (name, stack) in enumerate(zip(names, stacks, strict=True)):
        y = float(base)
        for look, word, number in stack:
            if number:
                tall = number * unit
                y -= tall
                x, wide = LEFT + room * (n + GAP / 2), room * (1 - GAP)
                parts.append(
                    Part(look, round(x, 1), round(y, 1), round(wide, 1), round(tall, 1), f"{name} {word} {number}")
                )
    every = -(-len(names) // MOST_LABELS)
    labels = [Label(round(LEFT + room * (n + 0.5), 1), name) for n, name in enumerate(names) if n % every == 0]
    ticks = [Tick(round(base - unit * number, 1), number) for number in sorted({0, top // 2, top})]
    return Chart(WIDTH, HEIGHT, LEFT, base, parts, ticks, labels)


def _round(number: int) -> int:
    """The next round number that is not smaller, and even, so that its half is whole: 2, 4, 10, 20, 40, 100 …"""
    size = 1
    while True:
        for step in STEPS:
            if 2 * step * size >= number:
                return 2 * step * size
        size *= 10
