"""What `scripts/alarm-quality` runs: some counties side by side, each in a process of its own, and then the table."""

import gc
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import click

from app.simulation.alarm_quality import Played, bar, play, tables, unbuilt
from app.simulation.counties.spec import Spec

PROGRESS_S = 60


@click.command()
@click.option("--subjects", default=300, show_default=True)
@click.option("--days", default=30, show_default=True)
@click.option("--offices", default=10, show_default=True)
@click.option("--seed", "seeds", multiple=True, type=int, default=(1, 2, 3), show_default=True)
@click.option("--side-by-side", default=2, show_default=True, help="How many counties are played at once.")
@click.option("--episodes", default=0.01, show_default=True, help="Share of person-days on which something happens.")
@click.option("--spot-checks", default=1.0, show_default=True, help="How many are ordered a week and person.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Folder for the outputs of the replays.")
def main(seeds: tuple[int, ...], side_by_side: int, keep: Path | None, **county: Any) -> None:
    """Make counties up, play them, and print the bar as Markdown. Ends with 1 where the bar is not met."""
    without = unbuilt()
    specs = [Spec(seed=seed, without=without, **county) for seed in seeds]
    if without:
        click.echo(f"Without {', '.join(sorted(without))}: not built yet.", err=True)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(max_workers=side_by_side) as pool:
        counties = list(pool.map(partial(_played, keep), specs))
    click.echo(tables(counties))
    sys.exit(0 if all(row.met is not False for row in bar(counties)) else 1)


def _played(keep: Path | None, spec: Spec) -> Played:
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    began = told = time.monotonic()
    with _output(keep, spec) as output:

        def write(line: str) -> None:
            nonlocal told
            if output:
                output.write(line + "\n")
            if time.monotonic() - told > PROGRESS_S:
                told = time.monotonic()
                click.echo(f"seed {spec.seed}: {json.loads(line).get('at')} after {told - began:.0f} s", err=True)

        return play(spec, write, partial(_note, keep))


def _note(keep: Path | None, county: Played) -> None:
    """What was found so far, day by day: a long run can be read before it ends."""
    if keep is not None:
        text = f"After {county.spec.days} days.\n\n{tables([county])}\n"
        (keep / f"seed-{county.spec.seed}.md").write_text(text, encoding="utf-8")


@contextmanager
def _output(keep: Path | None, spec: Spec) -> Iterator[TextIO | None]:
    if keep is None:
        yield None
        return
    with (keep / f"seed-{spec.seed}.jsonl").open("w", encoding="utf-8") as file:
        yield file


if __name__ == "__main__":
    main()
