"""The audit as a file, with the purpose that is put on record."""

from flask import Response, request

from app.access.oversight_export import LONGEST_PURPOSE, Export, Format, export
from app.rules.errors import Refused
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import written
from app.web.guard import page
from app.web.oversight_asked import view_of


@PAGES.post("/compliance/audit/export")
@page("compliance.export")
def oversight_export() -> Response:
    """What the form's page shows, as a file."""
    view = view_of(request.form, now=deps().now())
    try:
        form = Format(request.form.get("format", ""))
    except ValueError:
        raise Refused("stale_form") from None
    purpose = written("purpose", LONGEST_PURPOSE, missing="purpose_needed")
    file = export(deps(), user(), Export(view.asked, view.by, view.unit, form, purpose))
    return Response(file.content, mimetype=file.mimetype, headers=file.headers)
