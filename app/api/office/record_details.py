"""The particulars of a record in HTTP: scales, findings, question and answer, signatures, what follows, times."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields, validate

from app.api.fields import Body, Day, Instant, Truth, choice, text
from app.queries.record_details import Addition
from app.rules.effects.records import Details, Finding, Line, Mood, Risk, Signed, Signing, Speaker

MOST_FINDINGS, MOST_EVIDENCE, MOST_LINES = 20, 20, 200
ABSENT: dict[str, Any] = {"load_default": None, "allow_none": True}


class FindingBody(Body):
    """What was found about one item of the record."""

    item = text(20, required=True)
    evidence = fields.List(
        text(40),
        load_default=list,
        validate=validate.Length(max=MOST_EVIDENCE),
        metadata={"description": "Words of the policy's checklist that were gathered, such as `photo`."},
    )
    text = text(2000, **ABSENT)


class LineBody(Body):
    """One question or answer of a talk record."""

    by = choice(Speaker, required=True)
    text = text(2000, required=True)


class SigningBody(Body):
    """How the subject and the officer signed; null is not asked."""

    subject = choice(Signed, **ABSENT)
    officer = choice((Signed.ON_SCREEN, Signed.ON_PAPER), **ABSENT)
    why_not = text(500, **ABSENT, metadata={"description": "Why the subject did not sign; needed with `refused`."})


class DetailsBody(Body):
    """What a record may hold beside its note. All of it may be left out."""

    mood = choice(Mood, **ABSENT)
    risk = choice(Risk, **ABSENT)
    findings = fields.List(fields.Nested(FindingBody), load_default=list, validate=validate.Length(max=MOST_FINDINGS))
    lines = fields.List(
        fields.Nested(LineBody),
        load_default=list,
        validate=validate.Length(max=MOST_LINES),
        metadata={"description": "Question and answer, as they were said."},
    )
    signing = fields.Nested(SigningBody, **ABSENT)
    follow_up = text(500, **ABSENT)
    follow_up_on = Day(**ABSENT, metadata={"description": "The local day by which it should be done."})
    why_added = text(500, **ABSENT, metadata={"description": "Why a correction is added."})
    place_name = text(200, **ABSENT, metadata={"description": "The place in words, for the paper."})
    started_at = Instant(**ABSENT, metadata={"description": "When the start was tapped, by the client's clock."})
    sent_at = Instant(**ABSENT, metadata={"description": "When this was sent, by the client's clock."})
    drafted_offline = Truth(load_default=False)
    device = text(120, **ABSENT, metadata={"description": "What it was written on."})


class AdditionAnswer(Body):
    """A later record that puts this one right. This one stays as it was."""

    id = fields.UUID(required=True)
    officer_name = fields.String(required=True)
    written_at = Instant(required=True)
    note = fields.String(required=True)
    why = fields.String(required=True, allow_none=True)


class RecordDetails(Body):
    """The particulars of a record; client times stand beside `written_at`, which is the service's own."""

    mood = choice(Mood, required=True, allow_none=True)
    risk = choice(Risk, required=True, allow_none=True)
    findings = fields.List(fields.Nested(FindingBody), required=True)
    lines = fields.List(fields.Nested(LineBody), required=True)
    signing = fields.Nested(SigningBody, required=True)
    follow_up = fields.String(required=True, allow_none=True)
    follow_up_on = Day(required=True, allow_none=True)
    why_added = fields.String(required=True, allow_none=True)
    place_name = fields.String(required=True, allow_none=True)
    client_started_at = Instant(required=True, allow_none=True)
    client_sent_at = Instant(required=True, allow_none=True)
    drafted_offline = fields.Boolean(required=True)
    device = fields.String(required=True, allow_none=True)
    additions = fields.List(fields.Nested(AdditionAnswer), required=True)


def details(body: dict[str, Any]) -> Details:
    """The particulars in a body."""
    signing = body["signing"] or {}
    return Details(
        mood=Mood(body["mood"]) if body["mood"] else None,
        risk=Risk(body["risk"]) if body["risk"] else None,
        findings=tuple(Finding(one["item"], one["text"], tuple(one["evidence"])) for one in body["findings"]),
        lines=tuple(Line(Speaker(line["by"]), line["text"]) for line in body["lines"]),
        signing=Signing(
            Signed(signing["subject"]) if signing.get("subject") else None,
            Signed(signing["officer"]) if signing.get("officer") else None,
            signing.get("why_not"),
        ),
        follow_up=body["follow_up"],
        follow_up_on=body["follow_up_on"],
        why_added=body["why_added"],
        place_name=body["place_name"],
        started_at=body["started_at"],
        sent_at=body["sent_at"],
        offline=body["drafted_offline"],
        device=body["device"],
    )


def details_answer(found: Details, added: Sequence[Addition]) -> dict[str, Any]:
    """The particulars of a kept record."""
    return {
        "mood": found.mood,
        "risk": found.risk,
        "findings": found.findings,
        "lines": found.lines,
        "signing": found.signing,
        "follow_up": found.follow_up,
        "follow_up_on": found.follow_up_on,
        "why_added": found.why_added,
        "place_name": found.place_name,
        "client_started_at": found.started_at,
        "client_sent_at": found.sent_at,
        "drafted_offline": found.offline,
        "device": found.device,
        "additions": added,
    }
