"""What the command line asks of a trial, and one sentence for whatever stands against it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.deps import Deps
from app.rules.errors import ZhifangError
from app.rules.policy import PolicyError, parse_policy
from app.rules.policy.write import to_mapping
from app.rules.wording import sentence
from app.simulation.replay.scenario import ScenarioError, read_scenario
from app.simulation.trials.last_days import try_on_last_days
from app.simulation.trials.trial import run_trial

DAYS = re.compile(r"([1-9]\d?)d")
Line = dict[str, Any]


class TrialError(Exception):
    """The trial cannot be made, and why."""


def try_on_file(policy: Path, scenario: Path) -> list[Line]:
    """The lines of a trial on a scenario."""
    tried = _policy(policy)
    try:
        with scenario.open(encoding="utf-8") as lines:
            read = read_scenario(lines)
    except (ScenarioError, UnicodeDecodeError) as error:
        raise TrialError(f"{scenario.name} cannot be played: {error}") from error
    return list(run_trial(read, tried).lines())


def try_on_the_last(policy: Path, days: str, login: str, handle: Deps) -> list[Line]:
    """The lines of a trial on the last days, such as `30d`."""
    tried, read = _policy(policy), DAYS.fullmatch(days)
    if read is None:
        raise TrialError("--last takes days, such as 30d, up to 99d.")
    try:
        found = try_on_last_days(handle, login, int(read[1]), tried)
    except ZhifangError as error:
        raise TrialError(sentence(error.code, error.params)) from error
    return [found.told(), *found.comparison.lines()]


def _policy(file: Path) -> Mapping[str, Any]:
    try:
        return to_mapping(parse_policy(file.read_text(encoding="utf-8")))
    except (PolicyError, UnicodeDecodeError) as error:
        raise TrialError(f"{file.name} is no policy:\n{error}") from error
