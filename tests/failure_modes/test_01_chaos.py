"""Failure mode 1 under load: every kind of fault once, one upon the other; the long trial is scripts/chaos."""

from random import Random

import pytest

from app.simulation.chaos.faults import FAULTS, impossible
from app.simulation.chaos.ground import ground
from app.simulation.chaos.trial import ended, running

LAST = "kill-api"
"""Its start takes longest: until it is there again, no other fault would meet any load."""


@pytest.mark.durable
@pytest.mark.slow
def test_nothing_that_was_acknowledged_is_lost_whatever_fails() -> None:
    lots = Random(1)
    with ground() as made:
        skipped = {kind: why for kind in FAULTS if (why := impossible(kind, made))}
        kinds = [kind for kind in lots.sample(sorted(FAULTS), len(FAULTS)) if kind not in {LAST, *skipped}]
        with running(made, lots, pace=0.3) as trial:
            assert trial.hurry([*kinds, LAST]) == []
            assert trial.acknowledged > 0
            assert trial.stage.fcm.received
            assert ended(trial) == []
    if skipped:
        pytest.skip(f"all else went well; not tried here: {skipped}")
