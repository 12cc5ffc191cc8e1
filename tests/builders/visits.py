"""Visits and talks as officers write them, and duties of any office in any state."""

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from sqlalchemy import Connection

from app.actions.set_visit_point import set_visit_point
from app.rules.effects import ChangeDuty, Decision, Effect, PlanDuty
from app.rules.facts import JOB, DutyKind, DutyState, Fix, GivenPlace, Obligor, Reason
from app.rules.offices import Site
from app.rules.policy.items import Place
from app.rules.schedule import JUDGE_DELAY
from app.rules.visit_points import NewPoint
from app.rules.visits import NewRecord
from app.store import effects
from tests.builders.numbers import Numbers
from tests.builders.offices import Tree
from tests.builders.users import Worker

_numbers = Numbers()

DOOR = (118.6275, 28.738)
"""Lon and lat some fifty metres from JIANGSHAN_HOME of `tests.builders.subjects`."""


def a_new_record(
    subject_id: UUID,
    happened_at: datetime,
    *items: str,
    kind: DutyKind = DutyKind.VISIT,
    fix: Fix | None = None,
    record_id: UUID | None = None,
    body: bytes = b"body",
    corrects_id: UUID | None = None,
    ended_at: datetime | None = None,
) -> NewRecord:
    """What an officer enters, for the action."""
    return NewRecord(
        id=record_id or uuid5(NAMESPACE_URL, f"test:record:{next(_numbers)}"),
        kind=kind,
        subject_id=subject_id,
        items=items or (("访1",) if kind is DutyKind.VISIT else ("谈1",)),
        happened_at=happened_at,
        note="在家中见到本人,情况稳定",
        body_hash=body,
        ended_at=ended_at,
        fix=fix,
        met="本人与母亲",
        corrects_id=corrects_id,
    )


def a_body(subject_id: UUID, happened_at: datetime, *items: str, **changes: Any) -> dict[str, Any]:
    """What an officer's app sends; a change to None leaves the field out."""
    body = {
        "id": str(uuid4()),
        "subject_id": str(subject_id),
        "items": list(items or ("访1",)),
        "happened_at": happened_at.isoformat(),
        "note": "在家中见到本人,情况稳定",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def owed(
    tx: Connection,
    tree: Tree,
    office: Site,
    subject_id: UUID,
    item: str,
    due_at: datetime,
    *,
    state: DutyState = DutyState.OPEN,
    opens_at: datetime | None = None,
) -> UUID:
    """A duty of `office` or its subject, by its code in the office table, brought to `state`; gives the id."""
    kind = {"访1": DutyKind.VISIT, "谈1": DutyKind.TALK}.get(item) or DutyKind(item)
    rule_code = item if kind in {DutyKind.VISIT, DutyKind.TALK} else f"{item}.strict.1"
    opens = opens_at or due_at - timedelta(hours=1)
    duty_id = uuid5(subject_id, f"{rule_code}|{opens.isoformat()}|{due_at.isoformat()}")
    steps: list[Effect] = [
        PlanDuty(
            id=duty_id,
            subject_id=subject_id,
            kind=kind,
            obligor=Obligor.OFFICE if rule_code == item else Obligor.SUBJECT,
            rule_code=rule_code,
            slot_start=opens,
            opens_at=opens,
            due_at=due_at,
            grace_until=due_at,
            judge_at=due_at + JUDGE_DELAY,
            office_id=office.id,
            policy_version_id=tree.policy_version_id,
            at=opens,
        )
    ]
    if state is not DutyState.PLANNED:
        steps.append(ChangeDuty(duty_id, DutyState.OPEN, opens, Reason("duty_opened"), JOB))
    if state not in {DutyState.PLANNED, DutyState.OPEN}:
        steps.append(ChangeDuty(duty_id, state, due_at + JUDGE_DELAY, Reason("duty_missed"), JOB))
    effects.apply(tx, [Decision(tuple(steps))])
    return duty_id


def a_new_point(subject_id: UUID, place: Place = Place.WORKPLACE) -> NewPoint:
    """Where somebody works, as an officer enters it."""
    given = GivenPlace(*DOOR, *DOOR, "wgs84")
    return NewPoint(uuid5(NAMESPACE_URL, f"test:point:{next(_numbers)}"), None, subject_id, place, "竹编厂", given, b"")


def a_point(tx: Connection, officer: Worker, subject_id: UUID, *, at: datetime) -> UUID:
    """Such a point, set at `at`; gives its id."""
    new = a_new_point(subject_id)
    set_visit_point(tx, officer.actor, new, now=at)
    return new.id
