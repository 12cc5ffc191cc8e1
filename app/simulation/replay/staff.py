"""What officers do by scenario lines: each through the service's own interface, and told when it was refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.rules.bounds import ZoneKind
from app.rules.calendar import legal_day
from app.rules.facts import AlertKind, Cause
from app.rules.spot_checks import SpotGround
from app.rules.zones.setting import Prohibition
from app.simulation.replay.county import County
from app.simulation.replay.outlet import Outlet
from app.simulation.replay.phone import Answer
from app.simulation.replay.scenario import Event

NOTE = "按情景记录"
PLACE_ACCURACY_M = 20


@dataclass
class Staff:
    """The officers of a replay."""

    county: County
    outlet: Outlet
    checked_until: dict[str, datetime] = field(default_factory=dict)
    asked_on: dict[str, date] = field(default_factory=dict)

    def play(self, event: Event) -> bool:
        """Play the line if it is an officer's act; whether it was done."""
        return ACTS[event.do](self, event)

    def ask(
        self, event: Event, officer: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> Answer | None:
        """One request; a refusal or an absent service is printed with the line's number."""
        answer = self.county.ask_as(officer, method, path, body)
        if answer is None or not answer.taken:
            reason = "service_away" if answer is None else answer.body.get("code", str(answer.status))
            self.outlet.say(self.county.clock.now(), "refused", line=event.line, reason=reason)
            return None
        return answer

    def _actor(self, event: Event) -> str:
        return self.county.actor_for(event["subject"], event.get("officer") or event.get("by"))

    def _subject(self, event: Event) -> str:
        return str(self.county.subjects[event["subject"]])

    def absent(self, event: Event) -> bool:
        """The officer notes an absence from now on."""
        body = {
            "id": str(self.county.id("absence", event.line)),
            "from": event.at.isoformat(),
            "to": event["until"].isoformat(),
        }
        return self.ask(event, event["officer"], "POST", "/absences", body) is not None

    def judgment(self, event: Event) -> bool:
        """A judgment notice comes in."""
        name = event["subject"]
        subject_id = self.county.subjects.setdefault(name, self.county.id("subject", name))
        self.county.office_of.setdefault(name, event["office"])
        body = {
            "id": str(self.county.id("judgment", event.line)),
            "subject": {"id": str(subject_id), "name": name},
            "office_id": str(self.county.sites[event["office"]].id),
            "category": event["category"],
            "decided_by": "人民法院",
            **{key: event[key] for key in ("effective_on", "received_on", "papers_on") if event.get(key)},
        }
        return self.ask(event, self._actor(event), "POST", "/judgments", body) is not None

    def class_change(self, event: Event) -> bool:
        """The subject is put into another class."""
        body = {"class": event["class"], "reason": event.get("reason", NOTE)}
        return self._of_subject(event, "class-change", body)

    def end(self, event: Event) -> bool:
        """Supervision ends."""
        return self._of_subject(event, "end", {"reason": event["reason"], "note": NOTE})

    def _of_subject(self, event: Event, act: str, body: dict[str, Any]) -> bool:
        path = f"/subjects/{self._subject(event)}/{act}"
        return self.ask(event, self._actor(event), "POST", path, body) is not None

    def order(self, event: Event) -> bool:
        """A positioning order is approved, and its notice served at once: no line says when.

        One from the end of another extends it, and that is assessed first.
        """
        if not self._assessed(event):
            return False
        body = {
            "id": str(self.county.id("order", event.line)),
            "subject_id": self._subject(event),
            "ground": event["ground"],
            "from": event["from"].isoformat(),
            "to": event["to"].isoformat(),
        }
        made = self.ask(event, event["by"], "POST", "/positioning-orders", body)
        return made is not None and self._served(event, body["id"])

    def _served(self, event: Event, order_id: str) -> bool:
        body = {
            "id": str(self.county.id("notice", event.line)),
            "served_at": self.county.clock.now().isoformat(),
            "way": "in_person",
            "outcome": "signed",
        }
        officer = self.county.actor_for(event["subject"], None)
        return self.ask(event, officer, "POST", f"/positioning-orders/{order_id}/notices", body) is not None

    def _assessed(self, event: Event) -> bool:
        """Whether nothing is to be assessed, or the office's first officer found the order before still needed."""
        path = f"/positioning-orders?subject_id={self._subject(event)}"
        listed = self.ask(event, event["by"], "GET", path)
        from_at = event["from"]
        ending = [
            order
            for order in (listed.body["items"] if listed else [])
            if order["lifted_at"] is None and _instant(order["in_force_until"]) == from_at
        ]
        if not ending:
            return listed is not None
        body = {"id": str(self.county.id("assessment", event.line)), "still_needed": True, "why": NOTE}
        officer = self.county.actor_for(event["subject"], None)
        path = f"/positioning-orders/{ending[0]['id']}/assessments"
        return self.ask(event, officer, "POST", path, body) is not None

    def lift(self, event: Event) -> bool:
        """The order in force is lifted by whoever approved it, or by the one who is named."""
        officer = event.get("by") or event.get("officer") or self._head(event)
        listed = self.ask(event, officer, "GET", f"/positioning-orders?subject_id={self._subject(event)}")
        now = event.at.isoformat()
        live = [order for order in (listed.body["items"] if listed else []) if order["from"] <= now < order["to"]]
        if listed is not None and not live:
            self.outlet.say(self.county.clock.now(), "refused", line=event.line, reason="no_order_in_force")
        if not live:
            return False
        path = f"/positioning-orders/{live[0]['id']}/lift"
        return self.ask(event, officer, "POST", path, {"reason": event.get("reason", NOTE)}) is not None

    def _head(self, event: Event) -> str:
        """The county's own people may lift; the office's officer may not."""
        county = self.county.sites[self.county.office_of[event["subject"]]].path.rsplit(".", 2)[-2]
        return self.county.first_officer.get(county, self._actor(event))

    def zone(self, event: Event) -> bool:
        """A zone is set; one that is forbidden by an order of a court that is as made up as the rest."""
        zone_id = self.county.id("zone", event.line)
        body: dict[str, Any] = {
            "id": str(zone_id),
            "subject_id": self._subject(event),
            "kind": event["kind"],
            "name": event["zone"],
            "reason": NOTE,
            **{key: event[key] for key in ("geometry", "circle") if event.get(key)},
            **{key: event[key].isoformat() for key in ("from", "to") if event.get(key)},
        }
        if event["kind"] == ZoneKind.FORBIDDEN:
            body |= {"prohibition": Prohibition.PLACES.value, "document_no": NOTE, "article": NOTE}
        if self.ask(event, self._actor(event), "POST", "/zones", body) is None:
            return False
        self.county.zones[event["subject"], event["zone"]] = zone_id
        self.county.zone_names[zone_id] = event["zone"]
        return True

    def zone_remove(self, event: Event) -> bool:
        """The zone of that name is ended."""
        zone_id = self.county.zones.get((event["subject"], event["zone"]))
        if zone_id is None:
            self.outlet.say(self.county.clock.now(), "refused", line=event.line, reason="no_such_zone")
            return False
        body = {"reason": event.get("reason", NOTE)}
        return self.ask(event, self._actor(event), "POST", f"/zones/{zone_id}/remove", body) is not None

    def record(self, event: Event) -> bool:
        """A visit made, or a talk held, just now."""
        body: dict[str, Any] = {
            "id": str(self.county.id("record", event.line)),
            "subject_id": self._subject(event),
            "items": event.get("items") or [event["item"]],
            "happened_at": event.get("happened_at", event.at).isoformat(),
            "note": event.get("note") or NOTE,
            **({"ended_at": event["ended_at"].isoformat()} if event.get("ended_at") else {}),
            **({"met": event["met"]} if event.get("met") else {}),
        }
        if event.get("lon") is not None and event.get("lat") is not None:
            body["position"] = {
                "lon": event["lon"],
                "lat": event["lat"],
                "accuracy_m": event.get("accuracy_m", PLACE_ACCURACY_M),
            }
        return self.ask(event, event["officer"], "POST", f"/{event.do}s", body) is not None

    def spot_check(self, event: Event) -> bool:
        """The subject is asked to check in now."""
        return self._check(event, event["subject"], event.get("reason") or NOTE, event.get("ground") or "routine")

    def ask_missed(self, event: Event) -> list[str]:
        """Whoever missed a check-in today while the phone was heard, and has not checked in since, is asked to do so
        now: once a day, and nobody who is being asked already. Gives who was asked.
        """
        listed = self.ask(event, event["officer"], "GET", "/alerts?kind=missed_check_in&condition=active&limit=200")
        today, names = legal_day(event.at), self.county.names
        asked = []
        for alert in listed.body["items"] if listed else []:
            subject = names[UUID(alert["subject_id"])]
            missed_today = legal_day(datetime.fromisoformat(alert["event_at"])) == today
            being_asked = self.checked_until.get(subject, event.at) > event.at or self.asked_on.get(subject) == today
            if alert["cause"] != Cause.PERSON or not missed_today or being_asked:
                continue
            if self._check(event, subject, NOTE, SpotGround.TO_CONFIRM):
                self.asked_on[subject] = today
                asked.append(subject)
        return asked

    def _check(self, event: Event, subject: str, reason: str, ground: str) -> bool:
        limit = int(event["limit_minutes"])
        body = {
            "id": str(self.county.id("spot check", event.line, subject)),
            "subject_id": str(self.county.subjects[subject]),
            "limit_minutes": limit,
            "reason": reason,
            "ground": ground,
        }
        if self.ask(event, event["officer"], "POST", "/spot-checks", body) is None:
            return False
        self.checked_until[subject] = event.at + timedelta(minutes=limit)
        return True

    def acknowledge(self, event: Event) -> bool:
        """Somebody takes an alert on."""
        return self._handle(event, "acknowledge", {})

    def close(self, event: Event) -> bool:
        """Somebody closes an alert."""
        return self._handle(event, "close", {"reason": event["reason"], "result": event["result"]})

    def _handle(self, event: Event, act: str, body: dict[str, Any]) -> bool:
        kind = AlertKind(event["alert"])
        query = f"/alerts?subject_id={self._subject(event)}&kind={kind}&limit=200"
        listed = self.ask(event, event["officer"], "GET", query)
        if listed is None:
            return False
        alerts = [alert for alert in listed.body["items"] if alert["handling"] != "closed"]
        if not alerts:
            self.outlet.say(self.county.clock.now(), "refused", line=event.line, reason="no_such_alert")
            return False
        return self.ask(event, event["officer"], "POST", f"/alerts/{alerts[0]['id']}/{act}", body) is not None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


ACTS: dict[str, Callable[[Staff, Event], bool]] = {
    "absent": Staff.absent,
    "judgment": Staff.judgment,
    "class_change": Staff.class_change,
    "end": Staff.end,
    "positioning_order": Staff.order,
    "order_lift": Staff.lift,
    "zone": Staff.zone,
    "zone_remove": Staff.zone_remove,
    "visit": Staff.record,
    "talk": Staff.record,
    "spot_check": Staff.spot_check,
    "acknowledge": Staff.acknowledge,
    "close": Staff.close,
}
