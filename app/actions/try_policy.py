"""Trying a draft of the policy on the last days: asked for on record, counted by the worker, told as sums."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.rules.calendar import last_day_before, legal_day, start_of_day
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import About, Actor, SupervisionClass
from app.rules.planning.trying import RECORDED, Asked, asked
from app.rules.policy import Item, Policy, policy_from_mapping
from app.store import effects, policy_drafts, policy_trials
from app.store.policy_trials import Trial

MOST_PEOPLE = 1000
"""Of more people so many are drawn: a county's sums do not need everybody, and a worker has other things to do."""
AT_ONCE = 100
LONGEST_DAYS = 90


@dataclass(frozen=True)
class Tried:
    """One step of a trial: what was counted so far."""

    before: Asked = field(default_factory=Asked)
    after: Asked = field(default_factory=Asked)

    def add(self, other: "Tried") -> None:
        """Count these too."""
        self.before.add(other.before)
        self.after.add(other.after)


def ask_trial(tx: Connection, actor: Actor, draft_id: UUID, trial_id: UUID, days: int, *, now: datetime) -> bool:
    """Ask for a trial of the draft as it stands. False where the same request asked before.

    NotFound out of reach; Conflict `trial_running` while one of this draft is not done. What is read for it, about whom
    and when, is on record before anything is read.
    """
    draft = policy_drafts.locked(tx, actor, draft_id)
    if draft is None:
        raise NotFound("not_found")
    known = policy_trials.find(tx, trial_id)
    if known is not None:
        if known != draft_id:
            raise Conflict("id_reused")
        return False
    if policy_trials.is_open(tx, draft_id):
        raise Conflict("trial_running")
    if actor.id is None:
        raise NotAllowed("not_allowed")
    content = policy_drafts.content_of(tx, draft_id)
    policy_trials.ask(tx, Trial(trial_id, draft_id, content, days, now), draft.content_hash, actor.id)
    since, until = span(days, now)
    details = {"from": since.isoformat(), "to": until.isoformat(), "pseudonymous": True}
    about = About("policy_draft", draft_id)
    effects.apply(tx, [Decision((WriteAudit(now, actor, "policies.try", None, about, None, details),))])
    return True


def span(days: int, now: datetime) -> tuple[datetime, datetime]:
    """So many whole local days, the last of them yesterday."""
    today = legal_day(now)
    return start_of_day(today - timedelta(days=days)), start_of_day(today)


def take_trial(tx: Connection, *, now: datetime) -> Trial | None:
    """The next trial to be made, None where none waits."""
    return policy_trials.take_next(tx, now=now)


def people_of(tx: Connection, trial: Trial) -> list[UUID]:
    """Everybody whom it concerns, in the order in which they are drawn."""
    return policy_trials.people(tx, trial, *span(trial.days, trial.asked_at))


def count_some(tx: Connection, trial: Trial, ids: list[UUID]) -> Tried:
    """What these people would have owed by either policy."""
    since, until = span(trial.days, trial.asked_at)
    before, after = _policies(tx, trial)
    tried = Tried()
    for person in policy_trials.lives(tx, ids, since, until):
        tried.add(Tried(asked(person, before, since, until), asked(person, after, since, until)))
    return tried


def finish_trial(tx: Connection, trial: Trial, tried: Tried, people: int, of: int, *, now: datetime) -> None:
    """Keep the sums: by item or kind of check and class, under the version that the draft would follow and under it."""
    since, until = span(trial.days, trial.asked_at)
    before, after = _policies(tx, trial)
    codes = sorted({code for code, _ in (*tried.before.owed, *tried.after.owed)})
    result = {
        "from": legal_day(since).isoformat(),
        "to": last_day_before(until).isoformat(),
        "people": people,
        "of": of,
        "items": [_line(code, tried, before, after) for code in codes],
    }
    policy_trials.finish(tx, trial.id, result, now=now)


def fail_trial(tx: Connection, trial: Trial, fault: str, *, now: datetime) -> None:
    """It could not be made: the kind of fault is kept, whoever asked may ask again."""
    policy_trials.fail(tx, trial.id, fault, now=now)


def _policies(tx: Connection, trial: Trial) -> tuple[Policy, Policy]:
    office_id = policy_drafts.office_of(tx, trial.draft_id)
    return policy_from_mapping(policy_drafts.newest(tx, office_id).content), policy_from_mapping(trial.content)


def _line(code: str, tried: Tried, before: Policy, after: Policy) -> Mapping[str, Any]:
    old, new = before.item(code), after.item(code)
    item = new or old
    return {
        "code": code,
        "title": item.title if item else None,
        "before": {class_.value: tried.before.owed[code, class_] for class_ in SupervisionClass},
        "after": {class_.value: tried.after.owed[code, class_] for class_ in SupervisionClass},
        "overdue_before": _overdue(code, tried.before) if _is_recorded(old) else None,
        "overdue_after": _overdue(code, tried.after) if _is_recorded(old) and _is_recorded(new) else None,
    }


def _is_recorded(item: Item | None) -> bool:
    """Of an item that nobody had to do until now there are no records, so nothing can be told."""
    return item is not None and item.kind in RECORDED


def _overdue(code: str, asked_for: Asked) -> int:
    return sum(n for (of, _), n in asked_for.overdue.items() if of == code)
