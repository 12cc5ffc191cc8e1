"""What goes in and out of the audit's routes."""

from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from app.access.oversight_export import LONGEST_PURPOSE, Format
from app.api.fields import Body, Day, Instant, LocalMonth, choice, text
from app.api.paging import PageArgs
from app.queries.oversight import Asked, By
from app.rules.facts import DutyState
from app.rules.oversight import AUDITED, NOBODY, Changed, Counts, Figure, Proof, Span, SpanKind, Unit
from app.rules.wording.oversight import CLASSES

LONGEST = timedelta(days=366)
LONGEST_CODE = 40


class AskedArgs(Body):
    """Which duties: those whose last day is a local day from `from` to `to`, both included; at most a year."""

    from_day = Day(data_key="from", required=True)
    to_day = Day(data_key="to", required=True)
    office_id = fields.UUID(load_default=None, metadata={"description": "This office and those below it."})
    alone = fields.Boolean(load_default=False, metadata={"description": "That office without those below it."})
    officer_id = fields.UUID(load_default=None, metadata={"description": "Nil for duties that nobody was named for."})
    item = text(LONGEST_CODE, load_default=None)
    class_ = choice(CLASSES, data_key="class", load_default=None)

    @validates_schema
    def refuse_backwards(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a stretch that ends before it begins, or is longer than a year."""
        if data["to_day"] < data["from_day"]:
            raise ValidationError("days_reversed", "to")
        if data["to_day"] - data["from_day"] > LONGEST:
            raise ValidationError("longer_than_a_year", "to")


class AuditArgs(AskedArgs):
    """What the duties are counted by, and for `period` in which parts."""

    by = choice(By, load_default=By.OFFICE.value)
    unit = choice(Unit, load_default=None)


class AuditedDutyArgs(AskedArgs, PageArgs):
    """Which figure."""

    figure = choice(Figure, load_default=Figure.DUE.value)
    changed_since = Instant(load_default=None)


class ExportBody(AuditArgs):
    """The same as for the figures, with the form of the file and what it is for."""

    format = choice(Format, required=True)
    purpose = text(LONGEST_PURPOSE, required=True)


class SnapshotArgs(Body):
    """Which month."""

    month = LocalMonth(required=True)


FIGURES: dict[str, Any] = {figure.value: fields.Integer(required=True) for figure in Figure}
FiguresAnswer: type[Schema] = Body.from_dict(FIGURES, name="AuditFigures")
FiguresAnswer.__doc__ = "`due` is the sum of all but `unproven` and `contradicted`, which are parts of what was done."


class AuditLineAnswer(FiguresAnswer):  # type: ignore[misc, valid-type]
    """One line; of its keys that are set which it is counted by."""

    office_id = fields.UUID()
    officer_id = fields.UUID(allow_none=True)
    item = fields.String()
    class_ = fields.String(data_key="class")
    from_day = Day(data_key="from")
    to_day = Day(data_key="to")
    name = fields.String(required=True)


class StandsOutAnswer(Body):
    """Who stands out by more than chance, by which figure, and the sentence with the numbers."""

    by = choice([By.OFFICE, By.OFFICER], required=True)
    office_id = fields.UUID()
    officer_id = fields.UUID(allow_none=True)
    figure = choice(Figure, required=True)
    text = fields.String(required=True)


AuditAnswer: type[Schema] = Body.from_dict(
    {
        "as_of": Instant(required=True),
        "from": Day(required=True),
        "to": Day(required=True),
        "by": choice(By, required=True),
        "total": fields.Nested(FiguresAnswer, required=True),
        "lines": fields.List(fields.Nested(AuditLineAnswer), required=True),
        "stands_out": fields.List(fields.Nested(StandsOutAnswer), required=True),
    },
    name="Audit",
)


class AuditedDutyAnswer(Body):
    """One duty. The name of a minor is open to the assigned office alone, and so is why it was waived."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    officer_id = fields.UUID(required=True, allow_none=True)
    officer_name = fields.String(required=True, allow_none=True)
    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    kind = choice([kind.value for kind in AUDITED], required=True)
    item = fields.String(required=True)
    title = fields.String(required=True)
    rule_code = fields.String(required=True)
    policy_version_id = fields.UUID(required=True)
    class_ = fields.String(data_key="class", required=True, allow_none=True)
    state = choice(sorted(frozenset(DutyState) - {DutyState.CANCELLED}), required=True)
    proof = choice(Proof, required=True, allow_none=True)
    opens_at = Instant(required=True)
    due_at = Instant(required=True)
    fulfilled_at = Instant(required=True, allow_none=True)
    missed_at = Instant(required=True, allow_none=True)
    waive_reason = fields.String(required=True, allow_none=True)
    evidence_kind = fields.String(required=True, allow_none=True)
    evidence_id = fields.UUID(required=True, allow_none=True)


class ChangedAnswer(Body):
    """The figures as they were kept, as they are, and the difference."""

    then = fields.Nested(FiguresAnswer, required=True)
    now = fields.Nested(FiguresAnswer, required=True)
    difference = fields.Nested(FiguresAnswer, required=True)


class ChangedOfficeAnswer(ChangedAnswer):
    """Of one office."""

    office_id = fields.UUID(required=True)
    name = fields.String(required=True)


class ChangedItemAnswer(ChangedAnswer):
    """Of one item."""

    item = fields.String(required=True)


class KeptAnswer(Body):
    """One county's snapshot. `whole`: its content still has the hash that was kept with it."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    taken_at = Instant(required=True)
    content_hash = fields.String(required=True)
    whole = fields.Boolean(required=True)


class SnapshotAnswer(Body):
    """A month. `not_kept`: offices within reach of which nothing is kept; they are in none of the figures."""

    month = fields.String(required=True)
    as_of = Instant(required=True)
    not_kept = fields.Integer(required=True)
    kept = fields.List(fields.Nested(KeptAnswer), required=True)
    total = fields.Nested(ChangedAnswer, required=True)
    offices = fields.List(fields.Nested(ChangedOfficeAnswer), required=True)
    items = fields.List(fields.Nested(ChangedItemAnswer), required=True)


def asked_of(args: dict[str, Any]) -> Asked:
    """The question as the query reads it."""
    span = Span(SpanKind.FREE, args["from_day"], args["to_day"])
    alone = args["alone"] and args["office_id"] is not None
    return Asked(span, args["office_id"], args["officer_id"], args["item"], args["class_"], alone)


def opened(asked: Asked, **what: str) -> dict[str, object]:
    """What was opened, for the record of readings."""
    given = {
        "from": asked.span.from_day.isoformat(),
        "to": asked.span.to_day.isoformat(),
        "office": str(asked.office_id) if asked.office_id else None,
        "officer": str(asked.officer_id) if asked.officer_id else None,
        "alone": asked.alone or None,
        "item": asked.item,
        "class": asked.class_,
        **what,
    }
    return {name: value for name, value in given.items() if value is not None}


def figures_told(counts: Counts) -> dict[str, int]:
    """The figures by their names."""
    return dict(vars(counts))


def key_told(key: Any, by: By) -> dict[str, Any]:
    """What a line is counted by."""
    match by:
        case By.OFFICE:
            return {"office_id": key}
        case By.OFFICER:
            return {"officer_id": None if key == NOBODY else key}
        case By.ITEM:
            return {"item": key}
        case By.CLASS:
            return {"class_": key}
        case By.PERIOD:
            return {"from_day": key.from_day, "to_day": key.to_day}


def change_of(changed: Changed) -> dict[str, Any]:
    """Then, now and the difference."""
    return {
        "then": figures_told(changed.then),
        "now": figures_told(changed.now),
        "difference": figures_told(changed.difference),
    }
