"""The effects of leave, written."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.errors import ExclusionViolation, UniqueViolation
from sqlalchemy import ColumnElement, Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.models.leave import LeaveReport, LeaveRequest
from app.models.photo import Photo
from app.rules.effects.leave import (
    ConfirmReturn,
    DecideLeave,
    EndLeave,
    JudgeAgain,
    PermitReminded,
    RecountLeave,
    ReportLeave,
    RequestLeave,
    TellProcuratorate,
)
from app.rules.errors import Conflict, Refused
from app.rules.leave import LeaveState
from app.rules.photos import PhotoPurpose
from app.store import rejudging


def request(tx: Connection, effects: Sequence[RequestLeave]) -> None:
    """Write requests with their proof. Conflict `id_reused` where somebody uses the id at this very moment."""
    for effect in effects:
        row = {
            "id": effect.id,
            "root_id": effect.root_id,
            "extends_id": effect.extends_id,
            "subject_id": effect.subject_id,
            "kind": effect.kind,
            "state": LeaveState.PENDING,
            "ground": effect.ground,
            "reason": effect.reason,
            "destinations": list(effect.destinations),
            "destination_names": list(effect.destination_names),
            "place": effect.place,
            "from_at": effect.from_at,
            "until": effect.until,
            "travel": effect.travel,
            "contact": effect.contact,
            "frequency": effect.frequency,
            "proof": effect.proof,
            "asked_late": effect.asked_late,
            "entered_by": effect.entered_by,
            "requested_at": effect.at,
            "body_hash": effect.body_hash,
            "days": effect.days,
            "total_days": effect.total_days,
            "decider": effect.decider,
            "report_arrival": False,
        }
        _insert_once(tx, LeaveRequest, row)
        _attach(tx, effect)


def _attach(tx: Connection, effect: RequestLeave) -> None:
    """Photos of papers belong to the request from now on. Refused `proof_unknown` for any other photo."""
    if not effect.proofs:
        return
    found = tx.execute(
        update(Photo)
        .where(Photo.subject_id == effect.subject_id, Photo.id.in_(effect.proofs), Photo.deleted_at.is_(None))
        .where(Photo.purpose == PhotoPurpose.LEAVE_PROOF, Photo.leave_id.is_(None))
        .values(
            leave_id=effect.id,
            keep_days=effect.keep_days,
            keep_until=Photo.received_at + timedelta(days=effect.keep_days),
        )
        .returning(Photo.id)
    ).all()
    if len(found) != len(set(effect.proofs)):
        raise Refused("proof_unknown", fields={"photo_ids": "proof_unknown"})


def decide(tx: Connection, effects: Sequence[DecideLeave]) -> None:
    """Write decisions. Conflict `leave_overlaps` where the database knows of leave that the rule did not."""
    for effect in effects:
        row = {
            "state": effect.state,
            "decided_at": effect.at,
            "decided_by": effect.actor.id,
            "decided_level": effect.level,
            "decision_reason": effect.reason,
            "conditions": effect.conditions,
            "report_arrival": effect.report_arrival,
            "counts_from": effect.counts_from,
            "duty_id": effect.duty_id,
            "filed_at": effect.filed_at,
            "remind_at": effect.remind_at,
            "days": effect.days,
            "total_days": effect.total_days,
        }
        try:
            with tx.begin_nested():
                tx.execute(update(LeaveRequest).where(LeaveRequest.id == effect.id).values(row))
        except IntegrityError as error:
            if not isinstance(error.orig, ExclusionViolation):
                raise
            raise Conflict("leave_overlaps") from error


def end(tx: Connection, effects: Sequence[EndLeave]) -> None:
    """Leave counts no longer than told, and of a chain no part does."""
    for effect in effects:
        own = {
            "state": effect.state,
            "ended_by": effect.actor.id if effect.actor.kind == "user" else None,
            "end_note": effect.note,
            "remind_at": None,
        }
        if effect.duty_id is not None:
            own["duty_id"] = effect.duty_id
        tx.execute(update(LeaveRequest).where(LeaveRequest.id == effect.id).values(own))
        if effect.ended_at is None:
            continue
        tx.execute(
            update(LeaveRequest)
            .where(_chain(effect), LeaveRequest.counts_from.is_not(None))
            .values(ended_at=func.least(LeaveRequest.ended_at, effect.ended_at))
        )


def _chain(effect: EndLeave) -> ColumnElement[bool]:
    if not effect.whole_chain:
        return LeaveRequest.id == effect.id
    root = select(LeaveRequest.root_id).where(LeaveRequest.id == effect.id).scalar_subquery()
    return LeaveRequest.root_id == root


def report(tx: Connection, effects: Sequence[ReportLeave]) -> None:
    """Write what was told on the way. Conflict `id_reused` where somebody uses the id at this very moment."""
    for effect in effects:
        row = {
            "id": effect.id,
            "leave_id": effect.leave_id,
            "subject_id": effect.subject_id,
            "kind": effect.kind,
            "happened_at": effect.happened_at,
            "received_at": effect.at,
            "destination": effect.destination,
            "until": effect.until,
            "note": effect.note,
            "entered_by": effect.entered_by,
            "confirmed_at": effect.at if effect.confirmed_by else None,
            "confirmed_by": effect.confirmed_by,
            "body_hash": effect.body_hash,
        }
        _insert_once(tx, LeaveReport, row)


def _insert_once(tx: Connection, table: type[LeaveRequest | LeaveReport], row: Mapping[str, object]) -> None:
    try:
        with tx.begin_nested():
            tx.execute(insert(table), dict(row))
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict("id_reused") from error


def confirm(tx: Connection, effects: Sequence[ConfirmReturn]) -> None:
    """Note whose word made a reported return stand."""
    for effect in effects:
        tx.execute(
            update(LeaveReport)
            .where(LeaveReport.id == effect.report_id)
            .values(confirmed_at=effect.at, confirmed_by=effect.actor.id)
        )


def tell_procuratorate(tx: Connection, effects: Sequence[TellProcuratorate]) -> None:
    """Note when and how the procuratorate was told."""
    for effect in effects:
        told = {
            "told_procuratorate_at": effect.told_at,
            "told_procuratorate_by": effect.actor.id,
            "told_procuratorate_note": effect.note,
        }
        tx.execute(update(LeaveRequest).where(LeaveRequest.id == effect.leave_id).values(told))


def reminded(tx: Connection, effects: Sequence[PermitReminded]) -> None:
    """The end of these permits was told."""
    ids = [effect.leave_id for effect in effects]
    tx.execute(update(LeaveRequest).where(LeaveRequest.id.in_(ids)).values(remind_at=None))


def recount(tx: Connection, effects: Sequence[RecountLeave]) -> None:
    """Write what was counted again; what somebody has decided in the meantime stays."""
    for effect in effects:
        counted = {"days": effect.days, "total_days": effect.total_days, "decider": effect.decider}
        mine = (LeaveRequest.id == effect.id, LeaveRequest.state == LeaveState.PENDING)
        tx.execute(update(LeaveRequest).where(*mine).values(counted))


def judge_again(tx: Connection, effects: Sequence[JudgeAgain]) -> None:
    """What bounds these subjects changed: their fixes since then are looked at again."""
    for effect in effects:
        rejudging.mark(tx, [effect.subject_id], effect.since)


def close(tx: Connection, subject_id: UUID, *, ended_by: UUID, now: datetime) -> None:
    """Supervision ends: nothing is asked for, granted or reminded of any more."""
    mine = LeaveRequest.subject_id == subject_id
    waiting = {"state": LeaveState.WITHDRAWN, "ended_by": ended_by}
    tx.execute(update(LeaveRequest).where(mine, LeaveRequest.state == LeaveState.PENDING).values(waiting))
    over = {"state": LeaveState.ENDED, "ended_at": func.least(LeaveRequest.ended_at, now), "remind_at": None}
    running = LeaveRequest.state.in_((LeaveState.APPROVED, LeaveState.EXTENDED))
    tx.execute(update(LeaveRequest).where(mine, running).values(**over, ended_by=ended_by))
