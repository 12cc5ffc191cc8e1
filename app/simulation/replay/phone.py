"""A simulated phone: its clock, its queue, its connection. It sends what a real phone would, and when it would."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

BATCH = 500
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(minutes=15)


class Line(Protocol):
    """The phone's way to the service. `None` is a connection that failed."""

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> "Answer | None":
        """One request and its answer."""
        ...


@dataclass(frozen=True)
class Answer:
    """A status and the JSON that came with it."""

    status: int
    body: dict[str, Any]

    @property
    def taken(self) -> bool:
        """Whether the service promised to have kept it."""
        return 200 <= self.status < 300

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status >= 500 or self.status == 429


@dataclass
class Message:
    """Something that the phone wants to tell. `elapsed_at` is the true time at which its event happened."""

    path: str
    content: dict[str, Any]
    happened_at: datetime
    boot: int
    line: int
    number: int
    arrives_at: datetime | None = None


@dataclass
class Fix:
    """A place that the phone measured: degrees and metres."""

    lon: float
    lat: float
    accuracy_m: float

    def as_json(self) -> dict[str, float]:
        """As the interface takes it."""
        return {"lon": self.lon, "lat": self.lat, "accuracy_m": self.accuracy_m}


@dataclass
class Phone:
    """State of one subject's phone. The true time is handed in; what the phone believes is that plus `offset`.

    `on` is what the scenario says of the phone itself, `cut` that its carrier is out.
    """

    subject: str
    device_id: UUID
    registered_at: datetime
    poll_every: timedelta
    on: bool = True
    cut: bool = False
    maker: str | None = None
    carrier: str | None = None
    offset: timedelta = timedelta(0)
    boot: int = 1
    booted_at: datetime = field(init=False)
    queue: list[Message] = field(default_factory=list)
    retry: timedelta = FIRST_RETRY
    retry_at: datetime | None = None
    last_fix: Fix | None = None

    def __post_init__(self) -> None:
        """A phone was on for a while when it was bound."""
        self.booted_at = self.registered_at - timedelta(hours=1)

    @property
    def online(self) -> bool:
        """Whether it reaches the service, if that is there."""
        return self.on and not self.cut

    def reboot(self, at: datetime) -> None:
        """The monotonic clock starts anew; what was queued before can no longer prove its time."""
        self.boot += 1
        self.booted_at = at

    def elapsed_ms(self, at: datetime) -> int:
        """Milliseconds of the phone's monotonic clock at the true time `at`."""
        return int((at - self.booted_at).total_seconds() * 1000)

    def shown(self, at: datetime) -> str:
        """What the phone's clock shows at the true time `at`."""
        return (at + self.offset).isoformat()

    def envelope(self, at: datetime) -> dict[str, Any]:
        """The fields with which every write lets the service find out when its events happened."""
        return {
            "sent_at": self.shown(at),
            "sent_elapsed_ms": self.elapsed_ms(at),
            "boot_id": f"boot-{self.boot}",
        }

    def event(self, content: dict[str, Any], happened_at: datetime) -> dict[str, Any]:
        """An event with the phone's own times: its clock's, unless given, and its monotonic clock's."""
        return {
            "recorded_at": self.shown(happened_at),
            "recorded_elapsed_ms": self.elapsed_ms(happened_at),
            **content,
        }

    def without_proof(self, content: dict[str, Any], boot: int) -> dict[str, Any]:
        """The event as it can be sent now: an earlier boot's monotonic time means nothing any more."""
        if boot == self.boot:
            return content
        return {key: value for key, value in content.items() if key != "recorded_elapsed_ms"}

    def next_poll(self, at: datetime) -> datetime:
        """The first regular poll at or after `at`."""
        periods = -((self.registered_at - at) // self.poll_every)
        return self.registered_at + max(0, periods) * self.poll_every

    def last_poll(self, at: datetime) -> datetime:
        """The last regular poll at or before `at`."""
        return self.registered_at + max(0, (at - self.registered_at) // self.poll_every) * self.poll_every

    def failed(self, at: datetime) -> datetime:
        """A request failed at `at`: when the next try is due, growing from 30 s to 15 min."""
        self.retry_at = at + self.retry
        self.retry = min(self.retry * 2, LONGEST_RETRY)
        return self.retry_at

    def succeeded(self) -> None:
        """The line works: the next fault is tried again soon."""
        self.retry = FIRST_RETRY
        self.retry_at = None
