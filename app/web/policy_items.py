"""One item of the work rule in a form: its fields one by one, so that nobody has to know how the file is written."""

from copy import deepcopy
from typing import Any
from uuid import UUID

from flask import Response, render_template, request

from app.actions.draft_policy import write_draft
from app.queries import policy_drafts as queries
from app.rules.errors import Conflict, NotFound, Refused, ZhifangError
from app.rules.facts import SupervisionClass
from app.rules.policy import Item, PolicyError, Problem, Span, policy_from_mapping
from app.rules.wording.policy_items import (
    CLASSES,
    EVENTS,
    EVIDENCE,
    KINDS,
    PLACES,
    SPAN_PATTERN,
    span_in_words,
)
from app.rules.wording.spans import span_words
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import done, optional, told
from app.web.guard import page, user_for
from app.web.policy_drafts import draft_url, revision
from app.web.shown_codes import ROLES

MOST_TRIGGERS = 16
SPARE = 2
DOERS = ("aide", "officer", "county_staff", "county_head")
WAIVERS = ("officer", "county_staff", "county_head")
CALENDAR = ("festival", "before_end")
Json = dict[str, Any]


@PAGES.get("/policies/drafts/<uuid:draft_id>/item")
@page("policy_drafts.edit")
def policy_item(draft_id: UUID) -> str:
    """The form of one item, or of a new one."""
    code = request.args.get("code", "")
    content, seen = _content(draft_id)
    if code and code not in content["items"]:
        raise NotFound("not_found")
    item = policy_from_mapping(content).items[code] if code else None
    return _form(draft_id, code, _shown(item), seen)


@PAGES.post("/policies/drafts/<uuid:draft_id>/item")
@page("policy_drafts.edit")
def write_policy_item(draft_id: UUID) -> Response | tuple[str, int]:
    """Put the item into the draft, or take it out; faults are told by what they are about, and what was typed stays."""
    before, typed = request.form.get("before", ""), _typed()
    try:
        content, _ = _content(draft_id)
        changed = _without(content, before) if request.form.get("remove") else _with(content, before, typed)
        with deps().transaction() as tx:
            write_draft(tx, user(), draft_id, revision(), changed, now=deps().now())
    except PolicyError as error:
        return _form(draft_id, before, typed, request.form.get("revision"), problems=error.problems), 422
    except ZhifangError as error:
        fault, status = told(error)
        return _form(draft_id, before, typed, request.form.get("revision"), fault=fault), status
    return done(draft_url(draft_id), "draft_saved")


def _content(draft_id: UUID) -> tuple[Json, int]:
    with deps().autocommit() as connection:
        draft = queries.draft(connection, user_for("policy_drafts.read"), draft_id)
    return draft.content, draft.head.revision


def _without(content: Json, code: str) -> Json:
    changed = deepcopy(content)
    if changed["items"].pop(code, None) is None:
        raise Refused("stale_form")
    return changed


def _with(content: Json, before: str, typed: Json) -> Json:
    """The content with the item as it was typed; a code that another item has is refused."""
    changed = deepcopy(content)
    code = typed["code"]
    if code != before and code in changed["items"]:
        raise Conflict("draft_item_known")
    if before and before not in changed["items"]:
        raise Refused("stale_form")
    changed["items"].pop(before, None)
    changed["items"][code] = _written(typed)
    return changed


def _written(typed: Json) -> Json:
    """What was typed as the policy writes it; a stretch of time that cannot be read is refused."""
    item = {name: typed[name] for name in ("title", "kind", "place", "by", "waive_by", "evidence", "source")}
    item["assumed"] = bool(typed["assumed"])
    item["triggers"] = [_trigger(row) for row in typed["triggers"] if row["on"]]
    repeat = _spans(typed["repeat"])
    return {**item, "repeat": repeat} if repeat else item


def _trigger(row: Json) -> Json:
    ahead = row["on"] in CALENDAR or row["when"] == "before"
    trigger = {"on": row["on"], "before" if ahead else "due": _spans(row)}
    for name in ("opens_days", "rest_days"):
        if row["on"] in CALENDAR and row[name].isdigit() and (name == "opens_days" or row["on"] == "festival"):
            trigger[name] = int(row[name])
    return trigger


def _spans(row: Json) -> Json:
    spans = {}
    for class_ in SupervisionClass:
        words = row[class_.value]
        if not words:
            continue
        span = span_in_words(words)
        if span is None:
            raise Refused("span_unreadable", {"words": words})
        spans[class_.value] = span
    return spans


def _typed() -> Json:
    """The fields of the form as they came, in the shape in which the form shows them."""
    rows = range(MOST_TRIGGERS)
    return {
        "code": optional("code", 20) or "",
        "title": optional("title", 100) or "",
        "kind": request.form.get("kind", ""),
        "place": request.form.get("place", ""),
        "by": request.form.getlist("by"),
        "waive_by": request.form.getlist("waive_by"),
        "evidence": request.form.getlist("evidence"),
        "assumed": request.form.get("assumed"),
        "source": optional("source", 300) or "",
        "triggers": [_row(f"trigger{n}_") for n in rows if f"trigger{n}_on" in request.form],
        "repeat": _row("repeat_"),
    }


def _row(prefix: str) -> Json:
    names = ("on", "when", *SupervisionClass, "opens_days", "rest_days")
    return {name: (optional(f"{prefix}{name}", 20) or "") for name in names}


def _shown(item: Item | None) -> Json:
    """An item as the form shows it; a new one begins as a home visit by the officer."""
    if item is None:
        usual: Json = {"kind": "visit", "place": "home", "by": ["officer"], "waive_by": ["county_staff"]}
        return {"code": "", "title": "", **usual, "evidence": ["note"], "assumed": True, "source": "", "triggers": [],
                "repeat": dict.fromkeys(SupervisionClass, "")}  # fmt: skip
    return {
        **{name: getattr(item, name) for name in ("code", "title", "kind", "place", "by", "waive_by", "evidence")},
        "assumed": item.assumed,
        "source": item.source,
        "triggers": [
            {
                "on": trigger.on.value,
                "when": "before" if trigger.before else "due",
                **_words(trigger.due.of),
                "opens_days": str(trigger.opens_days) if trigger.on in CALENDAR else "",
                "rest_days": str(trigger.rest_days) if trigger.on == "festival" else "",
            }
            for trigger in item.triggers
        ],
        "repeat": _words(item.repeat.of),
    }


def _words(of: Any) -> dict[str, str]:
    spans: dict[str, Span | None] = {class_.value: of(class_) for class_ in SupervisionClass}
    return {name: span_words(span) if span else "" for name, span in spans.items()}


def _form(
    draft_id: UUID,
    before: str,
    typed: Json,
    seen: int | str | None,
    *,
    problems: tuple[Problem, ...] = (),
    fault: str | None = None,
) -> str:
    blank = dict.fromkeys(("on", "when", *SupervisionClass, "opens_days", "rest_days"), "")
    spare = min(SPARE, MOST_TRIGGERS - len(typed["triggers"]))
    return render_template(
        "policy_item.html",
        here="policies",
        draft_id=draft_id,
        before=before,
        typed=typed,
        seen=seen,
        rows=[*typed["triggers"], *[blank] * spare],
        problems=problems,
        fault=fault,
        classes=[(class_.value, word) for class_, word in CLASSES.items()],
        events=EVENTS,
        kinds=KINDS,
        places=PLACES,
        evidence_words=EVIDENCE,
        doers=[(role, ROLES[role]) for role in DOERS],
        waivers=[(role, ROLES[role]) for role in WAIVERS],
        span_pattern=SPAN_PATTERN,
    )
