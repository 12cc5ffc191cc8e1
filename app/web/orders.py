"""Positioning orders on pages: one person's, one with its papers, what can be added; the head's monthly sheet."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.add_order_paper import ask_lift, assess_order, refuse_lift, serve_order
from app.actions.lift_order import lift_order
from app.actions.note_reading import note_reading
from app.actions.order_positioning import OrderPositioning, order_positioning
from app.queries import orders as queries
from app.queries.order_papers import order_papers
from app.queries.order_sheet import how_many_orders, order_sheet
from app.queries.zones import whose
from app.rules.access_log import Month
from app.rules.effects.orders_searches import NoticeOutcome, NoticeWay
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import Ground
from app.rules.orders import AskedLift, Assessed, Served, Term
from app.rules.wording.orders import CONSEQUENCES, DEMANDS, OUTCOMES, STATES, WAYS
from app.rules.wording.own_file import GROUNDS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, id_of, instant, optional, told, written
from app.web.guard import page, user_for
from app.web.paging import Part, cursor, next_link, skipped

LONGEST = 1000
LIMIT, SHEET_LIMIT = 20, 100


@PAGES.get("/orders/sheet")
@page("orders.sheet")
def orders_sheet() -> str:
    """The month's orders: what runs, began, ended, was lifted, what was taken, who looked. Reading it is recorded."""
    now = deps().now()
    try:
        month = Month.read(request.args.get("month", ""))
    except ValueError:
        month = Month.containing(now)
    with deps().transaction() as tx:
        rows = order_sheet(tx, user(), month, now=now, skip=skipped(), limit=SHEET_LIMIT)
        part = Part(rows, skipped(), how_many_orders(tx, user(), month), SHEET_LIMIT)
        details = {"month": str(month), "orders": len(rows)}
        note_reading(tx, user(), "orders.sheet", None, now=now, details=details)
    return render_template(
        "orders_sheet.html", here="compliance", part=part, month=month, grounds=GROUNDS, states=STATES
    )


