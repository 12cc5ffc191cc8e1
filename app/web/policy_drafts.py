"""One draft of the policy on a page: what it would change, who wrote it, and what is to be done with it next."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Response, render_template, request, url_for

from app.actions import draft_policy as writing
from app.actions.decide_draft import approve_draft, return_draft
from app.queries import policy_drafts as queries
from app.queries.policies import yet_to_begin
from app.queries.policy_trials import trials as trials_of
from app.rules.calendar import start_of_day
from app.rules.errors import Refused, ZhifangError
from app.rules.policy import policy_from_mapping
from app.rules.policy_drafts import OPEN, WRITABLE, DraftState
from app.rules.wording.policies import STATES, STEPS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, optional, told, written
from app.web.guard import may, page, user_for
from app.web.policies import own_office, words
from app.web.policy_trials_shown import trials_shown

LONGEST_NOTE = 500
TRIED_DAYS = 30


@PAGES.post("/policies/drafts")
@page("policy_drafts.edit")
def begin_policy_draft() -> Response | tuple[str, int]:
    """Begin a draft of the own county's policy."""
    new = writing.NewDraft(client_id(), own_office(user()), hash_of("draft", request.form.get("id")))
    with deps().transaction() as tx:
        writing.begin_draft(tx, user(), new, now=deps().now())
    return done(draft_url(new.id), "draft_begun")


@PAGES.get("/policies/drafts/<uuid:draft_id>")
@page("policy_drafts.read")
def policy_draft(draft_id: UUID) -> str:
    """The draft."""
    return draft_page(draft_id, {}, None)


@PAGES.post("/policies/drafts/<uuid:draft_id>/submit")
@page("policy_drafts.edit")
def submit_policy_draft(draft_id: UUID) -> Response | tuple[str, int]:
    """Hand it in."""
    try:
        why, from_at = written("why", LONGEST_NOTE, missing="reason_needed"), _from_at()
        with deps().transaction() as tx:
            writing.submit_draft(tx, user(), draft_id, revision(), why, effective_from=from_at, now=deps().now())
    except ZhifangError as error:
        return refused(draft_id, error)
    return done(draft_url(draft_id), "draft_submitted")


@PAGES.post("/policies/drafts/<uuid:draft_id>/withdraw")
@page("policy_drafts.edit")
def withdraw_policy_draft(draft_id: UUID) -> Response | tuple[str, int]:
    """Give it up."""
    try:
        with deps().transaction() as tx:
            writing.withdraw_draft(tx, user(), draft_id, revision(), now=deps().now())
    except ZhifangError as error:
        return refused(draft_id, error)
    return done(url_for("pages.policies"), "draft_withdrawn")


@PAGES.post("/policies/drafts/<uuid:handed_in_id>/approve")
@page("policy_drafts.decide")
def approve_policy_draft(handed_in_id: UUID) -> Response | tuple[str, int]:
    """Let it take effect."""
    try:
        with deps().transaction() as tx:
            approve_draft(tx, user(), handed_in_id, revision(), now=deps().now())
    except ZhifangError as error:
        return refused(handed_in_id, error)
    return done(draft_url(handed_in_id), "draft_approved")


@PAGES.post("/policies/drafts/<uuid:handed_in_id>/return")
@page("policy_drafts.decide")
def return_policy_draft(handed_in_id: UUID) -> Response | tuple[str, int]:
    """Send it back."""
    try:
        note = written("note", LONGEST_NOTE, missing="reason_needed")
        with deps().transaction() as tx:
            return_draft(tx, user(), handed_in_id, revision(), note, now=deps().now())
    except ZhifangError as error:
        return refused(handed_in_id, error)
    return done(draft_url(handed_in_id), "draft_returned")


def draft_page(draft_id: UUID, typed: Any, fault: str | None) -> str:
    """The page of a draft, with what was typed where it was refused."""
    with deps().autocommit() as connection:
        reader = user_for("policy_drafts.read")
        draft = queries.draft(connection, reader, draft_id)
        trials = trials_of(connection, reader, draft_id)
        decided_by_somebody = queries.may_be_decided(connection, draft, now=deps().now())
        later = yet_to_begin(connection, reader, draft.head.office_id, now=deps().now())
    state = DraftState(draft.head.state)
    return render_template(
        "policy_draft.html",
        here="policies",
        draft=draft,
        head=draft.head,
        items=tuple(policy_from_mapping(draft.content).items.values()),
        states=STATES,
        steps=STEPS,
        writable=state in WRITABLE and may("policy_drafts.edit"),
        open=state in OPEN and may("policy_drafts.edit"),
        decidable=state is DraftState.SUBMITTED and may("policy_drafts.decide"),
        later=later,
        waits_for_nobody=state in OPEN and not decided_by_somebody,
        own_hand=user().id in draft.hands,
        typed=typed,
        fault=fault,
        **trials_shown(draft_id, trials),
        **words(),
    )


def draft_url(draft_id: UUID) -> str:
    """Where the page of a draft is."""
    return url_for("pages.policy_draft", draft_id=draft_id)


def revision() -> int:
    """The revision that the form showed; Refused `stale_form` for anything else."""
    given = request.form.get("revision", "")
    if not (given.isascii() and given.isdigit() and len(given) <= 6):
        raise Refused("stale_form")
    return int(given)


def _from_at() -> datetime | None:
    """The beginning of a local day, None for: when approved."""
    given = optional("from_day", 10)
    if given is None:
        return None
    try:
        return start_of_day(date.fromisoformat(given))
    except ValueError:
        raise Refused("time_needed") from None


def refused(draft_id: UUID, error: ZhifangError) -> tuple[str, int]:
    """The page of the draft with the sentence why."""
    fault, status = told(error)
    return draft_page(draft_id, request.form, fault), status
