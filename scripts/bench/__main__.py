"""Runs benchmarks by name and prints Markdown: `python -m scripts.bench positions sweep`, or `all`."""

import sys
from importlib import import_module
from importlib.util import find_spec

from scripts.bench.report import machine

NAMES = ("positions", "judging", "check_ins", "sweep", "items", "push", "pages", "memory", "audit", "compliance")
"""Each is a module beside this one with a function `bench() -> str`, which returns a section in Markdown."""


BY_NAME_ALONE = ("large_history",)
"""Not in `all`: a hundred million rows take a quarter of an hour and 30 GB to make. A smaller one: see its module."""


def main(words: list[str]) -> int:
    """Run the named benchmarks in their order above; 0 when all of them ran."""
    in_all = [name for name in NAMES if find_spec(f"scripts.bench.{name}")]
    known = [*in_all, *BY_NAME_ALONE]
    wanted = in_all if words == ["all"] else words
    unknown = [name for name in wanted if name not in known]
    if not wanted or unknown:
        sys.stderr.write(f"Say which: all, or some of {', '.join(known)}.\n")
        return 2
    sys.stdout.write(f"{machine()}\n\n")
    for name in wanted:
        sys.stdout.write(f"{import_module(f'scripts.bench.{name}').bench()}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