@PAGES.get("/subjects/<uuid:subject_id>/orders")
@page("orders.read")
def subject_orders(subject_id: UUID) -> str:
    """The orders about one person, the latest first, and the form for one more."""
    return _of_subject(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/orders")
@page("orders.decide")
def decide_order(subject_id: UUID) -> Response | tuple[str, int]:
    """Approve one, or the extension of one, from the very instant of its end; the user is named as its approver."""
    ground = request.form.get("ground", "")
    try:
        if ground not in set(Ground):
            raise Refused("stale_form")
        extends = id_of("extends") if request.form.get("extends") else None
        with deps().transaction() as tx:
            term = Term(_end_of(tx, extends) if extends else instant("from_at"), instant("to_at"))
            body = hash_of(subject_id, ground, term.from_at.isoformat(), term.until.isoformat())
            command = OrderPositioning(client_id(), subject_id, Ground(ground), term, body, extends)
            order_positioning(tx, user(), command, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _of_subject(subject_id, request.form, fault), status
    return done(url_for("pages.order", order_id=command.id), "order_made")


def _end_of(connection: Any, order_id: UUID) -> datetime:
    """Where the order ends that is extended: to the second, which no form can type. Refused where nothing is left."""
    until = queries.order(connection, user(), order_id).in_force_until
    if until is None:
        raise Refused("extension_not_adjacent")
    return until


def _of_subject(subject_id: UUID, typed: Any, fault: str | None) -> str:
    with deps().autocommit() as connection:
        reader = user_for("orders.read")
        name = whose(connection, reader, subject_id)
        found = queries.orders(connection, reader, subject_id=subject_id, after=cursor(), limit=LIMIT)
    return render_template(
        "subject_orders.html",
        here="subjects",
        subject_id=subject_id,
        name=name,
        orders=found.items,
        extendable=[one for one in found.items if _runs(one)],
        more=next_link(found.next_key),
        grounds=GROUNDS,
        new_id=typed.get("id") or uuid4(),
        typed=typed,
        fault=fault,
    )


@PAGES.get("/orders/<uuid:order_id>")
@page("orders.read")
def order(order_id: UUID) -> str:
    """One order with its papers."""
    return _page(order_id, {}, None)


@PAGES.post("/orders/<uuid:order_id>/serve")
@page("orders.serve")
def serve_one_order(order_id: UUID) -> Response | tuple[str, int]:
    """The notice was served."""

    def act(tx: Any) -> None:
        way, outcome = request.form.get("way", ""), request.form.get("outcome", "")
        if way not in set(NoticeWay) or outcome not in set(NoticeOutcome):
            raise Refused("stale_form")
        at, note = instant("served_at"), optional("note", LONGEST) or ""
        body = hash_of(order_id, way, outcome, at.isoformat(), note)
        new = Served(client_id(), at, NoticeWay(way), NoticeOutcome(outcome), note, body)
        serve_order(tx, user(), order_id, new, now=deps().now())

    return _acted(order_id, act)


@PAGES.post("/orders/<uuid:order_id>/assess")
@page("orders.assess")
def assess_one_order(order_id: UUID) -> Response | tuple[str, int]:
    """Whether it is still needed, and why."""

    def act(tx: Any) -> None:
        needed = request.form.get("still_needed", "")
        if needed not in {"yes", "no"}:
            raise Refused("stale_form")
        why = written("why", LONGEST, missing="reason_needed")
        new = Assessed(client_id(), needed == "yes", why, hash_of(order_id, needed, why))
        assess_order(tx, user(), order_id, new, now=deps().now())

    return _acted(order_id, act)


@PAGES.post("/orders/<uuid:order_id>/ask-lift")
@page("orders.ask_lift")
def ask_to_lift(order_id: UUID) -> Response | tuple[str, int]:
    """Propose that it be lifted."""

    def act(tx: Any) -> None:
        why = written("why", LONGEST, missing="reason_needed")
        ask_lift(tx, user(), order_id, AskedLift(client_id(), why, hash_of(order_id, why)), now=deps().now())

    return _acted(order_id, act)


@PAGES.post("/orders/<uuid:order_id>/lift")
@page("orders.decide")
def lift_one_order(order_id: UUID) -> Response | tuple[str, int]:
    """Lift it: open requests are granted with it."""

    def act(tx: Any) -> None:
        reason = written("reason", LONGEST, missing="reason_needed")
        lift_order(tx, user(), order_id, reason=reason, lifted_at=None, now=deps().now())

    return _acted(order_id, act)


@PAGES.post("/orders/<uuid:order_id>/requests/<uuid:request_id>/refuse")
@page("orders.decide")
def refuse_to_lift(order_id: UUID, request_id: UUID) -> Response | tuple[str, int]:
    """Keep it, and say why."""

    def act(tx: Any) -> None:
        answer = written("answer", LONGEST, missing="reason_needed")
        refuse_lift(tx, user(), order_id, request_id, answer, now=deps().now())

    return _acted(order_id, act)


def _runs(order: queries.OrderView) -> bool:
    """Whether any of it is still to come."""
    return order.lifted_at is None and order.in_force_until is not None and deps().now() < order.in_force_until


def _acted(order_id: UUID, act: Any) -> Response | tuple[str, int]:
    """Do it in one transaction; what was typed stays where it is refused."""
    try:
        with deps().transaction() as tx:
            act(tx)
    except ZhifangError as error:
        fault, status = told(error)
        return _page(order_id, request.form, fault), status
    return done(url_for("pages.order", order_id=order_id), "recorded")


def _page(order_id: UUID, typed: Any, fault: str | None) -> str:
    with deps().autocommit() as connection:
        reader = user_for("orders.read")
        found = queries.order(connection, reader, order_id)
        papers = order_papers(connection, reader, order_id)
        name = whose(connection, reader, found.subject_id)
    return render_template(
        "order.html",
        here="subjects",
        order=found,
        name=name,
        papers=papers,
        runs=_runs(found),
        new_id=uuid4(),
        typed=typed,
        fault=fault,
        grounds=GROUNDS,
        ways=WAYS,
        outcomes=OUTCOMES,
        demands=DEMANDS,
        consequences=CONSEQUENCES,
    )
