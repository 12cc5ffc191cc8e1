"""What a record of a visit or talk may hold beside its note: closed scales, findings by item, who signed, what follows.

All of it may be left out: not asked and not known are answers too. Instants of the client are its own word.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Mood(StrEnum):
    """How the person seemed. `unclear` is an answer."""

    STEADY = "steady"
    UNEASY = "uneasy"
    LOW = "low"
    AGITATED = "agitated"
    UNCLEAR = "unclear"


class Risk(StrEnum):
    """What the officer thinks of the coming time, for people to read: no rule concludes anything from it."""

    LOW = "low"
    WATCH = "watch"
    HIGH = "high"
    UNCLEAR = "unclear"


class Signed(StrEnum):
    """How somebody signed: on the screen, on paper (a photo of it is attached), or not at all, with a reason."""

    ON_SCREEN = "on_screen"
    ON_PAPER = "on_paper"
    REFUSED = "refused"


class Speaker(StrEnum):
    """Whose words a line of a talk record holds."""

    ASKED = "asked"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Finding:
    """What was found about one item, and which of the evidence that the policy asks for was gathered."""

    item: str
    text: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One question or answer of a talk record (谈话笔录)."""

    by: Speaker
    text: str


@dataclass(frozen=True)
class Signing:
    """Who signed how; None is nobody was asked. `why_not` tells why the subject did not sign."""

    subject: Signed | None = None
    officer: Signed | None = None
    why_not: str | None = None


@dataclass(frozen=True)
class Details:
    """The particulars of a record.

    `started_at` and `sent_at` are the client's clock: when the start was tapped, when it was sent. `offline`: written
    without a network. `follow_up_on` is the local day by which `follow_up` should be done. `why_added` tells
    why a correction was added. `place_name` is the place in words, for the paper.
    """

    mood: Mood | None = None
    risk: Risk | None = None
    findings: tuple[Finding, ...] = ()
    lines: tuple[Line, ...] = ()
    signing: Signing = field(default_factory=Signing)
    follow_up: str | None = None
    follow_up_on: date | None = None
    why_added: str | None = None
    place_name: str | None = None
    started_at: datetime | None = None
    sent_at: datetime | None = None
    offline: bool = False
    device: str | None = None

    def findings_json(self) -> dict[str, dict[str, Any]] | None:
        """As it is stored: by item."""
        found = {one.item: {"text": one.text, "evidence": list(one.evidence)} for one in self.findings}
        return found or None

    def lines_json(self) -> list[dict[str, str]] | None:
        """As it is stored: in the order in which it was said."""
        return [{"by": line.by.value, "text": line.text} for line in self.lines] or None


NO_DETAILS = Details()
