"""The papers of orders on disk: notices served, assessments, requests to lift; and what decides on each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Row, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from app.models.duty import Duty
from app.models.order_paper import LiftRequest, OrderAssessment, OrderNotice
from app.models.position import PositioningOrder
from app.models.subject import Subject, SubjectState
from app.rules.effects.orders_searches import (
    AnswerLiftRequests,
    WriteLiftRequest,
    WriteOrderAssessment,
    WriteOrderNotice,
)
from app.rules.errors import Conflict
from app.rules.facts import Actor, DutyState
from app.rules.orders import OpenRequest, OrderFile, OwedDuty, RenewalFacts, Term
from app.store.scope import UPWARD, subjects_of

Paper = type[OrderNotice] | type[OrderAssessment] | type[LiftRequest]
NOTICE, ASSESSMENT, LIFT_REQUEST = OrderNotice, OrderAssessment, LiftRequest

HEADS = text(
    f"""
    SELECT DISTINCT o.id AS office_id, r.user_id, u.login
    FROM offices o
    JOIN offices p ON p.path = {UPWARD} AND p.level = 'county'
    JOIN user_roles r ON r.office_id = p.id AND r.role = 'county_head' AND r.held @> CAST(:now AS timestamptz)
    JOIN users u ON u.id = r.user_id AND u.disabled_at IS NULL
    WHERE o.id = ANY(:office_ids)
    ORDER BY u.login
    """  # noqa: S608  (put together from a constant)
)

# What asks for a renewal, by the duty that asks. An order that was lifted has called its duty off.
RENEWALS = text(
    """
    SELECT o.renewal_duty_id AS duty_id, o.id AS order_id, o.subject_id, s.office_id, d.policy_version_id,
           coalesce(upper(o.term), o.ordered_until) AS until,
           (SELECT a.still_needed FROM order_assessments a WHERE a.order_id = o.id
            ORDER BY a.assessed_at DESC, a.id LIMIT 1) AS assessed
    FROM positioning_orders o
    JOIN duties d ON d.id = o.renewal_duty_id
    JOIN subjects s ON s.id = o.subject_id
    WHERE o.renewal_duty_id = ANY(:duty_ids) AND o.lifted_at IS NULL AND NOT isempty(o.term)
    ORDER BY d.opens_at, o.id
    """
)


def heads(tx: Connection, office_ids: Sequence[UUID], *, now: datetime) -> Mapping[UUID, tuple[UUID, ...]]:
    """The heads of the county's department, by office; an office without one has none."""
    found: dict[UUID, tuple[UUID, ...]] = dict.fromkeys(office_ids, ())
    for row in tx.execute(HEADS, {"office_ids": list(office_ids), "now": now}):
        found[row.office_id] = (*found[row.office_id], row.user_id)
    return found


def renewals(tx: Connection, duty_ids: Sequence[UUID], *, now: datetime) -> Mapping[UUID, RenewalFacts]:
    """The order behind each duty that asks for a renewal. The caller has locked the subjects. Two queries."""
    rows = tx.execute(RENEWALS, {"duty_ids": list(duty_ids)}).mappings().all()
    told = heads(tx, sorted({row["office_id"] for row in rows}), now=now) if rows else {}
    return {row["duty_id"]: RenewalFacts(**row, heads=told[row["office_id"]]) for row in rows}


def file_of(tx: Connection, actor: Actor, order_id: UUID, *, now: datetime) -> OrderFile | None:
    """The order with what it owes and what is asked of it, under its subject's lock; None out of the actor's reach."""
    order, notice, renewal = PositioningOrder, aliased(Duty), aliased(Duty)
    row = tx.execute(
        select(
            *(order.id, order.subject_id, order.created_at, order.lifted_at, Subject.office_id),
            *(func.lower(order.term).label("low"), func.upper(order.term).label("high")),
            *(notice.id.label("notice_id"), notice.state.label("notice_state"), notice.due_at.label("notice_due")),
            *(renewal.id.label("renewal_id"), renewal.state.label("renewal_state")),
            renewal.due_at.label("renewal_due"),
        )
        .join(Subject, Subject.id == order.subject_id)
        .join(SubjectState, SubjectState.subject_id == order.subject_id)
        .outerjoin(notice, notice.id == order.notice_duty_id)
        .outerjoin(renewal, renewal.id == order.renewal_duty_id)
        .where(order.id == order_id, subjects_of(actor))
        .with_for_update(of=(SubjectState, order))
    ).one_or_none()
    if row is None:
        return None
    return OrderFile(
        id=row.id,
        subject_id=row.subject_id,
        created_at=row.created_at,
        term=Term(row.low, row.high) if row.high else None,
        lifted_at=row.lifted_at,
        notice=_owed(row, "notice"),
        renewal=_owed(row, "renewal"),
        requests=_open_requests(tx, order_id),
        heads=heads(tx, [row.office_id], now=now)[row.office_id],
    )


