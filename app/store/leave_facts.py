"""What decides on leave, read under the subject's lock: the person, all leave on record, and who could decide."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from app.models.area import Area
from app.models.leave import LeaveReport, LeaveRequest
from app.models.office import Office
from app.models.subject import Subject, SubjectState
from app.rules.errors import NotFound, Refused
from app.rules.facts import Actor, Channel, DutyState, Role, SubjectStatus
from app.rules.leave import LeaveKind, LeaveLevel, LeaveState
from app.rules.leave.authority import LEVEL_OF
from app.rules.leave.facts import Leave, Person
from app.rules.leave.filing import EndingPermit
from app.store import areas, ladder, policies
from app.store.scope import subjects_of

# Two months count together, and a leave of a month may reach back: what ended longer ago decides nothing any more.
LEAVES = text(
    """
    SELECT r.id, r.root_id, r.extends_id, r.kind, r.state, r.from_at, r.until, r.destinations, r.decider,
           r.entered_by, r.decided_by, r.decided_level, r.decision_reason, r.conditions, r.counts_from, r.ended_at,
           r.end_note, r.duty_id, r.told_procuratorate_at, d.state AS duty_state, d.due_at AS duty_due_at,
           d.grace_until AS duty_grace_until, w.id AS waiting_id, w.happened_at AS waiting_at
    FROM leave_requests r
    LEFT JOIN duties d ON d.id = r.duty_id
    LEFT JOIN LATERAL (
        SELECT p.id, p.happened_at FROM leave_reports p
        WHERE p.leave_id = r.id AND p.kind = 'return' AND p.confirmed_at IS NULL AND p.entered_by IS NULL
          AND r.state IN ('approved', 'revoked')
        ORDER BY p.received_at DESC, p.id LIMIT 1) w ON true
    WHERE r.subject_id = :subject_id
      AND (r.until > :now - interval '130 days' OR r.state IN ('pending', 'approved') OR r.id = :leave_id)
    ORDER BY r.from_at, r.id
    """
)


def person(
    tx: Connection, actor: Actor, subject_id: UUID, *, now: datetime, leave_id: UUID | None = None
) -> Person | None:
    """The subject with its leave, under its lock; None where the actor may not know it. Four queries."""
    row = tx.execute(
        select(Subject.status, Subject.office_id, Subject.channel, Office.code)
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .join(Office, Office.id == Subject.office_id)
        .where(Subject.id == subject_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    if row is None:
        return None
    in_force = policies.of_office(tx, row.office_id, at=now)
    found = tx.execute(LEAVES, {"subject_id": subject_id, "leave_id": leave_id, "now": now})
    return Person(
        subject_id=subject_id,
        status=SubjectStatus(row.status),
        office_id=row.office_id,
        office_code=row.code,
        channel=Channel(row.channel),
        policy_version_id=in_force.version_id,
        policy=in_force.policy,
        leaves=tuple(_leave(each) for each in found),
        deciders=deciders(tx, [row.office_id], now=now)[row.office_id],
    )


def case(tx: Connection, actor: Actor, leave_id: UUID, *, now: datetime) -> tuple[Person, Leave]:
    """A request within the actor's reach with its person, under the subject's lock; NotFound for any other."""
    subject_id = subject_of(tx, leave_id)
    found = person(tx, actor, subject_id, now=now, leave_id=leave_id) if subject_id else None
    leave = found.leave(leave_id) if found else None
    if found is None or leave is None:
        raise NotFound("not_found")
    return found, leave


def destination_names(tx: Connection, codes: Sequence[str], *, now: datetime) -> tuple[str, ...]:
    """The name of each area that somebody who lives in the unit may not leave, in the order of `codes`.

    Refused `unknown_area` for a code that names no county, district or city.
    """
    try:
        ids = areas.area_ids_of_destinations(tx, codes, now=now)
    except Refused as error:
        raise Refused(error.code, fields={"destinations": error.code}) from error
    rows = tx.execute(select(Area.id, Area.name).where(Area.id.in_(ids.values())))
    names = {row.id: row.name for row in rows}
    return tuple(names[ids[code]] for code in codes)


def subject_of(tx: Connection, leave_id: UUID) -> UUID | None:
    """Whose request it is; None where there is none."""
    return tx.execute(select(LeaveRequest.subject_id).where(LeaveRequest.id == leave_id)).scalar_one_or_none()


def body_hash_of(tx: Connection, leave_id: UUID) -> tuple[UUID, bytes] | None:
    """Whose request it is, with the fingerprint of the body that made it; None where there is none."""
    columns = (LeaveRequest.subject_id, LeaveRequest.body_hash)
    row = tx.execute(select(*columns).where(LeaveRequest.id == leave_id)).one_or_none()
    return (row.subject_id, row.body_hash) if row else None


def report_hash_of(tx: Connection, report_id: UUID) -> tuple[UUID, bytes] | None:
    """To which leave a report belongs, with its fingerprint; None where there is none."""
    columns = (LeaveReport.leave_id, LeaveReport.body_hash)
    row = tx.execute(select(*columns).where(LeaveReport.id == report_id)).one_or_none()
    return (row.leave_id, row.body_hash) if row else None


def deciders(
    tx: Connection, office_ids: Sequence[UUID], *, now: datetime
) -> Mapping[UUID, Mapping[LeaveLevel, tuple[UUID, ...]]]:
    """Who could decide for subjects of these offices, by level: those on duty, or all where nobody is."""
    found: dict[UUID, dict[LeaveLevel, list[tuple[UUID, bool]]]] = {office: defaultdict(list) for office in office_ids}
    for row in tx.execute(ladder.MEMBERS, {"office_ids": list(office_ids), "now": now}):
        if (level := LEVEL_OF.get(Role(row.role))) is not None:
            found[row.office_id][level].append((row.user_id, row.on_duty))
    return {office: {level: _on_duty(users) for level, users in levels.items()} for office, levels in found.items()}


def _on_duty(users: Sequence[tuple[UUID, bool]]) -> tuple[UUID, ...]:
    present = [user for user, on_duty in users if on_duty]
    return tuple(dict.fromkeys(present or [user for user, _ in users]))


def _leave(row: Any) -> Leave:
    return Leave(
        id=row.id,
        root_id=row.root_id,
        extends_id=row.extends_id,
        kind=LeaveKind(row.kind),
        state=LeaveState(row.state),
        from_at=row.from_at,
        until=row.until,
        destinations=tuple(row.destinations),
        decider=LeaveLevel(row.decider),
        entered_by=row.entered_by,
        decided_by=row.decided_by,
        decided_level=LeaveLevel(row.decided_level) if row.decided_level else None,
        decision_reason=row.decision_reason,
        conditions=row.conditions,
        counts_from=row.counts_from,
        ended_at=row.ended_at,
        end_note=row.end_note,
        duty_id=row.duty_id,
        duty_state=DutyState(row.duty_state) if row.duty_state else None,
        duty_due_at=row.duty_due_at,
        duty_grace_until=row.duty_grace_until,
        told_procuratorate_at=row.told_procuratorate_at,
        waiting_return=(row.waiting_id, row.waiting_at) if row.waiting_id else None,
    )


ENDING = text(
    """
    SELECT r.id, r.subject_id, r.until, s.office_id FROM leave_requests r
    JOIN subjects s ON s.id = r.subject_id
    JOIN subject_states t ON t.subject_id = s.id
    WHERE r.remind_at <= :now ORDER BY r.remind_at, r.id LIMIT :limit FOR UPDATE OF t, r SKIP LOCKED
    """
)


def ending_permits(tx: Connection, *, now: datetime, limit: int) -> list[EndingPermit]:
    """Permits of which the end should be told now, locked with their subjects; what somebody else holds is left out."""
    rows = tx.execute(ENDING, {"now": now, "limit": limit}).all()
    if not rows:
        return []
    office_ids = list({row.office_id for row in rows})
    known = deciders(tx, office_ids, now=now)
    return [
        EndingPermit(row.id, row.subject_id, row.until, known[row.office_id].get(LeaveLevel.OFFICE, ())) for row in rows
    ]


OVERDUE = text(
    """
    SELECT r.duty_id, r.id, r.until, (
        SELECT max(p.received_at) FROM leave_reports p WHERE p.leave_id = r.id AND p.kind = 'delay') AS delay_at
    FROM leave_requests r WHERE r.duty_id = ANY(:duty_ids)
    """
)


def overdue(tx: Connection, duty_ids: Sequence[UUID]) -> Mapping[UUID, tuple[UUID, datetime, datetime | None]]:
    """By return duty: the leave, its end, and when a delay was told, if it was."""
    return {row.duty_id: (row.id, row.until, row.delay_at) for row in tx.execute(OVERDUE, {"duty_ids": list(duty_ids)})}
