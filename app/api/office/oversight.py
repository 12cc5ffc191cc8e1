"""The audit for supervisors and procurators: figures by whatever is asked, the duties behind them, files."""

from typing import Any

from flask import Response
from flask.views import MethodView

from app.access.oversight_export import Export, Format, export
from app.actions.note_oversight import note_oversight
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.office.oversight_bodies import (
    AuditAnswer,
    AuditArgs,
    AuditedDutyAnswer,
    AuditedDutyArgs,
    ExportBody,
    SnapshotAnswer,
    SnapshotArgs,
    asked_of,
    change_of,
    figures_told,
    key_told,
    opened,
)
from app.api.paging import next_cursor, page_of
from app.api.refusals import refusals
from app.clients import papers, workbooks
from app.queries import snapshots
from app.queries.oversight import By, tally
from app.queries.oversight_names import items, names
from app.queries.oversight_out import standing_out
from app.queries.oversight_rows import audited_duties
from app.queries.oversight_sheets import in_order
from app.rules.access_log import Month
from app.rules.errors import NotFound
from app.rules.oversight import Figure, Unit, finest
from app.rules.wording import oversight as words

BLUEPRINT = Blueprint("office_oversight", __name__, description="任务督查")


@BLUEPRINT.route("/compliance/audit")
class Audit(MethodView):
    """The figures."""

    @office("compliance.read")
    @refusals(422)
    @BLUEPRINT.arguments(AuditArgs, location="query")
    @BLUEPRINT.response(200, AuditAnswer)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Due, in time, late, waived, missed, unjudged and open by what is asked, and of what was done the unproven.

        All figures are of one instant, `as_of`. `stands_out` compares offices and officers. What a procurator opens is
        recorded.
        """
        now, actor, asked = deps().now(), current_actor(), asked_of(args)
        by, unit = By(args["by"]), Unit(args["unit"]) if args["unit"] else finest(asked.span)
        with deps().transaction() as tx:
            kinds = list(dict.fromkeys([by, By.OFFICE, By.OFFICER]))
            found = tally(tx, actor, asked, kinds, now=now, unit=unit)
            officers, also = found.lines[By.OFFICER], found.lines[By.OFFICE]
            named = names(tx, actor, asked, officers, now=now, also=also)
            note_oversight(tx, actor, opened(asked, by=by.value), now=now)
        lines = in_order(found.lines[by], asked, by, unit, named)
        return {
            "as_of": found.as_of,
            "from": asked.span.from_day,
            "to": asked.span.to_day,
            "by": by,
            "total": figures_told(found.total),
            "lines": [{**key_told(key, by), "name": named.of(by, key, unit), **figures_told(n)} for key, n in lines],
            "stands_out": [
                {**key_told(one.key, one.by), "by": one.by, "figure": one.figure, "text": one.why}
                for one in standing_out(found, named)
            ],
        }


@BLUEPRINT.route("/compliance/audit/duties")
class AuditDuties(MethodView):
    """The duties behind a figure."""

    @office("compliance.read")
    @refusals(422)
    @BLUEPRINT.arguments(AuditedDutyArgs, location="query")
    @BLUEPRINT.response(200, page_of(AuditedDutyAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """As many as the figure says, by their end; with `changed_since` those that became known anew."""
        now, actor, asked, figure = deps().now(), current_actor(), asked_of(args), Figure(args["figure"])
        with deps().transaction() as tx:
            page = audited_duties(
                tx,
                actor,
                asked,
                figure,
                now=now,
                changed_since=args["changed_since"],
                after=args["cursor"],
                limit=args["limit"],
            )
            titles = items(tx, actor, now=now)
            note_oversight(tx, actor, opened(asked, figure=figure.value), now=now)
        rows = [
            {**vars(row), "title": titles[row.item].title if row.item in titles else words.KINDS[row.kind]}
            for row in page.items
        ]
        return {"items": rows, "next_cursor": next_cursor(page.next_key)}


@BLUEPRINT.route("/compliance/snapshots")
class Snapshots(MethodView):
    """A month as it was kept."""

    @office("compliance.read")
    @refusals(404, 422)
    @BLUEPRINT.arguments(SnapshotArgs, location="query")
    @BLUEPRINT.response(200, SnapshotAnswer)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The month's figures as they were kept, beside the same figures now; what is kept never changes."""
        now, actor, month = deps().now(), current_actor(), args["month"]
        with deps().transaction() as tx:
            found = snapshots.beside(tx, actor, month.first, now=now)
            note_oversight(tx, actor, {"snapshot": str(Month(month.first))}, now=now)
        if found is None:
            raise NotFound("no_snapshot")
        return {
            "month": str(Month(found.month)),
            "as_of": found.as_of,
            "not_kept": found.not_kept,
            "kept": [vars(kept) for kept in found.kept],
            "total": change_of(found.total),
            "offices": [
                {"office_id": key, "name": found.names.get(key, words.NO_OFFICE), **change_of(one)}
                for key, one in found.offices.items()
            ],
            "items": [{"item": key, **change_of(one)} for key, one in sorted(found.items.items())],
        }


@BLUEPRINT.route("/compliance/audit/exports")
class AuditExports(MethodView):
    """The audit as a file."""

    @office("compliance.export")
    @refusals(404, 422)
    @BLUEPRINT.arguments(ExportBody)
    @BLUEPRINT.files(workbooks.XLSX, workbooks.CSV, papers.MIMETYPE)
    def post(self, args: dict[str, Any]) -> Response:
        """Excel, CSV or a report as docx, made anew each time and kept nowhere; who took it, and what for, is recorded.

        Minors are sealed in files for everybody. Refused for more than 50,000 rows; sums go for any number.
        """
        asked = asked_of(args)
        unit = Unit(args["unit"]) if args["unit"] else finest(asked.span)
        wanted = Export(asked, By(args["by"]), unit, Format(args["format"]), args["purpose"])
        file = export(deps(), current_actor(), wanted)
        return Response(file.content, mimetype=file.mimetype, headers=file.headers)
