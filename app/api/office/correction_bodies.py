"""What correction groups and plans look like from outside."""

from marshmallow import fields, validate

from app.api.fields import Body, Instant, Truth, choice, text, whole
from app.api.paging import PageArgs
from app.rules.correction import Completeness, MemberKind, Need
from app.rules.facts import DutyKind, DutyState
from app.rules.wording.correction import PLAN_STATES

SEXES = ("male", "female")
LONGEST_PART, LONGEST_MEASURE, MOST_MEASURES = 2000, 500, 30


class MemberBody(Body):
    """Somebody who joins the group. `letter_signed_at` where the 矫正责任书 was signed already."""

    id = fields.UUID(required=True)
    kind = choice(MemberKind, required=True)
    name = text(50, required=True)
    sex = choice(SEXES, load_default=None, allow_none=True)
    phone = text(30, load_default=None, allow_none=True)
    knows_minors = Truth(load_default=False, metadata={"description": "Knows minors' body and mind [Law 52]."})
    guardian = Truth(load_default=False, metadata={"description": "Only with kind: family."})
    user_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "A member with an account."})
    from_at = Instant(data_key="from", load_default=None, allow_none=True, metadata={"description": "Left out: now."})
    letter_signed_at = Instant(load_default=None, allow_none=True)


class LeavingBody(Body):
    """A member leaves."""

    to_at = Instant(data_key="to", load_default=None, allow_none=True, metadata={"description": "Left out: now."})
    reason = text(500, required=True)


class LetterBody(Body):
    """A member signed the 矫正责任书."""

    signed_at = Instant(load_default=None, allow_none=True, metadata={"description": "Left out: now."})


class OwedAnswer(Body):
    """What is still owed; `opens_at` may lie ahead."""

    duty_id = fields.UUID(required=True)
    rule_code = fields.String(required=True)
    state = choice(DutyState, required=True)
    opens_at = Instant(required=True)
    due_at = Instant(required=True)


class MemberAnswer(Body):
    """One member."""

    id = fields.UUID(required=True)
    kind = choice(MemberKind, required=True)
    code = fields.String(required=True, metadata={"description": "Of the kind in the national exchange format."})
    code_version = fields.String(required=True)
    name = fields.String(required=True)
    sex = choice(SEXES, required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    knows_minors = fields.Boolean(required=True)
    guardian = fields.Boolean(required=True)
    user_id = fields.UUID(required=True, allow_none=True)
    from_at = Instant(data_key="from", required=True)
    to_at = Instant(data_key="to", required=True, allow_none=True)
    added_at = Instant(required=True)
    added_by_name = fields.String(required=True)
    ended_at = Instant(required=True, allow_none=True)
    ended_by_name = fields.String(required=True, allow_none=True)
    end_reason = fields.String(required=True, allow_none=True)
    letter_signed_at = Instant(required=True, allow_none=True)
    present = fields.Boolean(required=True)


class GroupAnswer(Body):
    """The group of one person: complete, lacking something, or not to be judged; and why."""

    subject_id = fields.UUID(required=True)
    completeness = choice(Completeness, required=True)
    lacks = fields.List(choice(Need), required=True)
    not_known = fields.List(choice(Need), required=True, metadata={"description": "What was never registered."})
    members = fields.List(fields.Nested(MemberAnswer), required=True)
    owed = fields.List(fields.Nested(OwedAnswer), required=True)


class PlanBody(Body):
    """The next version of a plan [Measures 22]. `because` is needed where an approved version is adjusted."""

    id = fields.UUID(required=True)
    basic_facts = text(LONGEST_PART, required=True)
    assessment = text(LONGEST_PART, required=True)
    state_of_mind = text(LONGEST_PART, required=True)
    special_matters = text(LONGEST_PART, required=True)
    measures = fields.List(text(LONGEST_MEASURE), required=True, validate=validate.Length(min=1, max=MOST_MEASURES))
    because = text(500, load_default=None, allow_none=True)


class PlanDecisionBody(Body):
    """A second person's answer; a note is needed where the version is given back."""

    approve = Truth(required=True)
    note = text(500, load_default=None, allow_none=True)


class PlanReviewBody(Body):
    """The plan in force stays as it is, and why."""

    id = fields.UUID(required=True)
    note = text(500, required=True)


class PlanReviewAnswer(Body):
    """One review."""

    id = fields.UUID(required=True)
    note = fields.String(required=True)
    reviewed_at = Instant(required=True)
    reviewed_by_name = fields.String(required=True)


class PlanVersionAnswer(Body):
    """One version."""

    id = fields.UUID(required=True)
    version = whole(1, 10_000, required=True)
    state = choice(PLAN_STATES, required=True)
    basic_facts = fields.String(required=True)
    assessment = fields.String(required=True)
    state_of_mind = fields.String(required=True)
    special_matters = fields.String(required=True)
    measures = fields.List(fields.String(), required=True)
    because = fields.String(required=True, allow_none=True)
    made_by = fields.UUID(required=True)
    made_by_name = fields.String(required=True)
    made_at = Instant(required=True)
    decided_at = Instant(required=True, allow_none=True)
    decided_by_name = fields.String(required=True, allow_none=True)
    decision_note = fields.String(required=True, allow_none=True)
    reviews = fields.List(fields.Nested(PlanReviewAnswer), required=True)


class PlanAnswer(Body):
    """The plan of one person: its versions, the newest first, and what is owed about it."""

    subject_id = fields.UUID(required=True)
    versions = fields.List(fields.Nested(PlanVersionAnswer), required=True)
    owed = fields.List(fields.Nested(OwedAnswer), required=True)


class GapListArgs(PageArgs):
    """Of which office and those below it, and of what."""

    office_id = fields.UUID(load_default=None)
    kind = choice((DutyKind.CORRECTION_GROUP, DutyKind.CORRECTION_PLAN), load_default=None)


class CorrectionGapAnswer(Body):
    """One group or plan that is owed. Names of minors are sealed outside their own office."""

    duty_id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    officer_name = fields.String(required=True, allow_none=True)
    rule_code = fields.String(required=True)
    state = choice(DutyState, required=True)
    due_at = Instant(required=True)
    lacks = fields.List(choice(Need), required=True)
    not_known = fields.List(choice(Need), required=True)
    waiting = fields.Boolean(required=True, metadata={"description": "A version of the plan waits for its approval."})
