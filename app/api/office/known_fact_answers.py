"""What is answered about 四知道."""

from marshmallow import fields

from app.api.fields import Body, Instant, choice
from app.rules.effects.known_facts import How, Source
from app.rules.known_facts import BY_CODE, Form, KnownItem, Standing


class StatementAnswer(Body):
    """One live statement. Values are null where they are sealed; `id` is null for one that stands in a record."""

    id = fields.UUID(required=True, allow_none=True)
    value = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    source = choice(Source, required=True)
    said_by = fields.String(required=True, allow_none=True)
    how = choice(How, required=True)
    learned_at = Instant(required=True)
    verified_at = Instant(required=True, allow_none=True)
    verified_by_name = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    settles = fields.Boolean(required=True, metadata={"description": "An officer decided between statements."})
    evidence_kind = fields.String(required=True, allow_none=True)
    evidence_id = fields.UUID(required=True, allow_none=True)


class ContactTestAnswer(Body):
    """A contact and its last test. `reached` is null where none was made."""

    key = fields.UUID(required=True)
    name = fields.String(required=True, allow_none=True)
    relation = fields.String(required=True)
    reached = fields.Boolean(required=True, allow_none=True)
    tested_at = Instant(required=True, allow_none=True)
    tested_by_name = fields.String(required=True, allow_none=True)


class FactAnswer(Body):
    """One field as it stands."""

    code = choice(BY_CODE, required=True)
    title = fields.String(required=True)
    form = choice(Form, required=True)
    standing = choice(Standing, required=True)
    needed = fields.Boolean(required=True, metadata={"description": "The item is not known without it."})
    sealed = fields.Boolean(required=True, metadata={"description": "Shown for a reason only: see /facts/reveal."})
    value = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    verified_at = Instant(required=True, allow_none=True)
    verified_by_name = fields.String(required=True, allow_none=True)
    fresh_until = Instant(
        required=True, allow_none=True, metadata={"description": "Null where the policy does not repeat the item."}
    )
    changed = fields.Boolean(required=True, metadata={"description": "The file has changed since it was verified."})
    held = fields.UUID(required=True, allow_none=True)
    statements = fields.List(fields.Nested(StatementAnswer), required=True)
    contacts = fields.List(fields.Nested(ContactTestAnswer), required=True)


class KnownItemAnswer(Body):
    """One of the four items: its worst standing, its needed fields by standing, its fields."""

    code = choice(KnownItem, required=True)
    title = fields.String(required=True)
    standing = choice(Standing, required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    fields_ = fields.List(fields.Nested(FactAnswer), required=True, data_key="fields", attribute="fields")


class KnowledgeAnswer(Body):
    """What is known of one person."""

    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    sealed = fields.Boolean(required=True)
    items = fields.List(fields.Nested(KnownItemAnswer), required=True)
    as_of = Instant(required=True)


class KeptStatementAnswer(Body):
    """A statement as it was kept. `ended_by` took its place at `ended_at`; null where it still counts."""

    id = fields.UUID(required=True)
    field = choice(BY_CODE, required=True)
    title = fields.String(required=True)
    text = fields.String(required=True, allow_none=True)
    source = choice(Source, required=True)
    said_by = fields.String(required=True, allow_none=True)
    how = choice(How, required=True)
    learned_at = Instant(required=True)
    verified_at = Instant(required=True, allow_none=True)
    written_at = Instant(required=True)
    written_by_name = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    settles = fields.Boolean(required=True)
    ended_at = Instant(required=True, allow_none=True)
    ended_by = fields.UUID(required=True, allow_none=True)


class ContradictedAnswer(Body):
    """Somebody of whom sources say different things."""

    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    subject_name = fields.String(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    fields_ = fields.List(choice(BY_CODE), required=True, data_key="fields", attribute="fields")
    since = Instant(required=True)
