"""Trying a draft of the policy from its page: asked for here, made by the worker, shown when it is done."""

from uuid import UUID

from flask import Response, render_template

from app.actions.try_policy import ask_trial
from app.queries import policy_drafts as queries
from app.queries.policy_trials import trials as trials_of
from app.rules.errors import ZhifangError
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done
from app.web.guard import page
from app.web.policy_drafts import draft_url, refused
from app.web.policy_trials_shown import TRIED_DAYS, trials_shown


@PAGES.post("/policies/drafts/<uuid:draft_id>/try")
@page("policy_drafts.try")
def try_policy_draft(draft_id: UUID) -> Response | tuple[str, int]:
    """Ask for a trial on the last thirty days: the worker makes it, and the page shows it when it is done."""
    try:
        with deps().transaction() as tx:
            ask_trial(tx, user(), draft_id, client_id(), TRIED_DAYS, now=deps().now())
    except ZhifangError as error:
        return refused(draft_id, error)
    return done(f"{draft_url(draft_id)}#trials", "draft_tried")


@PAGES.get("/policies/drafts/<uuid:draft_id>/trials")
@page("policy_drafts.read")
def policy_draft_trials(draft_id: UUID) -> str:
    """The trials alone, which the page asks for again while one is being made."""
    with deps().autocommit() as connection:
        draft = queries.draft(connection, user(), draft_id)
        trials = trials_of(connection, user(), draft_id)
    return render_template("_policy_trials.html", draft=draft, **trials_shown(draft_id, trials))
