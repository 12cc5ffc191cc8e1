"""The correction group and the plan of one person on pages, and the list of those who still lack one."""

from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.change_group import add_member, end_member, note_letter
from app.actions.change_plan import decide_plan, review_plan, write_plan
from app.actions.note_reading import note_reading
from app.queries import correction as queries
from app.queries import correction_gaps
from app.rules.correction import Leaving, Letter, MemberKind, NewMember, NewPlan, NewReview
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import DutyKind
from app.rules.wording import correction as words
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, instant, optional, told, written
from app.web.guard import may, page, user_for
from app.web.paging import chosen, cursor, next_link

LIMIT = 50
LONGEST_NAME, LONGEST_PHONE, LONGEST_REASON, LONGEST_PART = 50, 30, 500, 2000
LONGEST_MEASURE, MOST_MEASURES = 500, 30
LONGEST_TEXT = 100_000
"""More than any page takes: what is too long is refused with a word, and never cut in silence."""
PARTS = ("basic_facts", "assessment", "state_of_mind", "special_matters")


@PAGES.get("/subjects/<uuid:subject_id>/group")
@page("correction.read")
def group(subject_id: UUID) -> str:
    """Who helps with this person's correction, and who is lacking."""
    return _group(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/group/members")
@page("correction.change")
def add_group_member(subject_id: UUID) -> Response | tuple[str, int]:
    """Somebody joins; what was typed stays where it is refused."""
    try:
        with deps().transaction() as tx:
            add_member(tx, user(), subject_id, _member(subject_id), now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _group(subject_id, request.form, fault), status
    return done(url_for("pages.group", subject_id=subject_id), "member_added")


@PAGES.post("/subjects/<uuid:subject_id>/group/members/<uuid:member_id>/end")
@page("correction.change")
def end_group_member(subject_id: UUID, member_id: UUID) -> Response | tuple[str, int]:
    """A member leaves."""
    try:
        leaving = Leaving(member_id, written("reason", LONGEST_REASON, missing="reason_needed"))
        with deps().transaction() as tx:
            end_member(tx, user(), subject_id, leaving, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _group(subject_id, {}, fault), status
    return done(url_for("pages.group", subject_id=subject_id), "member_ended")


@PAGES.post("/subjects/<uuid:subject_id>/group/members/<uuid:member_id>/letter")
@page("correction.change")
def sign_group_letter(subject_id: UUID, member_id: UUID) -> Response | tuple[str, int]:
    """A member signed the 矫正责任书."""
    try:
        with deps().transaction() as tx:
            note_letter(tx, user(), subject_id, Letter(member_id), now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _group(subject_id, {}, fault), status
    return done(url_for("pages.group", subject_id=subject_id), "letter_noted")


def _member(subject_id: UUID) -> NewMember:
    kind, sex = request.form.get("kind", ""), request.form.get("sex") or None
    if kind not in set(MemberKind) or sex not in {None, *words.SEXES}:
        raise Refused("stale_form")
    name = written("name", LONGEST_NAME, missing="name_needed")
    phone = optional("phone", LONGEST_PHONE)
    ticked = {one: bool(request.form.get(one)) for one in ("knows_minors", "guardian", "signed")}
    now = deps().now()
    return NewMember(
        id=client_id(),
        kind=MemberKind(kind),
        name=name,
        sex=sex,
        phone=phone,
        knows_minors=ticked["knows_minors"],
        guardian=ticked["guardian"],
        from_at=instant("from_at") if request.form.get("from_at") else None,
        letter_at=now if ticked["signed"] and kind != MemberKind.JUSTICE_OFFICE else None,
        body_hash=hash_of(subject_id, kind, name, sex, phone, sorted(ticked.items()), request.form.get("from_at")),
    )


def _group(subject_id: UUID, typed: Any, fault: str | None) -> str:
    now = deps().now()
    with deps().transaction() as tx:
        reader = user_for("correction.read")
        found = queries.group(tx, reader, subject_id, now=now)
        note_reading(tx, reader, "groups.read", subject_id, now=now)
    return render_template(
        "group.html",
        here="subjects",
        group=found,
        whose=found.whose,
        kinds=words.KINDS,
        sexes=words.SEXES,
        needs=words.NEEDS,
        unknown=words.UNKNOWN,
        why=words.WHY,
        answers=words.COMPLETENESS,
        rules=words.RULES,
        new_id=typed.get("id") or uuid4(),
        typed=typed,
        fault=fault,
    )


@PAGES.get("/subjects/<uuid:subject_id>/plan")
@page("correction.read")
def plan(subject_id: UUID) -> str:
    """The plan in force, the version that waits, and all versions before."""
    return _plan(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/plan")
@page("correction.change")
def write_one_plan(subject_id: UUID) -> Response | tuple[str, int]:
    """Write the next version."""
    try:
        with deps().transaction() as tx:
            write_plan(tx, user(), subject_id, _new_plan(subject_id), now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _plan(subject_id, request.form, fault), status
    return done(url_for("pages.plan", subject_id=subject_id), "plan_written")


@PAGES.post("/subjects/<uuid:subject_id>/plan/<uuid:plan_id>/decision")
@page("correction.approve")
def decide_one_plan(subject_id: UUID, plan_id: UUID) -> Response | tuple[str, int]:
    """Approve the version that waits, or give it back."""
    answer = request.form.get("answer", "")
    try:
        if answer not in {"approve", "give_back"}:
            raise Refused("stale_form")
        approved, note = answer == "approve", optional("note", LONGEST_REASON)
        with deps().transaction() as tx:
            decide_plan(tx, user(), subject_id, plan_id, approved=approved, note=note, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _plan(subject_id, {}, fault), status
    return done(url_for("pages.plan", subject_id=subject_id), "plan_approved" if approved else "plan_given_back")


@PAGES.post("/subjects/<uuid:subject_id>/plan/reviews")
@page("correction.change")
def review_one_plan(subject_id: UUID) -> Response | tuple[str, int]:
    """The plan in force stays as it is."""
    try:
        note = written("note", LONGEST_REASON, missing="note_needed")
        new = NewReview(client_id(), hash_of(subject_id, note), note)
        with deps().transaction() as tx:
            review_plan(tx, user(), subject_id, new, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _plan(subject_id, {}, fault), status
    return done(url_for("pages.plan", subject_id=subject_id), "plan_reviewed")


def _new_plan(subject_id: UUID) -> NewPlan:
    parts = {name: written(name, LONGEST_PART, missing="plan_part_needed") for name in PARTS}
    lines = written("measures", LONGEST_TEXT, missing="measure_needed").splitlines()
    measures = tuple(line.strip() for line in lines if line.strip())
    if len(measures) > MOST_MEASURES or any(len(line) > LONGEST_MEASURE for line in measures):
        raise Refused("measures_too_long", {"lines": str(MOST_MEASURES), "characters": str(LONGEST_MEASURE)})
    because = optional("because", LONGEST_REASON)
    return NewPlan(
        id=client_id(),
        **parts,
        measures=measures,
        because=because,
        body_hash=hash_of(subject_id, sorted(parts.items()), measures, because),
    )


def _plan(subject_id: UUID, typed: Any, fault: str | None) -> str:
    now = deps().now()
    with deps().transaction() as tx:
        reader = user_for("correction.read")
        found = queries.plan(tx, reader, subject_id)
        note_reading(tx, reader, "plans.read", subject_id, now=now)
    waiting = found.waiting
    return render_template(
        "plan.html",
        here="subjects",
        plan=found,
        whose=found.whose,
        before=found.versions[0] if found.versions else None,
        decides=waiting is not None and may("correction.approve") and waiting.made_by != user().id,
        states=words.PLAN_STATES,
        rules=words.RULES,
        new_id=typed.get("id") or uuid4(),
        review_id=uuid4(),
        typed=typed,
        fault=fault,
    )


@PAGES.get("/correction-gaps")
@page("correction.read")
def gaps() -> str:
    """Who within reach still lacks a group or a plan, the longest due first."""
    kind = chosen("kind", (DutyKind.CORRECTION_GROUP.value, DutyKind.CORRECTION_PLAN.value))
    wanted = DutyKind(kind) if kind else None
    with deps().autocommit() as connection:
        found = correction_gaps.gaps(connection, user(), now=deps().now(), kind=wanted, after=cursor(), limit=LIMIT)
    return render_template(
        "correction_gaps.html",
        here="duties",
        gaps=found.items,
        more=next_link(found.next_key),
        kind=kind,
        needs=words.NEEDS,
        unknown=words.UNKNOWN,
        rules=words.RULES,
    )
