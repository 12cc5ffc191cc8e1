"""Correction groups and plans, made by the service's own actions."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection

from app.actions.change_group import add_member
from app.actions.change_plan import decide_plan, write_plan
from app.rules.correction import MemberKind, NewMember, NewPlan
from tests.builders.users import Worker

MEASURES = ("每月走访一次", "每月参加一次学习")


def a_new_member(kind: MemberKind = MemberKind.VOLUNTEER, **changes: Any) -> NewMember:
    """A man, unless told otherwise, who has signed nothing yet."""
    member_id = changes.pop("id", None) or uuid4()
    values: dict[str, Any] = {"name": "柴志愿", "sex": "male", "body_hash": member_id.bytes, **changes}
    return NewMember(id=member_id, kind=kind, **values)


def a_member(
    tx: Connection,
    worker: Worker,
    subject_id: UUID,
    kind: MemberKind = MemberKind.VOLUNTEER,
    *,
    at: datetime,
    **changes: Any,
) -> UUID:
    new = a_new_member(kind, **changes)
    add_member(tx, worker.actor, subject_id, new, now=at)
    return new.id


def a_new_plan(plan_id: UUID | None = None, because: str | None = None) -> NewPlan:
    plan_id = plan_id or uuid4()
    return NewPlan(plan_id, plan_id.bytes, "缓刑二年", "再犯风险低", "平稳", "无", MEASURES, because)


def a_plan(
    tx: Connection,
    worker: Worker,
    subject_id: UUID,
    *,
    at: datetime,
    approved_by: Worker | None = None,
    plan_id: UUID | None = None,
    because: str | None = None,
) -> UUID:
    """A version by `worker`; one that waits unless somebody approves it."""
    new = a_new_plan(plan_id, because)
    write_plan(tx, worker.actor, subject_id, new, now=at)
    if approved_by:
        decide_plan(tx, approved_by.actor, subject_id, new.id, approved=True, note=None, now=at)
    return new.id
