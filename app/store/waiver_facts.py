"""What decides on letting a duty go, read under the subject's lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from app.models.duty import Duty
from app.models.subject import Subject
from app.models.waiver import Waiver
from app.rules.effects.waivers import WaiverKind, WaiverState
from app.rules.errors import NotFound
from app.rules.facts import Actor, DutyKind, DutyState, Role, SupervisionClass
from app.rules.visits import roles_reaching
from app.rules.waivers import Waiting, WaiverFacts
from app.rules.wording.duties import TITLES
from app.store import ladder, policies, states
from app.store.scope import subjects_of

DUTY = text(
    """
    SELECT d.subject_id, d.kind, d.state, d.rule_code, d.policy_version_id, s.office_id, o.path,
           coalesce(
               (SELECT p.class FROM class_periods p WHERE p.subject_id = s.id
                AND p.period @> least(d.opens_at, CAST(:now AS timestamptz)) LIMIT 1), s.class) AS class_name
    FROM duties d JOIN subjects s ON s.id = d.subject_id JOIN offices o ON o.id = s.office_id
    WHERE d.id = :duty_id
    """
)


def facts(tx: Connection, actor: Actor, duty_id: UUID, *, now: datetime) -> WaiverFacts:
    """What decides on letting a duty go, under its subject's lock; NotFound for one about nobody within reach."""
    reached = select(Duty.subject_id).join(Subject, Subject.id == Duty.subject_id)
    subject_id = tx.execute(reached.where(Duty.id == duty_id, subjects_of(actor))).scalar_one_or_none()
    if subject_id is None:
        raise NotFound("not_found")
    states.lock(tx, [subject_id])
    row = tx.execute(DUTY, {"duty_id": duty_id, "now": now}).one()
    item = policies.by_id(tx, [row.policy_version_id])[row.policy_version_id].item(row.rule_code)
    return WaiverFacts(
        duty_id=duty_id,
        subject_id=subject_id,
        kind=DutyKind(row.kind),
        state=DutyState(row.state),
        title=item.title if item else TITLES[row.kind],
        roles=roles_reaching(actor.grants, row.path),
        waive_by=item.waive_by if item else (),
        class_=SupervisionClass(row.class_name) if row.class_name else None,
        county=_county(tx, row.office_id, now),
        waiting=_waiting(tx, duty_id),
    )


def _waiting(tx: Connection, duty_id: UUID) -> Waiting | None:
    wanted = (Waiver.duty_id == duty_id, Waiver.state == WaiverState.WAITING)
    row = tx.execute(select(Waiver.id, Waiver.kind, Waiver.reason, Waiver.asked_by).where(*wanted)).one_or_none()
    return Waiting(row.id, WaiverKind(row.kind), row.reason, row.asked_by) if row else None


def _county(tx: Connection, office_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """Who could confirm at the county: those on duty, or all where nobody is."""
    rows: Sequence[Any] = tx.execute(ladder.MEMBERS, {"office_ids": [office_id], "now": now}).all()
    found = [row for row in rows if row.role in {Role.COUNTY_STAFF, Role.COUNTY_HEAD}]
    present = [row for row in found if row.on_duty]
    return tuple(dict.fromkeys(row.user_id for row in present or found))
