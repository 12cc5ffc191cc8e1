"""Searches (查找) for people out of contact [Law 30]: opened, recorded, ended by a named officer; papers as docx."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from app.actions.note_reading import note_reading
from app.actions.search_subject import begin_search, end_search, record_entry
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.office.search_bodies import (
    PaperArgs,
    SearchAnswer,
    SearchBody,
    SearchDetailAnswer,
    SearchEndBody,
    SearchEntryBody,
    SearchListArgs,
    SearchReadArgs,
)
from app.api.paging import next_cursor, page_of
from app.api.refusals import refusals
from app.clients import papers
from app.queries import searches as queries
from app.queries.search_papers import searched
from app.rules.effects.orders_searches import EntryKind, SearchOutcome
from app.rules.facts import About
from app.rules.searches import Conclusion, NewEntry, Wanted
from app.rules.wording.papers import PaperKind, paper

BLUEPRINT = Blueprint("office_searches", __name__, description="查找")

FILE = {"type": "string", "format": "binary"}


def shown(tx: Any, search_id: UUID, reason: str | None = None) -> dict[str, Any]:
    """One search as it stands."""
    found = queries.search(tx, current_actor(), search_id, now=deps().now(), reason=reason)
    return {**asdict(found.search), **asdict(found)}


@BLUEPRINT.route("/searches")
class Searches(MethodView):
    """Searches within reach."""

    @office("searches.read")
    @refusals(422)
    @BLUEPRINT.arguments(SearchListArgs, location="query")
    @BLUEPRINT.response(200, page_of(SearchAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The last opened first; that the list was read is recorded."""
        now = deps().now()
        with deps().transaction() as tx:
            page = queries.searches(
                tx,
                current_actor(),
                now=now,
                subject_id=args["subject_id"],
                only_open=args["open"],
                after=args["cursor"],
                limit=args["limit"],
            )
            details = {"searches": [str(one.id) for one in page.items]}
            note_reading(tx, current_actor(), "searches.read", args["subject_id"], now=now, details=details)
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("searches.open")
    @refusals(404, 409)
    @BLUEPRINT.arguments(SearchBody)
    @BLUEPRINT.response(201, SearchDetailAnswer)
    @BLUEPRINT.alt_response(200, schema=SearchDetailAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Begin one: its steps are owed from now on, each by its deadline."""
        wanted = Wanted(body["id"], body["why"], body_hash())
        with deps().transaction() as tx:
            first = begin_search(tx, current_actor(), body["subject_id"], wanted, now=deps().now())
            return shown(tx, wanted.id), 201 if first else 200


@BLUEPRINT.route("/searches/<uuid:search_id>")
class OneSearch(MethodView):
    """One search."""

    @office("searches.read")
    @refusals(404, 422)
    @BLUEPRINT.arguments(SearchReadArgs, location="query")
    @BLUEPRINT.response(200, SearchDetailAnswer)
    def get(self, args: dict[str, Any], search_id: UUID) -> dict[str, Any]:
        """Who did what, what is still owed and by when; that it was read is recorded."""
        about, reason = About("search", search_id), args["reason"]
        with deps().transaction() as tx:
            found, now = shown(tx, search_id, reason), deps().now()
            note_reading(tx, current_actor(), "searches.read", found["subject_id"], now=now, about=about, reason=reason)
        return found


@BLUEPRINT.route("/searches/<uuid:search_id>/entries")
class Entries(MethodView):
    """The record of one search."""

    @office("searches.record")
    @refusals(404, 409)
    @BLUEPRINT.arguments(SearchEntryBody)
    @BLUEPRINT.response(201, SearchDetailAnswer)
    @BLUEPRINT.alt_response(200, schema=SearchDetailAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any], search_id: UUID) -> tuple[dict[str, Any], int]:
        """Add what was done and found. 403 where only the county decides: whether the police are told."""
        new = NewEntry(
            id=body["id"],
            kind=EntryKind(body["kind"]),
            happened_at=body["happened_at"],
            with_whom=body["with_whom"],
            found=body["found"],
            body_hash=body_hash(),
            photo_id=body["photo_id"],
            visit_id=body["visit_id"],
            document_no=body["document_no"],
            corrects_id=body["corrects_id"],
        )
        with deps().transaction() as tx:
            first = record_entry(tx, current_actor(), search_id, new, now=deps().now())
            return shown(tx, search_id), 201 if first else 200


@BLUEPRINT.route("/searches/<uuid:search_id>/end")
class End(MethodView):
    """The end of one search."""

    @office("searches.end")
    @refusals(404, 409)
    @BLUEPRINT.arguments(SearchEndBody)
    @BLUEPRINT.response(200, SearchDetailAnswer)
    def post(self, body: dict[str, Any], search_id: UUID) -> dict[str, Any]:
        """End it with its outcome; the caller is named with it. 脱管 is confirmed here, and nowhere by a rule."""
        ended = Conclusion(SearchOutcome(body["outcome"]), body["found_at"], body["note"])
        with deps().transaction() as tx:
            end_search(tx, current_actor(), search_id, ended, now=deps().now())
            return shown(tx, search_id)


@BLUEPRINT.route("/searches/<uuid:search_id>/paper")
class SearchPaper(MethodView):
    """A paper made of one search."""

    @office("searches.paper")
    @refusals(404, 422)
    @BLUEPRINT.arguments(PaperArgs, location="query")
    @BLUEPRINT.response(200, FILE, content_type=papers.MIMETYPE)  # type: ignore[arg-type]  # a schema of OpenAPI's own
    def get(self, args: dict[str, Any], search_id: UUID) -> Response:
        """To the police, to the procuratorate, or the record, as docx. Made anew each time, kept nowhere, recorded."""
        now, kind = deps().now(), PaperKind(args["kind"])
        with deps().transaction() as tx:
            actor = current_actor()
            found = searched(tx, actor, search_id, now=now, reason=args["reason"])
            subject_id = queries.search(tx, actor, search_id, now=now).search.subject_id
            about, details = About("search", search_id), {"paper": kind.value}
            note_reading(
                tx, actor, "searches.paper", subject_id, now=now, about=about, details=details, reason=args["reason"]
            )
        file = papers.render(paper(kind, found, now=now))
        return Response(file, mimetype=papers.MIMETYPE, headers=papers.headers(kind))
