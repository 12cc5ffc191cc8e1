"""Ordering a spot check on a page of its own, with what became of the last ones."""

from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.order_spot_check import order_spot_check
from app.queries import spot_checks as queries
from app.rules.errors import Refused, ZhifangError
from app.rules.spot_checks import Ask, SpotGround, Wanted
from app.rules.wording.spot_checks import ORDERED_AS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, optional, told, written
from app.web.guard import page, user_for

SHOWN = 5
LONGEST_REASON, LONGEST_QUESTION = 500, 200
USUAL_MINUTES = 30


@PAGES.get("/subjects/<uuid:subject_id>/spot-check")
@page("spot_checks.order")
def spot_check(subject_id: UUID) -> str:
    """The form."""
    return _form(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/spot-check")
@page("spot_checks.order")
def order_one(subject_id: UUID) -> Response | tuple[str, int]:
    """Order it; what was typed stays where it is refused."""
    try:
        wanted = _wanted(subject_id)
        with deps().transaction() as tx:
            order_spot_check(tx, user(), subject_id, wanted, now=deps().now())
            ordered = queries.spot_check(tx, user_for("spot_checks.read"), wanted.id)
    except ZhifangError as error:
        fault, status = told(error)
        return _form(subject_id, request.form, fault), status
    return done(url_for("pages.duty", duty_id=ordered.duty_id), "spot_checked")


def _wanted(subject_id: UUID) -> Wanted:
    minutes = request.form.get("limit_minutes", "")
    ground = request.form.get("ground", "")
    if ground not in set(SpotGround) or not (minutes.isascii() and minutes.isdigit() and len(minutes) <= 4):
        raise Refused("stale_form")
    reason = written("reason", LONGEST_REASON, missing="reason_needed")
    question = optional("question", LONGEST_QUESTION)
    asks = {Ask.POSITION} | ({Ask.PHOTO} if request.form.get("photo") else set())
    asks |= {Ask.ANSWER} if question else set()
    return Wanted(
        id=client_id(),
        limit_minutes=int(minutes),
        how=frozenset(asks),
        ground=SpotGround(ground),
        reason=reason,
        body_hash=hash_of(subject_id, minutes, ground, sorted(asks), question, reason),
        question=question,
    )


def _form(subject_id: UUID, typed: Any, fault: str | None) -> str:
    reader = user_for("spot_checks.read")
    with deps().autocommit() as connection:
        limits = queries.limits(connection, reader, subject_id, now=deps().now())
        last = queries.spot_checks(connection, reader, subject_id=subject_id, limit=SHOWN)
    return render_template(
        "spot_check.html",
        here="alerts",
        subject_id=subject_id,
        limits=limits,
        usual=min(max(USUAL_MINUTES, limits.least), limits.most),
        last=last.items,
        grounds=ORDERED_AS,
        order_id=typed.get("id") or uuid4(),
        typed=typed,
        fault=fault,
    )
