"""Effects of waivers: a duty let go or asked to be, and the answer of the second person. Part of the union."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.rules.facts import Actor


class WaiverKind(StrEnum):
    """Why a duty is let go: for a reason of this time, or because there is nothing to do, such as no place of work."""

    LET_GO = "let_go"
    NOT_APPLICABLE = "not_applicable"


class WaiverState(StrEnum):
    """What became of it; one that needs no second person is granted at once."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True)
class WriteWaiver:
    """A duty is let go (`granted`), or somebody asks that it be (`waiting`), with a reason in own words."""

    id: UUID
    duty_id: UUID
    subject_id: UUID
    kind: WaiverKind
    state: WaiverState
    reason: str
    asked_by: UUID
    at: datetime


@dataclass(frozen=True)
class AnswerWaiver:
    """The second person's answer."""

    id: UUID
    state: WaiverState
    actor: Actor
    at: datetime
    answer: str | None


WaiverEffect = WriteWaiver | AnswerWaiver
