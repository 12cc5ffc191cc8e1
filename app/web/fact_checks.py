"""The form by which an item of 四知道 is verified, and what it sends."""

from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.note_reading import note_reading
from app.actions.record_facts import record_facts
from app.queries.known_fact_views import FieldShown, ItemShown, Knowledge
from app.queries.known_facts import known_facts
from app.rules.effects.known_facts import How, Source
from app.rules.errors import Conflict, Refused, ZhifangError
from app.rules.known_facts import BY_CODE, Form, KnownItem, NewCheck, Told
from app.rules.wording.known_facts import ITEMS, SOURCES, STANDINGS, VALUES, WAYS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import LOCAL, client_id, done, hash_of, id_of, instant, optional, told
from app.web.guard import page, user_for
from app.web.paging import chosen
from app.web.shown_codes import FACT_TONES

LONGEST, LONGEST_NAME = 500, 100
WAYS_OFFERED = {code: word for code, word in WAYS.items() if code != How.PHONE_REPORT}


@PAGES.get("/subjects/<uuid:subject_id>/facts/check")
@page("facts.record")
def check_facts(subject_id: UUID) -> str:
    """The form by which one item is verified."""
    return _form(subject_id, chosen("item", tuple(KnownItem), KnownItem.IDENTITY.value), {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/facts/check")
@page("facts.record")
def keep_check(subject_id: UUID) -> Response | tuple[str, int]:
    """Keep what was verified or learned; what was typed stays where it is refused."""
    item = request.form.get("item", "")
    try:
        if item not in set(KnownItem):
            raise Refused("stale_form")
        now = deps().now()
        with deps().transaction() as tx:
            known = known_facts(tx, user(), subject_id, now=now, opened=True)
            record_facts(tx, user(), subject_id, _check(subject_id, known, item), now=now)
    except ZhifangError as error:
        fault, status = told(error)
        return _form(subject_id, item if item in set(KnownItem) else None, request.form, fault), status
    return done(url_for("pages.facts", subject_id=subject_id), "facts_kept")


def _form(subject_id: UUID, item: str | None, typed: Any, fault: str | None) -> str:
    now = deps().now()
    wanted = item or KnownItem.IDENTITY.value
    with deps().transaction() as tx:
        reader = user_for("facts.read")
        shown = known_facts(tx, reader, subject_id, now=now)
        note_reading(tx, reader, "facts.read", subject_id, now=now)
    return render_template(
        "facts_check.html",
        here="subjects",
        known=shown,
        item=_item(shown, wanted),
        items=ITEMS,
        values=VALUES,
        sources=SOURCES,
        ways=WAYS_OFFERED,
        standings=STANDINGS,
        tones=FACT_TONES,
        typed=typed,
        fault=fault,
        new_id=typed.get("id") or uuid4(),
        local_now=f"{now.astimezone(LOCAL):%Y-%m-%dT%H:%M}",
        words={code for code, field in BY_CODE.items() if field.words},
    )


def _item(shown: Knowledge, code: str) -> ItemShown:
    return next(item for item in shown.items if item.code == code)


def _check(subject_id: UUID, known: Knowledge, item: str) -> NewCheck:
    source, how = request.form.get("source", ""), request.form.get("how", "")
    if source not in set(Source) or how not in WAYS_OFFERED:
        raise Refused("stale_form")
    typed = sorted(pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token")
    return NewCheck(
        id=client_id(),
        happened_at=instant("happened_at"),
        source=Source(source),
        how=How(how),
        told=tuple(each for field in _item(known, item).fields for each in _told(field)),
        body_hash=hash_of(subject_id, typed),
        said_by=optional("said_by", LONGEST_NAME),
        note=optional("note", LONGEST),
        settle=optional("settle", LONGEST),
    )


def _told(field: FieldShown) -> list[Told]:
    """What the form says of one field: nothing where it was left alone."""
    value, same = optional(f"value_{field.code}", LONGEST), f"same_{field.code}" in request.form
    note = optional(f"note_{field.code}", LONGEST)
    match field.form:
        case Form.HELD:
            return [Told(field.code, held=id_of(f"held_{field.code}"))] if same else []
        case Form.CONTACT:
            tests = ((contact.key, request.form.get(f"contact_{contact.key}")) for contact in field.contacts)
            return [Told(field.code, answer, key) for key, answer in tests if answer]
        case _:
            if same and not value and optional(f"seen_{field.code}", LONGEST) != (field.value or "").strip():
                raise Conflict("file_changed")  # nobody answers for what they did not see
            said = value or (field.value if same else None)
            return [Told(field.code, said, note=note)] if said else []
