"""四知道 of one person on pages: what is known, stale, missing or told in two ways; checking an item; settling."""

from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.note_reading import note_reading
from app.actions.record_facts import settle_fact
from app.actions.reveal_facts import reveal_facts
from app.queries.contradictions import contradictions
from app.queries.known_fact_history import history
from app.queries.known_fact_views import Knowledge
from app.queries.known_facts import known_facts
from app.rules.errors import Refused, ZhifangError
from app.rules.known_facts import BY_CODE, Settlement
from app.rules.wording.known_facts import FIELDS, STANDINGS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, id_of, told, written
from app.web.guard import page, user_for
from app.web.paging import chosen, cursor, next_link
from app.web.shown_codes import FACT_TONES

LONGEST = 500
LIMIT = 50


@PAGES.get("/subjects/<uuid:subject_id>/facts")
@page("facts.read")
def facts(subject_id: UUID) -> str:
    """All four items. That they were looked at is recorded."""
    return _page(subject_id, None)


@PAGES.get("/facts/contradictions")
@page("facts.read")
def told_in_two_ways() -> str:
    """People within reach of whom sources say different things; what they say is read at each person."""
    with deps().autocommit() as connection:
        found = contradictions(connection, user(), after=cursor(), limit=LIMIT)
    return render_template("contradictions.html", here="subjects", people=found.items, more=next_link(found.next_key))


@PAGES.post("/subjects/<uuid:subject_id>/facts/reveal")
@page("facts.reveal")
def reveal_sealed(subject_id: UUID) -> str | tuple[str, int]:
    """The same with what is sealed, on the answer to this one form; recorded with its reason."""
    try:
        reason = written("reason", LONGEST, missing="reason_needed")
        with deps().transaction() as tx:
            reveal_facts(tx, user(), subject_id, reason, now=deps().now())
            shown = known_facts(tx, user(), subject_id, now=deps().now(), opened=True)
    except ZhifangError as error:
        fault, status = told(error)
        return _page(subject_id, fault), status
    return _rendered(shown, None)


@PAGES.post("/subjects/<uuid:subject_id>/facts/settle")
@page("facts.settle")
def settle(subject_id: UUID) -> Response | tuple[str, int]:
    """An officer's decision which of several statements counts."""
    try:
        field = request.form.get("field", "")
        if field not in BY_CODE:
            raise Refused("stale_form")
        settlement = Settlement(
            id=client_id(),
            field=field,
            chosen=id_of("chosen"),
            reason=written("reason", LONGEST, missing="reason_needed"),
            body_hash=hash_of(subject_id, sorted(request.form.items())),
        )
        with deps().transaction() as tx:
            settle_fact(tx, user(), subject_id, settlement, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _page(subject_id, fault), status
    return done(url_for("pages.facts", subject_id=subject_id), "fact_settled")


@PAGES.get("/subjects/<uuid:subject_id>/facts/history")
@page("facts.read")
def fact_history(subject_id: UUID) -> str:
    """Every statement that was ever kept, the last written first."""
    field, now = chosen("field", tuple(BY_CODE)), deps().now()
    with deps().transaction() as tx:
        name = known_facts(tx, user(), subject_id, now=now).subject_name
        found = history(tx, user(), subject_id, field=field, after=cursor(), limit=LIMIT)
        note_reading(tx, user(), "facts.read", subject_id, now=now)
    return render_template(
        "fact_history.html",
        here="subjects",
        subject_id=subject_id,
        name=name,
        field=field,
        fields=FIELDS,
        kept=found.items,
        more=next_link(found.next_key),
    )


def _page(subject_id: UUID, fault: str | None) -> str:
    reader, now = user_for("facts.read"), deps().now()
    with deps().transaction() as tx:
        shown = known_facts(tx, reader, subject_id, now=now)
        note_reading(tx, reader, "facts.read", subject_id, now=now)
    return _rendered(shown, fault)


def _rendered(shown: Knowledge, fault: str | None) -> str:
    return render_template(
        "facts.html",
        here="subjects",
        known=shown,
        fault=fault,
        standings=STANDINGS,
        tones=FACT_TONES,
        new_id=uuid4,
    )
