"""A trial on the last days of the configured database: who reads them is on record before anything is read."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.access.table import allow
from app.actions.find_importer import find_importer
from app.actions.note_trial import note_trial
from app.deps import Deps
from app.rules.calendar import legal_day, start_of_day
from app.rules.policy.write import to_mapping
from app.simulation.replay.scenario import read_scenario
from app.simulation.trials.comparison import Comparison
from app.simulation.trials.history import History, history
from app.simulation.trials.trial import run_trial


@dataclass(frozen=True)
class LastDays:
    """What came of it: how many people and positions were played, and what had to be left out."""

    comparison: Comparison
    people: int
    positions: int
    left_out: Mapping[str, int]

    def told(self) -> dict[str, Any]:
        """As a line beside those of the comparison."""
        return {"did": "read", "people": self.people, "positions": self.positions, "left_out": dict(self.left_out)}


def try_on_last_days(handle: Deps, login: str, days: int, tried: Mapping[str, Any]) -> LastDays:
    """Play the last so many days, from local midnight, of those within the user's reach, under both policies.

    NotAllowed where the user may not change policies. Nothing leaves the memory of this process but what is compared,
    and the scratch database of the replay, which is gone afterwards.
    """
    now = handle.now()
    since = start_of_day(legal_day(now - timedelta(days=days)))
    with handle.transaction() as tx:
        actor = allow(find_importer(tx, login, now=now), "policies.change")
        in_force = note_trial(tx, actor, since, now=now)
    with handle.autocommit() as connection:
        found = history(connection, actor, since, now)
    header = {
        "scenario": 1,
        "start": since.isoformat(),
        "end": now.isoformat(),
        "policy": to_mapping(in_force),
        "seed": "trial",
    }
    scenario = read_scenario(json.dumps(line) for line in (header, *found.lines))
    return LastDays(run_trial(scenario, tried), found.people, found.positions, _counted(found))


def _counted(found: History) -> Counter[str]:
    return +found.left_out
