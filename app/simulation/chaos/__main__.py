"""`python -m app.simulation.chaos`: see scripts/chaos and docs/chaos.md."""

import shutil
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random, SystemRandom

from app.simulation.chaos.faults import FAULTS, impossible
from app.simulation.chaos.ground import Ground, ground
from app.simulation.chaos.trial import Round, Trial, ended, running

SHOWN = 20


def main(words: Sequence[str] | None = None) -> int:
    """Play the rounds; 0 when nothing was lost, doubled or left undone, 1 otherwise."""
    chosen = _chosen(words)
    say(f"seed {chosen.seed}")
    begun = time.monotonic()
    with ground() as made:
        kinds = _kinds(made, chosen.only or list(FAULTS))
        lots = Random(chosen.seed)  # noqa: S311  (chance, not a secret)
        with running(made, lots) as trial:
            rounds = list(_played(trial, _order(kinds, chosen.rounds, lots)))
            missing = trial.settle()
            received, acknowledged = len(trial.stage.fcm.received), trial.acknowledged
            missing += ended(trial)
        lost = sum(len(played.missing) for played in rounds) + len(missing)
        if lost or chosen.keep:
            say(f"logs: {_kept(made)}")
    for sentence in missing[:SHOWN]:
        say(f"  at the end: {sentence}")
    say(_table(rounds))
    say(
        f"{len(rounds)} rounds in {time.monotonic() - begun:.0f} s, {acknowledged} receipts, {len(trial.owed)} duties, "
        f"{received} pushes: {'nothing lost, nothing twice' if not lost else f'{lost} FAULTS'} (seed {chosen.seed})"
    )
    return 1 if lost else 0


def say(sentence: str) -> None:
    """One line, at once."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _chosen(words: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(prog="scripts/chaos", description="Faults under load; see docs/chaos.md.")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    parser.add_argument("--only", action="append", choices=list(FAULTS), help="only this kind; may be given again")
    parser.add_argument("--keep", action="store_true", help="keep the logs even if nothing is lost")
    return parser.parse_args(words)


def _kinds(made: Ground, wished: Sequence[str]) -> list[str]:
    """What can be tried here; what cannot is said aloud."""
    for kind in wished:
        if why := impossible(kind, made):
            say(f"SKIPPED: {kind}: {why}")
    return [kind for kind in wished if not impossible(kind, made)]


def _order(kinds: Sequence[str], rounds: int, lots: Random) -> Iterator[str]:
    """All kinds in turn, each turn in another order."""
    played = 0
    while kinds:
        for kind in lots.sample(kinds, len(kinds)):
            if played == rounds:
                return
            played += 1
            yield kind


def _played(trial: Trial, order: Iterator[str]) -> Iterator[Round]:
    for number, kind in enumerate(order, 1):
        played = trial.play(number, kind)
        outcome = "ok" if not played.missing else "FAULT"
        well = f"well after {played.well_s:.1f} s" if played.well_s is not None else "not well"
        say(f"{number:4} {kind:<14} {outcome:<5} {well}, {played.receipts} receipts, {played.did}")
        for sentence in played.missing[:SHOWN]:
            say(f"       {sentence}")
        yield played


def _table(rounds: Sequence[Round]) -> str:
    by_kind: dict[str, list[Round]] = defaultdict(list)
    for played in rounds:
        by_kind[played.kind].append(played)
    lines = ["", "| fault | rounds | without loss | well again after, median / longest |", "|---|---|---|---|"]
    for kind, some in sorted(by_kind.items()):
        waits = sorted(played.well_s for played in some if played.well_s is not None) or [float("nan")]
        whole = sum(not played.missing for played in some)
        lines.append(f"| {kind} | {len(some)} | {whole} | {waits[len(waits) // 2]:.1f} s / {waits[-1]:.1f} s |")
    return "\n".join(lines)


def _kept(made: Ground) -> Path:
    """A copy of the programs' logs, for the place where they lie is removed."""
    folder = Path(tempfile.mkdtemp(prefix="zhifang-chaos-logs-"))
    for log in (*made.folder.glob("*.log"), made.cluster.log):
        shutil.copy(log, folder)
    return folder


if __name__ == "__main__":
    sys.exit(main())
