"""What a benchmark says in the end: medians, tables in Markdown, and the machine they hold for."""

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

REPETITIONS = 5


def machine() -> str:
    """One line on processor, memory and versions; no name of the machine, no path."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    found = subprocess.run(["psql", "--version"], check=False, capture_output=True, text=True)  # noqa: S607 the installed one
    postgres = found.stdout.split()[2] if found.returncode == 0 else "?"
    return f"{cores} cores, {memory:.0f} GiB, {system}, Python {platform.python_version()}, PostgreSQL {postgres}"


def tell(sentence: str) -> None:
    """Say on standard error what is going on; standard output holds the tables alone."""
    sys.stderr.write(f"bench: {sentence}\n")
    sys.stderr.flush()


def interleaved(
    runs: Mapping[str, Callable[[], float]], *, repetitions: int = REPETITIONS, warm_up: bool = True
) -> dict[str, list[float]]:
    """The figures of each run: A B C A B C …, so that whatever slows the machine for a while slows all of them.

    The first round is thrown away unless `warm_up` is false: caches, plans and files are cold in it.
    """
    found: dict[str, list[float]] = {name: [] for name in runs}
    for repetition in range(repetitions + warm_up):
        for name, run in runs.items():
            figure = run()
            tell(f"{name}, repetition {repetition}: {figure:,.1f}")
            if repetition or not warm_up:
                found[name].append(figure)
    return found


def ratios(of: Sequence[float], to: Sequence[float]) -> list[float]:
    """Each repetition's figure as a part of the other's in the same repetition."""
    return [one / other for one, other in zip(of, to, strict=True)]


def spread(figures: Iterable[float], form: str = ",.0f") -> str:
    """`median [least to most]`."""
    found = sorted(figures)
    return f"{median(found):{form}} [{found[0]:{form}} to {found[-1]:{form}}]"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown; numbers stand to the right in all columns but the first."""
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)