def _owed(row: Row[Any], name: str) -> OwedDuty | None:
    duty_id = getattr(row, f"{name}_id")
    if duty_id is None:
        return None
    return OwedDuty(duty_id, DutyState(getattr(row, f"{name}_state")), getattr(row, f"{name}_due"))


def _open_requests(tx: Connection, order_id: UUID) -> tuple[OpenRequest, ...]:
    rows = tx.execute(
        select(LiftRequest.id, LiftRequest.asked_by, LiftRequest.asked_by_kind)
        .where(LiftRequest.order_id == order_id, LiftRequest.answered_at.is_(None))
        .order_by(LiftRequest.asked_at, LiftRequest.id)
    )
    return tuple(OpenRequest(row.id, row.asked_by, row.asked_by_kind == "subject") for row in rows)


def body_hash_of(tx: Connection, paper: Paper, paper_id: UUID) -> bytes | None:
    """The fingerprint of the request that wrote this paper; None where there is none."""
    return tx.execute(select(paper.body_hash).where(paper.id == paper_id)).scalar_one_or_none()


def is_notice_of(tx: Connection, notice_id: UUID, order_id: UUID) -> bool:
    """Whether this notice was served for that order: a correction names one of the same order."""
    known = select(OrderNotice.id).where(OrderNotice.id == notice_id, OrderNotice.order_id == order_id)
    return tx.execute(known).scalar_one_or_none() is not None


def write_notices(tx: Connection, effects: Sequence[WriteOrderNotice]) -> None:
    """Write servings; Conflict `id_reused` where at this very moment somebody used the id for another order."""
    for effect in effects:
        row = {name: getattr(effect, name) for name in ("id", "order_id", "subject_id", "served_at", "served_by")}
        row |= {"way": effect.way, "outcome": effect.outcome, "note": effect.note, "corrects_id": effect.corrects_id}
        _add(tx, OrderNotice, row | {"written_at": effect.at, "body_hash": effect.body_hash})


def write_assessments(tx: Connection, effects: Sequence[WriteOrderAssessment]) -> None:
    """Write assessments; Conflict `id_reused` as above."""
    for effect in effects:
        row = {name: getattr(effect, name) for name in ("id", "order_id", "subject_id", "still_needed", "why")}
        _add(
            tx,
            OrderAssessment,
            row | {"assessed_by": effect.actor.id, "assessed_at": effect.at, "body_hash": effect.body_hash},
        )


def write_lift_requests(tx: Connection, effects: Sequence[WriteLiftRequest]) -> None:
    """Write requests to lift; Conflict `id_reused` as above."""
    for effect in effects:
        row = {name: getattr(effect, name) for name in ("id", "order_id", "subject_id", "why", "body_hash")}
        row |= {"asked_by_kind": effect.actor.kind, "asked_by": effect.actor.id, "asked_at": effect.at}
        _add(tx, LiftRequest, row)


def _add(tx: Connection, paper: Paper, row: Mapping[str, Any]) -> None:
    try:
        with tx.begin_nested():
            tx.execute(insert(paper), row)
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict("id_reused") from error


def answer_lift_requests(tx: Connection, effects: Sequence[AnswerLiftRequests]) -> None:
    """Write the head's answer to one request, or to every open one of the order; what was answered stays."""
    for effect in effects:
        statement = update(LiftRequest).where(
            LiftRequest.order_id == effect.order_id, LiftRequest.answered_at.is_(None)
        )
        if effect.request_id is not None:
            statement = statement.where(LiftRequest.id == effect.request_id)
        tx.execute(
            statement.values(
                answered_at=effect.at, answered_by=effect.actor.id, granted=effect.granted, answer=effect.answer
            )
        )
