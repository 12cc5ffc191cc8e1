"""The push channel of a replay: it records, and fails as the scenario says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from app.clients.push import PushMessage, PushOutcome, PushTarget, Retry, Sent, Unregistered


@dataclass(frozen=True)
class Pushed:
    """One try: to whose phone, about which notice, and how it went (`sent`, `retry`, `unregistered`)."""

    holder: str
    notice_id: UUID
    result: str


@dataclass
class RecordingChannel:
    """Every phone has its own manner: `ok`, `dead` (never registered again) or `flaky` (calls 2, 4, … fail)."""

    manners: dict[str, str] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    pushed: list[Pushed] = field(default_factory=list)
    away: bool = False
    heard_by: Callable[[str], None] = lambda _: None

    def send(self, target: PushTarget, message: PushMessage) -> PushOutcome:
        """Take a message for the phone whose address names its holder."""
        holder = target.address.removeprefix("push:")
        self.calls[holder] = self.calls.get(holder, 0) + 1
        outcome = self._outcome(holder, message)
        self.pushed.append(Pushed(holder, message.notice_id, type(outcome).__name__.lower()))
        if isinstance(outcome, Sent):
            self.heard_by(holder)
        return outcome

    def _outcome(self, holder: str, message: PushMessage) -> PushOutcome:
        manner = self.manners.get(holder, "ok")
        if self.away or (manner == "flaky" and self.calls[holder] % 2 == 0):
            return Retry(None, "unavailable")
        if manner == "dead":
            return Unregistered()
        return Sent(f"replay/{message.notice_id}")
