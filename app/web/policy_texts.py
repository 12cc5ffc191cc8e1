"""A draft of the policy as text, for those who know how the file is written."""

from uuid import UUID

from flask import Response, render_template, request

from app.actions.draft_policy import write_draft
from app.queries import policy_drafts as queries
from app.rules.errors import ZhifangError
from app.rules.policy import PolicyError, Problem
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import done, told
from app.web.guard import page, user_for
from app.web.policy_drafts import draft_url, revision


@PAGES.get("/policies/drafts/<uuid:draft_id>/text")
@page("policy_drafts.edit")
def policy_draft_text(draft_id: UUID) -> str:
    """The draft as TOML, for those who know it."""
    return _text_page(draft_id, None, ())


@PAGES.post("/policies/drafts/<uuid:draft_id>/text")
@page("policy_drafts.edit")
def write_policy_draft_text(draft_id: UUID) -> Response | tuple[str, int]:
    """Keep the text; where it is no policy every fault is told with its line, and what was typed stays."""
    typed = request.form.get("text", "").replace("\r\n", "\n")
    try:
        with deps().transaction() as tx:
            write_draft(tx, user(), draft_id, revision(), typed, now=deps().now())
    except PolicyError as error:
        return _text_page(draft_id, typed, error.problems), 422
    except ZhifangError as error:
        fault, status = told(error)
        return _text_page(draft_id, typed, (), fault), status
    return done(draft_url(draft_id), "draft_saved")


def _text_page(draft_id: UUID, typed: str | None, problems: tuple[Problem, ...], fault: str | None = None) -> str:
    with deps().autocommit() as connection:
        draft = queries.draft(connection, user_for("policy_drafts.read"), draft_id)
    return render_template(
        "policy_text.html",
        here="policies",
        draft=draft,
        head=draft.head,
        text=draft.text if typed is None else typed,
        seen=request.form.get("revision") or draft.head.revision,
        problems=problems,
        fault=fault,
    )
