"""Subjects: lists, one file, registration and changes. An identity number never stands in an address."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.actions.change_subject import change_subject
from app.actions.note_reading import note_reading
from app.actions.register_subject import register_subject
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.office.subject_bodies import (
    FindSubjectBody,
    FoundSubjectAnswer,
    RegistrationBody,
    RegistrationReceiptAnswer,
    SubjectAnswer,
    SubjectChangeBody,
    SubjectFileAnswer,
    SubjectListArgs,
    changes,
    registration,
)
from app.api.paging import next_cursor, page_of
from app.api.refusals import refusals
from app.queries import subjects as queries
from app.queries.subject_file import subject_file
from app.queries.subjects import Wanted
from app.rules.registration import Receipt

BLUEPRINT = Blueprint("office_subjects", __name__, description="矫正对象")


@BLUEPRINT.route("/subjects")
class Subjects(MethodView):
    """Subjects within reach."""

    @office("subjects.read")
    @BLUEPRINT.arguments(SubjectListArgs, location="query")
    @BLUEPRINT.response(200, page_of(SubjectAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Subjects by number; an identity number is looked for under `/subjects/find` instead."""
        wanted = Wanted(args["q"], args["status"], args["class_"], args["office_id"], args["officer_id"])
        with deps().autocommit() as connection:
            page = queries.subjects(
                connection, current_actor(), wanted, now=deps().now(), after=args["cursor"], limit=args["limit"]
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("subjects.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(RegistrationBody)
    @BLUEPRINT.response(201, RegistrationReceiptAnswer)
    @BLUEPRINT.alt_response(200, schema=RegistrationReceiptAnswer, description="Repeated: the same receipt.")
    def post(self, body: dict[str, Any]) -> tuple[Receipt, int]:
        """Register a subject; the phone sees its duties at once."""
        entered = registration(body)
        with deps().transaction() as tx:
            receipt, created = register_subject(tx, current_actor(), entered, deps().settings, now=deps().now())
        return receipt, 201 if created else 200


@BLUEPRINT.route("/subjects/find")
class Find(MethodView):
    """The search by identity number."""

    @office("subjects.read")
    @BLUEPRINT.arguments(FindSubjectBody)
    @BLUEPRINT.response(200, FoundSubjectAnswer)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """The subject with this identity number, if within reach; in a body, so that it stands in no address."""
        with deps().autocommit() as connection:
            items = queries.by_id_number(
                connection, current_actor(), body["id_number"], deps().settings, now=deps().now()
            )
        return {"items": items}


@BLUEPRINT.route("/subjects/<uuid:subject_id>")
class Subject(MethodView):
    """One subject."""

    @office("subjects.read")
    @refusals(404)
    @BLUEPRINT.response(200, SubjectFileAnswer)
    def get(self, subject_id: UUID) -> dict[str, Any]:
        """One subject's file with home and masked identity number; that it was looked at is recorded."""
        with deps().transaction() as tx:
            shown = _file(tx, subject_id)
            note_reading(tx, current_actor(), "subjects.read", subject_id, now=deps().now())
        return shown

    @office("subjects.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(SubjectChangeBody)
    @BLUEPRINT.response(200, SubjectFileAnswer)
    def patch(self, body: dict[str, Any], subject_id: UUID) -> dict[str, Any]:
        """Change what is on record; the names of the fields that changed are recorded, and that the file was shown."""
        entered, now = changes(body), deps().now()
        with deps().transaction() as tx:
            change_subject(tx, current_actor(), subject_id, entered, deps().settings, now=now)
            note_reading(tx, current_actor(), "subjects.read", subject_id, now=now)
            return _file(tx, subject_id)


def _file(connection: Any, subject_id: UUID) -> dict[str, Any]:
    now = deps().now()
    shown = subject_file(connection, current_actor(), subject_id, deps().settings, now=now)
    last = shown.last_position_at
    position = last and {
        "at": last,
        "age_s": int((now - last).total_seconds()),
        "accuracy_m": shown.last_accuracy_m,
    }
    return {**asdict(shown), "last_position": position}
