"""What is sent about 四知道."""

from typing import Any

from marshmallow import fields, validate

from app.api.bodies import body_hash
from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs
from app.rules.effects.known_facts import How, Source
from app.rules.facts import About
from app.rules.known_facts import BY_CODE, NewCheck, Told

MOST_TOLD = 30
EVIDENCE = ("visit", "talk", "attachment")


class ToldBody(Body):
    """One field of a check."""

    field = choice(BY_CODE, required=True)
    value = text(
        500,
        load_default=None,
        allow_none=True,
        metadata={"description": "Words, or one of a closed set; null where the value stands in the file itself."},
    )
    contact = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Whose test: the key of a contact."}
    )
    held = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "What stood in the file when it was looked at: 409 where that has changed since."},
    )
    note = text(500, load_default=None, allow_none=True)


class EvidenceBody(Body):
    """What the check rests on."""

    kind = choice(EVIDENCE, required=True)
    id = fields.UUID(required=True)


class CheckBody(Body):
    """What was learned or verified in one go. `settle` tells why this counts where others said otherwise."""

    id = fields.UUID(required=True)
    happened_at = Instant(required=True)
    source = choice(Source, required=True)
    said_by = text(100, load_default=None, allow_none=True)
    how = choice(How, required=True)
    evidence = fields.Nested(EvidenceBody, load_default=None, allow_none=True)
    note = text(500, load_default=None, allow_none=True)
    settle = text(500, load_default=None, allow_none=True)
    facts = fields.List(fields.Nested(ToldBody), required=True, validate=validate.Length(min=1, max=MOST_TOLD))


class SettlementBody(Body):
    """Which of several statements counts, and why."""

    id = fields.UUID(required=True)
    field = choice(BY_CODE, required=True)
    chosen = fields.UUID(required=True, metadata={"description": "The id of the statement that counts."})
    reason = text(500, required=True)


class RevealFactsBody(Body):
    """Why what is sealed is opened."""

    reason = text(500, required=True)


class HistoryArgs(PageArgs):
    """Of which field."""

    field = choice(BY_CODE, load_default=None)


def new_check(body: dict[str, Any]) -> NewCheck:
    """What an officer's app sent, as the rules know it."""
    evidence = body["evidence"]
    return NewCheck(
        id=body["id"],
        happened_at=body["happened_at"],
        source=Source(body["source"]),
        how=How(body["how"]),
        told=tuple(
            Told(each["field"], each["value"], each["contact"] or each["held"], each["note"]) for each in body["facts"]
        ),
        body_hash=body_hash(),
        said_by=body["said_by"],
        evidence=About(evidence["kind"], evidence["id"]) if evidence else None,
        note=body["note"],
        settle=body["settle"],
    )
