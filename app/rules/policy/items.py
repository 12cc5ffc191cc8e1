"""One item of the work rule (四知道五走访六必谈, 五必查 …) as data: what brings it up, when it is due, what proves it.

Nothing here knows any county's items: an item that another county writes is planned, recorded and audited alike.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.rules.facts import DutyKind, OccasionKind, Role, SupervisionClass
from app.rules.policy.by_class import ByClass


class CalendarEvent(StrEnum):
    """What brings an item up without anything having happened: the calendar does."""

    FESTIVAL = "festival"
    BEFORE_END = "before_end"


Event = OccasionKind | CalendarEvent

AHEAD = frozenset({OccasionKind.LEAVE_APPROVED, OccasionKind.PERIOD_ANNOUNCED, *CalendarEvent})
"""Events that are known before they come; only before these can something be due."""


class Place(StrEnum):
    """Where an item is done."""

    HOME = "home"
    COMMUNITY = "community"
    WORKPLACE = "workplace"
    NEIGHBOURS = "neighbours"
    POLICE_STATION = "police_station"
    OFFICE = "office"
    NONE = "none"


class Evidence(StrEnum):
    """What a record of an item must bring. `signature` is the subject's."""

    PLACE = "place"
    PHOTO = "photo"
    MET = "met"
    NOTE = "note"
    SIGNATURE = "signature"
    OFFICER_SIGNATURE = "officer_signature"
    STAMP = "stamp"
    RECORDING = "recording"
    CONTACTS_TESTED = "contacts_tested"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; exactly one unit is set. Days, weeks and months end with a local day, zero days with that
    of the event; minutes and hours run from the instant.
    """

    days: int | None = None
    minutes: int | None = None
    hours: int | None = None
    weeks: int | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """What brings an item up, and how long after it (`before`: ahead of it) the item is due, None for a class that
    does not owe it.

    `opens_days` is how long before its due a turn opens that the calendar brings. Of festivals only those count whose
    rest lasts `rest_days` or longer.
    """

    on: Event
    due: ByClass[Span | None]
    before: bool = False
    opens_days: int = 14
    rest_days: int = 1


NO_SPAN: ByClass[Span | None] = ByClass(None, None, None)


@dataclass(frozen=True, slots=True)
class Item:
    """One rule of the local system: what it is called, what brings it up, who may fulfil or waive it, what proves it.

    `repeat` is counted from the last due, whether that was kept or not; None for a class that owes no further turn.
    """

    code: str
    title: str
    kind: DutyKind
    by: tuple[Role, ...]
    assumed: bool
    source: str
    place: Place = Place.NONE
    waive_by: tuple[Role, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    repeat: ByClass[Span | None] = NO_SPAN

    def triggers_on(self, event: Event) -> tuple[Trigger, ...]:
        """What this event brings up, in the order of the file."""
        return tuple(trigger for trigger in self.triggers if trigger.on == event)

    @property
    def repeats(self) -> bool:
        """Whether any class owes it again and again."""
        return any(self.repeat.of(class_) is not None for class_ in SupervisionClass)
