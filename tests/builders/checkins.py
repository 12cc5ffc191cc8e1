"""Check-in duties around a given time, and what a phone or an officer sends for them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection

from app.rules.effects import ChangeDuty, Decision, Effect, PlanDuty
from app.rules.facts import JOB, DutyKind, DutyState, Obligor, Reason
from app.rules.schedule import JUDGE_DELAY
from app.store import effects
from tests.builders.offices import Tree

HOME = (118.6270, 28.7400)
"""Lon and lat of the home of the subjects in these tests, in 江山."""


def a_check_in_duty(
    tx: Connection,
    tree: Tree,
    subject_id: UUID,
    opens_at: datetime,
    due_at: datetime,
    *,
    state: DutyState = DutyState.OPEN,
    grace: timedelta = timedelta(minutes=30),
    random: bool = False,
    covered: bool = True,
    rule_code: str = "check_in.strict.1",
) -> UUID:
    """A check-in that is owed, brought to `state` as the service would; gives its id."""
    duty_id = uuid5(subject_id, f"{rule_code}|{opens_at.isoformat()}")
    grace_until = due_at + grace
    judge_at = grace_until + JUDGE_DELAY
    planned_at = opens_at - timedelta(hours=72)
    steps: list[Effect] = [
        PlanDuty(
            duty_id,
            subject_id,
            DutyKind.CHECK_IN,
            Obligor.SUBJECT,
            rule_code,
            opens_at,
            opens_at,
            due_at,
            grace_until,
            judge_at,
            tree.office.id,
            tree.policy_version_id,
            planned_at,
            random=random,
            covered_until=grace_until if covered else None,
        )
    ]
    if state is not DutyState.PLANNED:
        steps.append(ChangeDuty(duty_id, DutyState.OPEN, opens_at, Reason("duty_opened"), JOB))
    if state not in {DutyState.PLANNED, DutyState.OPEN}:
        steps.append(ChangeDuty(duty_id, state, judge_at, Reason("duty_missed"), JOB))
    effects.apply(tx, [Decision(tuple(steps))])
    return duty_id


def a_check_in(recorded_at: datetime, *, check_in_id: UUID | None = None, **changes: Any) -> dict[str, Any]:
    """The body that a phone sends for a check-in at home; a change to None leaves the field out."""
    lon, lat = HOME
    body = {
        "id": str(check_in_id or uuid4()),
        "recorded_at": recorded_at.isoformat(),
        "position": {"lon": lon, "lat": lat, "accuracy_m": 20.0},
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def a_record(subject_id: UUID, happened_at: datetime, **changes: Any) -> dict[str, Any]:
    """The body that an officer sends for a check-in face to face."""
    return {
        "id": str(uuid4()),
        "subject_id": str(subject_id),
        "happened_at": happened_at.isoformat(),
        "note": "本人到司法所当面签到",
        **changes,
    }
