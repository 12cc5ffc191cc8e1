"""One trial: the same days under the policy in force and under another one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.simulation.replay.engine import replay
from app.simulation.replay.scenario import Scenario
from app.simulation.trials.comparison import Alerts, Comparison, compare


def run_trial(scenario: Scenario, tried: Mapping[str, Any]) -> Comparison:
    """Play a scenario under its own policy, then under `tried`. What its header changes holds for both.

    Those changes are the circumstances of the scenario (such as that phones serve under an order), not what is tried.
    """
    return compare(_alerts(scenario), _alerts(replace(scenario, header=replace(scenario.header, policy=tried))))


def _alerts(scenario: Scenario) -> Alerts:
    alerts = Alerts()
    replay(scenario, alerts.take)
    return alerts
