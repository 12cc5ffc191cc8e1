"""What the page of a draft shows of its trials."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from app.queries.policy_trials import TrialView
from app.rules.policy_drafts import TrialState
from app.rules.wording.policies import TRIAL_STATES
from app.rules.wording.policy_items import CLASSES
from app.rules.wording.visits import title_of

TRIED_DAYS = 30


def trials_shown(draft_id: UUID, trials: Sequence[TrialView]) -> dict[str, Any]:
    """For the template of trials, which asks again while one is being made."""
    running = any(trial.state in {TrialState.WAITING, TrialState.RUNNING} for trial in trials)
    return {
        "draft_id": draft_id,
        "trials": trials,
        "trial_running": running,
        "trial_states": TRIAL_STATES,
        "classes": CLASSES,
        "title_of": title_of,
        "trial_id": uuid4(),
        "tried_days": TRIED_DAYS,
    }
