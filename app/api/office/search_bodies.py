"""What requests about searches hold, and what they are answered."""

from marshmallow import fields

from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs
from app.rules.effects.orders_searches import EntryKind, SearchKind, SearchOutcome, SearchStep
from app.rules.facts import DutyState
from app.rules.wording.papers import PaperKind


class SearchListArgs(PageArgs):
    """Whose, and whether only those that go on."""

    subject_id = fields.UUID(load_default=None)
    open = fields.Boolean(load_default=False)


class SearchBody(Body):
    """A search as an officer begins it."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    why = text(500, required=True)


class SearchEntryBody(Body):
    """One thing that was done. A correction names the entry that it puts right, and is of the same kind."""

    id = fields.UUID(required=True)
    kind = choice(EntryKind, required=True)
    happened_at = Instant(required=True)
    with_whom = text(200, required=True, metadata={"description": "Who was called, visited or asked."})
    found = text(1000, required=True)
    photo_id = fields.UUID(load_default=None, allow_none=True)
    visit_id = fields.UUID(load_default=None, allow_none=True)
    document_no = text(100, load_default=None, allow_none=True)
    corrects_id = fields.UUID(load_default=None, allow_none=True)


class SearchEndBody(Body):
    """How it ended. `found_at` where the person was found."""

    outcome = choice(SearchOutcome, required=True)
    found_at = Instant(load_default=None, allow_none=True)
    note = text(1000, required=True)


class SearchReadArgs(Body):
    """Why somebody above the assigned office looks at a minor's."""

    reason = text(500, load_default=None, metadata={"description": "Opens the texts of a minor's search; recorded."})


class PaperArgs(SearchReadArgs):
    """Which paper."""

    kind = choice(PaperKind, required=True)


class SearchAnswer(Body):
    """One search. Days count from the last contact until found or heard; `contact_back`: heard again by itself."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    office_name = fields.String(required=True)
    kind = choice(SearchKind, required=True)
    alert_id = fields.UUID(required=True, allow_none=True)
    judgment_id = fields.UUID(required=True, allow_none=True)
    absent_since = Instant(required=True)
    opened_at = Instant(required=True)
    opened_by_name = fields.String(required=True, allow_none=True, metadata={"description": "Null: a rule opened it."})
    outcome = choice(SearchOutcome, required=True, allow_none=True)
    found_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    ended_by_name = fields.String(required=True, allow_none=True)
    days = fields.Integer(required=True)
    contact_back = fields.Boolean(required=True)
    contact_back_at = Instant(required=True, allow_none=True)


class SearchStepAnswer(Body):
    """One step that the search owes."""

    step = choice(SearchStep, required=True)
    duty_id = fields.UUID(required=True)
    due_at = Instant(required=True)
    state = choice(DutyState, required=True)
    done_at = Instant(required=True, allow_none=True)


class SearchEntryAnswer(Body):
    """One thing that was done, by whom, with what was found."""

    id = fields.UUID(required=True)
    kind = choice(EntryKind, required=True)
    happened_at = Instant(required=True)
    written_at = Instant(required=True)
    written_by = fields.UUID(required=True)
    written_by_name = fields.String(required=True)
    with_whom = fields.String(required=True, allow_none=True, metadata={"description": "Null where sealed."})
    found = fields.String(required=True, allow_none=True)
    photo_id = fields.UUID(required=True, allow_none=True)
    visit_id = fields.UUID(required=True, allow_none=True)
    document_no = fields.String(required=True, allow_none=True)
    corrects_id = fields.UUID(required=True, allow_none=True)
    corrected = fields.Boolean(required=True)


class SearchDetailAnswer(SearchAnswer):
    """A search with its record, in the order in which it happened."""

    why = fields.String(required=True, allow_none=True)
    end_note = fields.String(required=True, allow_none=True)
    band = fields.String(
        required=True, metadata={"description": "What the law provides for such a length, in words; never a sanction."}
    )
    steps = fields.List(fields.Nested(SearchStepAnswer), required=True)
    entries = fields.List(fields.Nested(SearchEntryAnswer), required=True)
