"""What each kind of line does to the county, its people and its phones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.rules.devices import group_name
from app.rules.facts import Role
from app.simulation.replay.county import County
from app.simulation.replay.leave import LEAVE
from app.simulation.replay.people import Habit, People
from app.simulation.replay.phone import Fix
from app.simulation.replay.registration import register
from app.simulation.replay.scenario import Event
from app.simulation.replay.service import Service
from app.simulation.replay.staff import ACTS, Staff
from app.simulation.replay.work_rule import WORK_RULE

CARRIER = "carrier:"
FIX_FIELDS = ("lon", "lat", "accuracy_m")
LOOK_AHEAD = timedelta(hours=6)


@dataclass
class Lines:
    """Plays the lines of a scenario, and keeps who was supervised from when to when."""

    county: County
    service: Service
    staff: Staff
    people: People
    registered: dict[str, datetime] = field(default_factory=dict)
    ended: dict[str, datetime] = field(default_factory=dict)

    def play(self, event: Event) -> None:
        """Play one line, now."""
        LINES[event.do](self, event)

    def look_ahead(self, only: str | None = None) -> None:
        """Note the windows of the next hours, of everybody or of one person."""
        self.people.look_ahead(self.county.clock.now() + LOOK_AHEAD, only)

    def office(self, event: Event) -> None:
        """A 司法所 with what is above it."""
        self.county.add_office(event["office"], event["county"])

    def officer(self, event: Event) -> None:
        """Somebody with a role in an office, a county or a city."""
        if event.get("office"):
            site = self.county.sites[event["office"]]
        elif event.get("county"):
            site = self.county.county(event["county"])
        else:
            site = self.county.city(event["city"])
        self.county.add_officer(event["officer"], site, Role(event["role"]), event.get("push", "ok"))

    def register(self, event: Event) -> None:
        """A subject and its phone."""
        if register(event, self.county, self.staff, self.people):
            self.registered.setdefault(event["subject"], event.at)
            self.look_ahead(event["subject"])

    def act(self, event: Event) -> None:
        """An officer's act."""
        done = self.staff.play(event)
        if done and event.do == "end":
            self.ended[event["subject"]] = event.at
            self.county.phones.pop(event["subject"], None)
        elif done and event.do == "class_change":
            self.look_ahead(event["subject"])
        elif done and event.do in {"positioning_order", "order_lift"}:
            self.people.poll_next(event["subject"], event.get("from", event.at))
        elif done and event.do == "spot_check":
            self.people.poll_next(event["subject"], event.at)

    def ask_missed(self, event: Event) -> None:
        """An officer orders a spot check for each person with a live phone who missed a check-in today."""
        for subject in self.staff.ask_missed(event):
            self.people.poll_next(subject, event.at)

    def leave(self, event: Event) -> None:
        """Leave or a permit is asked for and decided, or somebody is back."""
        LEAVE[event.do](self.staff, event)

    def work_rule(self, event: Event) -> None:
        """What gives rise to visits and talks, and what is let go of them."""
        WORK_RULE[event.do](self.staff, event)

    def phone(self, event: Event) -> None:
        """The phone's connection, clock or power."""
        subject = event["subject"]
        phone = self.county.phones.get(subject)
        if phone is None:
            return
        if event.get("clock_offset_s") is not None:
            phone.offset = timedelta(seconds=event["clock_offset_s"])
        if event.get("reboot"):
            phone.reboot(event.at)
        if event.get("online") is False and phone.on:
            self.people.poll(subject)
            phone.on = False
            self._look_for_outages()
        elif event.get("online") and not phone.on:
            phone.on = True
            self.people.come_online(subject)
        described = {key: event[key] for key in ("maker", "carrier") if event.get(key)}
        if described:
            phone.maker, phone.carrier = described.get("maker", phone.maker), described.get("carrier", phone.carrier)
            self.people.tell_health(subject, described, event.line)

    def position(self, event: Event) -> None:
        """The phone measured its place."""
        self.people.measured(event["subject"], _fix(event), line=event.line, **_given(event))

    def check_in(self, event: Event) -> None:
        """The person tries to check in."""
        self.people.check_in(event["subject"], _fix(event), line=event.line, **_given(event))

    def habit(self, event: Event) -> None:
        """How the person checks in from now on."""
        delay = event.get("delay_s", (0.0, 0.0))
        self.people.habits[event["subject"]] = Habit(event["checks_in"], delay, event.get("place", "home") == "home")

    def location_habit(self, event: Event) -> None:
        """Where the phone is whenever it is asked."""
        self.people.paths[event["subject"]] = event["path"]

    def health(self, event: Event) -> None:
        """How the phone is."""
        content = {key: value for key, value in event.fields.items() if key != "subject"}
        self.people.tell_health(event["subject"], content, event.line)

    def outage(self, event: Event) -> None:
        """Something falls silent until a given time."""
        if event["what"].startswith(CARRIER):
            self._carrier_out(event["what"].removeprefix(CARRIER), event["until"])
            return
        self.service.fall_silent(event["what"])
        self.people.timeline.add(event["until"], lambda: self.service.come_back(event["what"]), 0)

    def _carrier_out(self, carrier: str, until: datetime) -> None:
        """No phone of the carrier reaches the service; what they would send they keep."""
        name, phones = group_name(carrier), sorted(self.county.phones.items())
        cut = [subject for subject, phone in phones if group_name(phone.carrier) == name]
        for subject in cut:
            self.people.poll(subject)
            self.county.phones[subject].cut = True
        self._look_for_outages()
        self.people.timeline.add(until, lambda: self._carrier_back(cut), 0)

    def _look_for_outages(self) -> None:
        """When the guard can first tell that many fell silent now, whatever else is due then."""
        at = self.county.clock.now() + self.service.outage_shows_after
        self.people.timeline.add(at, self.service.look_for_outages)

    def _carrier_back(self, subjects: list[str]) -> None:
        for subject in subjects:
            phone = self.county.phones.get(subject)
            if phone is not None and phone.cut:
                phone.cut = False
                if phone.on:
                    self.people.come_online(subject)

    def truth(self, event: Event) -> None:
        """Only the score may see it."""


def _fix(event: Event) -> Fix:
    return Fix(*(event[name] for name in FIX_FIELDS))


def _given(event: Event) -> dict[str, Any]:
    given = {key: value for key, value in event.fields.items() if key not in {"subject", *FIX_FIELDS}}
    if "recorded_at" in given:
        given["recorded_at"] = given["recorded_at"].isoformat()
    return given


LINES: dict[str, Callable[[Lines, Event], None]] = {
    "office": Lines.office,
    "officer": Lines.officer,
    "register": Lines.register,
    "phone": Lines.phone,
    "position": Lines.position,
    "check_in": Lines.check_in,
    "habit": Lines.habit,
    "location_habit": Lines.location_habit,
    "health": Lines.health,
    "outage": Lines.outage,
    "truth": Lines.truth,
    "ask_missed": Lines.ask_missed,
    **dict.fromkeys(ACTS, Lines.act),
    **dict.fromkeys(LEAVE, Lines.leave),
    **dict.fromkeys(WORK_RULE, Lines.work_rule),
}
