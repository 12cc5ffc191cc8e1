"""By which rule one duty is owed, in sentences."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from app.models.duty import Duty
from app.models.policy import PolicyVersion
from app.models.subject import Subject
from app.rules.calendar import legal_day
from app.rules.facts import Actor, DutyKind, Reason
from app.rules.wording.duty_rules import DutyRule, explained
from app.store import policies
from app.store.scope import subjects_of


def duty_rule(connection: Connection, actor: Actor, duty_id: UUID, *, now: datetime) -> tuple[str, ...]:
    """Which item or window it comes from, what brought it up, its times, the version and its source; nothing where
    the subject is not within reach. One statement, and one for a version that was never read here.
    """
    row = connection.execute(
        select(
            Duty.kind,
            Duty.rule_code,
            Duty.why,
            Duty.opens_at,
            Duty.due_at,
            Duty.policy_version_id,
            func.lower(PolicyVersion.in_force).label("in_force_from"),
        )
        .join(Subject, Subject.id == Duty.subject_id)
        .join(PolicyVersion, PolicyVersion.id == Duty.policy_version_id)
        .where(Duty.id == duty_id, subjects_of(actor))
    ).one_or_none()
    if row is None:
        return ()
    policy = policies.by_id(connection, {row.policy_version_id})[row.policy_version_id]
    why = Reason(row.why["code"], tuple(row.why["params"].items())) if row.why else None
    rule = DutyRule(DutyKind(row.kind), row.rule_code, why, row.opens_at, row.due_at, policy, row.in_force_from)
    return explained(rule, today=legal_day(now))
