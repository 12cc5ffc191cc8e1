"""The layout by hand, for scripts/layout: `python -m app.simulation.layout.command WORD FOLDER …`, see WORDS."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from app.simulation.layout.layout import Layout
from app.simulation.layout.part import LayoutError, Part
from app.simulation.layout.places import APIS, NODES
from app.simulation.postgres import ClusterError

SAID = "Say one of: up, status, down, roll, kill PART, start PART, backup KIND, restore TIME."


def main(words: list[str]) -> int:
    """Do what the words say; 0 when done, 1 with one sentence on standard error when not."""
    if len(words) < 2 or words[0] not in WORDS or len(words) - 2 != WORDS[words[0]][1]:
        sys.stderr.write(f"{SAID}\n")
        return 1
    word, folder, *more = words
    try:
        layout = Layout(
            Path(folder), {name: value for name, value in os.environ.items() if name.startswith("ZHIFANG_")}
        )
        WORDS[word][0](layout, *more)
    except (LayoutError, ClusterError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _up(layout: Layout) -> None:
    layout.up()
    _status(layout)


def _down(layout: Layout) -> None:
    layout.down()


def _status(layout: Layout) -> None:
    leader, standby = layout.databases.leader(), layout.databases.standby()
    for name, part in layout.parts().items():
        notes = []
        if name in NODES:
            notes = (
                ["primary"] if name == leader else ["synchronous standby"] if name == standby else ["does not follow"]
            )
        elif name in APIS:
            notes = [f"door: {layout.proxy.stat(name, 'status') or 'closed'}"]
        sys.stdout.write(f"{name:<10} {part.pid or 'down':<8} {' '.join(notes)}".rstrip() + "\n")
    sys.stdout.write(f"The door is {layout.places.http('proxy')}, logs are in {layout.places.folder / 'log'}.\n")


def _roll(layout: Layout) -> None:
    layout.roll()


def _kill(layout: Layout, name: str) -> None:
    if name in NODES:
        layout.databases.kill_node(name)
    else:
        _part(layout, name).kill()


def _start(layout: Layout, name: str) -> None:
    _part(layout, name).start()


def _backup(layout: Layout, kind: str) -> None:
    sys.stdout.write(layout.backup(kind))


def _restore(layout: Layout, to: str) -> None:
    """The whole database as it was at that time: what is there now goes."""
    at = datetime.fromisoformat(to)
    if at.tzinfo is None:
        message = f"{to} has no offset; write for instance 2026-03-02T08:00:00+08:00"
        raise LayoutError(message)
    layout.databases.destroy()
    sys.stdout.write(layout.restore(at))


def _part(layout: Layout, name: str) -> Part:
    if name not in layout.parts():
        message = f"There is no part {name}. Known: {', '.join(layout.parts())}."
        raise LayoutError(message)
    return layout.parts()[name]


WORDS: dict[str, tuple[Callable[..., None], int]] = {
    "up": (_up, 0),
    "status": (_status, 0),
    "down": (_down, 0),
    "roll": (_roll, 0),
    "kill": (_kill, 1),
    "start": (_start, 1),
    "backup": (_backup, 1),
    "restore": (_restore, 1),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
