"""Duties on pages: the list, one duty with its history, letting it go."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.waive_duty import waive_duty
from app.queries import duties as queries
from app.queries import waivers
from app.queries.duty_rules import duty_rule
from app.rules.duties import CHECKED_IN
from app.rules.effects.waivers import WaiverKind
from app.rules.errors import ZhifangError
from app.rules.facts import DutyKind, DutyState
from app.rules.oversight import AUDITED
from app.rules.visits.follow_ups import promised_by
from app.rules.waivers import BY_THE_WORK_RULE
from app.rules.wording import sentence
from app.rules.wording.waivers import KINDS as WAIVER_KINDS
from app.rules.wording.waivers import STATES as WAIVER_STATES
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import LOCAL, done, told, written
from app.web.guard import may, page, user_for
from app.web.paging import chosen, cursor, next_link

CHECKED_BY_PHONE = (DutyKind.SPOT_CHECK, DutyKind.LOCATION_CHECK)
LEAVE_RETURN = DutyKind.LEAVE_RETURN
OF_THE_OFFICE = (*AUDITED, DutyKind.FOLLOW_UP)
KINDS = tuple(kind.value for kind in (*OF_THE_OFFICE, DutyKind.CHECK_IN, *CHECKED_BY_PHONE, LEAVE_RETURN))
STATES = ("open", "missed", "submitted", "fulfilled", "late", "waived", "unjudged")
UNSETTLED = {DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED}
RECORDED_BY = {
    DutyKind.VISIT: "visits.record",
    DutyKind.TALK: "talks.record",
    DutyKind.VERIFICATION: "visits.record",
    DutyKind.REVIEW: "visits.record",
    DutyKind.FOLLOW_UP: "visits.record",
    **dict.fromkeys(CHECKED_IN, "check_ins.record"),
}
"""By the kind of duty: the action that writes down what fulfils it."""
LIMIT = 50
SHOWN_WAIVERS = 5
LONGEST_REASON = 500


@PAGES.get("/duties")
@page("duties.read")
def duties() -> str:
    """What is owed, by its end: visits that are open, unless the address asks for something else."""
    kind = chosen("kind", (*KINDS, DutyKind.INTAKE.value), DutyKind.VISIT.value)
    state = chosen("state", STATES, DutyState.OPEN.value)
    with deps().autocommit() as connection:
        found = queries.duties(
            connection, user(), now=deps().now(), state=state, kind=kind, after=cursor(), limit=LIMIT
        )
    return render_template(
        "duties.html",
        here="duties",
        duties=found.items,
        more=next_link(found.next_key),
        state=state,
        kind=kind,
        kinds=KINDS,
        states=STATES,
    )


@PAGES.get("/duties/<uuid:duty_id>")
@page("duties.read")
def duty(duty_id: UUID) -> str:
    """One duty with what it went through."""
    return duty_page(duty_id, {}, None)


@PAGES.post("/duties/<uuid:duty_id>/waive")
@page("duties.waive")
def waive(duty_id: UUID) -> Response | tuple[str, int]:
    """Let the duty go, with a reason."""
    try:
        reason = written("reason", LONGEST_REASON, missing="reason_needed")
        with deps().transaction() as tx:
            waiting = waive_duty(tx, user(), duty_id, reason, now=deps().now(), kind=_waiver_kind())
    except ZhifangError as error:
        fault, status = told(error)
        return duty_page(duty_id, request.form, fault), status
    return done(url_for("pages.duty", duty_id=duty_id), "waiver_asked" if waiting else "waived")


def _waiver_kind() -> WaiverKind:
    return WaiverKind.NOT_APPLICABLE if request.form.get("not_applicable") else WaiverKind.LET_GO


def duty_page(duty_id: UUID, typed: Any, fault: str | None) -> str:
    """The page of one duty, with what was typed where a form was refused."""
    now = deps().now()
    with deps().autocommit() as connection:
        reader = user_for("duties.read")
        shown = queries.duty(connection, reader, duty_id, now=now)
        rule = duty_rule(connection, reader, duty_id, now=now)
        history = queries.duty_history(connection, reader, duty_id)
        asked = waivers.waivers(connection, reader, duty_id=duty_id, limit=SHOWN_WAIVERS).items
        recordable = shown.opens_at <= now and _recordable(connection, shown, now)
    return render_template(
        "duty.html",
        here="duties",
        duty=shown,
        rule=rule,
        history=history,
        promised_by=promised_by(shown.rule_code),
        asked=asked,
        waiver_states=WAIVER_STATES,
        waiver_kinds=WAIVER_KINDS,
        typed=typed,
        fault=fault,
        recordable=recordable,
        waivable=shown.state in {*UNSETTLED, DutyState.SUBMITTED}
        and may("duties.waive")
        and not any(one.open for one in asked),
        record_id=typed.get("id") or uuid4(),
        local_now=f"{now.astimezone(LOCAL):%Y-%m-%dT%H:%M}",
        by_the_work_rule=shown.kind in BY_THE_WORK_RULE,
        say=sentence,
    )


def _recordable(connection: Any, shown: queries.DutyView, now: datetime) -> bool:
    """Whether this user may still write down what fulfils it: for visits and talks the local rule says whose it is.

    A check-in under review may be settled face to face.
    """
    kind = DutyKind(shown.kind)
    action = RECORDED_BY.get(kind)
    if action is None or not may(action):
        return False
    if kind in CHECKED_IN:
        return shown.state in {*UNSETTLED, DutyState.SUBMITTED}
    if kind is DutyKind.FOLLOW_UP:  # whoever may write something down about the person may say that it was done
        return shown.state in UNSETTLED
    return shown.state in UNSETTLED and queries.may_fulfil(connection, user_for(action), shown.id, now=now)
