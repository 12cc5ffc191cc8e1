"""The policy as values: what each class of subject owes and when, and how long the service waits before it acts.

Times of day are minutes since local midnight (0 to 1440), weekdays 0 (Monday) to 6. The unit is in every name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.rules.calendar import Holidays
from app.rules.facts import AlertKind, DutyKind, LadderStep
from app.rules.policy.by_class import ByClass
from app.rules.policy.causes import (
    USUAL_DEVICE_TROUBLE,
    USUAL_OUTAGES,
    USUAL_SUSPICIONS,
    DeviceTrouble,
    Outages,
    Suspicions,
)
from app.rules.policy.correction import CorrectionRules
from app.rules.policy.files import USUAL_FILES, FileRules
from app.rules.policy.items import Item
from app.rules.policy.leave import USUAL_LEAVE, LeaveRules
from app.rules.policy.orders_searches import USUAL_ORDER_CLOCKS, USUAL_SEARCH_CLOCKS, OrderClocks, SearchClocks
from app.rules.policy.places import USUAL_PLACES, Places
from app.rules.policy.proof import USUAL_PROOF, ProofRules
from app.rules.policy.retention import USUAL_RETENTION, RetentionRules

EVERY_DAY = frozenset(range(7))
WRITE_WITHIN_DAYS = 3
HANDLE_WITHIN_H = 72.0
"""Hours in which an alert that goes on is to be closed: assumed, no text says it."""


@dataclass(frozen=True, slots=True)
class FixedWindow:
    """Open from `from_minute` until `to_minute` on the named weekdays."""

    days: frozenset[int]
    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True)
class RandomWindow:
    """Open for `length_min` from a secret minute in [start_from, start_to] on the named weekdays."""

    days: frozenset[int]
    length_min: int
    start_from: int
    start_to: int


@dataclass(frozen=True, slots=True)
class RepeatedWindow:
    """Open for `length_min` at every `every_min` minutes, counted from local midnight. For the demo."""

    every_min: int
    length_min: int


Window = FixedWindow | RandomWindow | RepeatedWindow


@dataclass(frozen=True, slots=True)
class LocationChecks:
    """Checks of place at secret times (信息化核查, Law 26): so many a day, all inside one range of starts."""

    per_day: ByClass[int]
    length_min: int
    start_from: int
    start_to: int


@dataclass(frozen=True, slots=True)
class SpotLimits:
    """Within what an officer may order spot checks (抽查, Law 26): how long each may last, from which time of day to
    which it may begin, and how many a person may get on one day.
    """

    min_minutes: int = 15
    max_minutes: int = 240
    from_minute: int = 7 * 60
    to_minute: int = 22 * 60
    per_day: int = 3


class PhotoMode(StrEnum):
    """Whether check-ins carry photos: never; where one is sent or a spot check asks for it; or each asks for one."""

    OFF = "off"
    ALLOWED = "allowed"
    WANTED = "wanted"


@dataclass(frozen=True, slots=True)
class Photos:
    """Photos of faces are sensitive personal information [PIPL 28-30]: off, unless the policy cites its basis."""

    check_ins: PhotoMode = PhotoMode.OFF
    basis: str = ""
    keep_days: int = 180


@dataclass(frozen=True, slots=True)
class Visits:
    """A record of a visit or talk that is written more than `write_within_days` after it happened counts all the same,
    and says so.
    """

    write_within_days: int = WRITE_WITHIN_DAYS


@dataclass(frozen=True, slots=True)
class GraceMin:
    """Minutes after the end in which evidence still counts, as late, by kind of duty."""

    check_in: int
    location_check: int = 0
    spot_check: int = 0
    intake: int = 0
    visit: int = 0
    talk: int = 0
    verification: int = 0
    review: int = 0
    leave_return: int = 24 * 60

    def of(self, kind: DutyKind) -> int:
        """The grace of that kind of duty: its field here has its name; a kind without one has none."""
        minutes: int = getattr(self, kind.value, 0)
        return minutes


@dataclass(frozen=True, slots=True)
class LadderMin:
    """Minutes after an alert opens at which each step of the ladder is told, unless somebody acted before."""

    office: int
    county: int
    city: int

    def of(self, step: LadderStep) -> int:
        """The minutes of that step."""
        match step:
            case LadderStep.OFFICE:
                return self.office
            case LadderStep.COUNTY:
                return self.county
            case LadderStep.CITY:
                return self.city


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours in which pushes of the named alert kinds wait for the morning. Other kinds always go at once."""

    from_minute: int
    to_minute: int
    kinds: frozenset[AlertKind]


@dataclass(frozen=True, slots=True)
class Departure:
    """When fixes outside the permitted area count as having left it."""

    outside_m: float
    circles: int
    over_min: float
    max_kmh: float


class Recovery(StrEnum):
    """What makes the condition behind an alert a thing of the past."""

    NEXT_FULFILLED = "next_fulfilled"


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the local system (制度) as data. Every field is validated before one is made."""

    name: str
    title: str
    version: int
    windows: ByClass[tuple[Window, ...]]
    location_checks: LocationChecks
    visits: Visits
    items: Mapping[str, Item]
    grace_min: GraceMin
    remind_min: int
    poll_after_s: int
    order_interval_s: int
    phone_under_order: bool
    phone_under_order_basis: str
    silence_h: float
    silence_under_order_h: float
    ladder_min: LadderMin
    quiet: QuietHours | None
    departure: Departure
    missed_check_in_recovery: Recovery
    late_evidence_wait_min: int
    holidays: Holidays
    spot_checks: SpotLimits = SpotLimits()
    photos: Photos = Photos()
    outages: Outages = USUAL_OUTAGES
    device_trouble: DeviceTrouble = USUAL_DEVICE_TROUBLE
    suspicions: Suspicions = USUAL_SUSPICIONS
    orders: OrderClocks = USUAL_ORDER_CLOCKS
    searches: SearchClocks = USUAL_SEARCH_CLOCKS
    places: Places = USUAL_PLACES
    leave: LeaveRules = USUAL_LEAVE
    proof: ProofRules = USUAL_PROOF
    files: FileRules = field(default_factory=lambda: USUAL_FILES)
    retention: RetentionRules = field(default_factory=lambda: USUAL_RETENTION)
    correction: CorrectionRules | None = None
    handle_within_h: float = HANDLE_WITHIN_H

    def item(self, code: str) -> Item | None:
        """The item of that code, None where the policy has none."""
        return self.items.get(code)
