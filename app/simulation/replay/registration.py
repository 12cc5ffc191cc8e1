"""A `register` line: the officer's entry, then the phone that is bound at once."""

from datetime import timedelta
from typing import Any

from app.rules.devices import Device
from app.simulation.replay.county import PASSWORD, County
from app.simulation.replay.people import People
from app.simulation.replay.phone import Fix, Phone
from app.simulation.replay.scenario import Event
from app.simulation.replay.staff import Staff
from app.store import devices

TERM_DAYS = 365
LONGEST_NAME = 50
ADULT_BORN, MINOR_BORN_YEARS = "1990-01-01", 17


def register(event: Event, county: County, staff: Staff, people: People) -> bool:
    """Enter the subject with a one-year term and channel smartphone, and bind one online android phone."""
    name = event["subject"]
    county.office_of[name] = event["office"]
    subject_id = county.subjects.setdefault(name, county.id("subject", name))
    if (
        staff.ask(event, county.actor_for(name, event.get("officer")), "POST", "/subjects", _entry(event, county))
        is None
    ):
        return False
    people.homes[name] = Fix(event["home"]["lon"], event["home"]["lat"], 20.0)
    now = county.clock.now()
    device_id = county.id("phone", name)
    with county.deps.transaction() as tx:
        devices.bind(tx, subject_id, Device(device_id, "android"), now=now)
    county.phone_sessions[name] = county.open_session("subject", subject_id, device_id, f"push:{name}")
    county.phones[name] = Phone(name, device_id, now, timedelta(seconds=county.policy.poll_after_s))
    people.timeline.add(now, lambda: people.poll(name))
    return True


def _entry(event: Event, county: County) -> dict[str, Any]:
    name = event["subject"]
    day = event.at.date()
    born = day.replace(year=day.year - MINOR_BORN_YEARS, day=1).isoformat() if event.get("minor") else ADULT_BORN
    entry: dict[str, Any] = {
        "id": str(county.subjects[name]),
        "subject_no": county.subjects[name].hex,
        "name": name[:LONGEST_NAME],
        "birth_date": born,
        "category": event["category"],
        "class": event["class"],
        "term_from": day.isoformat(),
        "term_to": (day + timedelta(days=TERM_DAYS)).isoformat(),
        "office_id": str(county.sites[event["office"]].id),
        "home": dict(event["home"]),
        "channel": "smartphone",
        "login": county.id("login", name).hex,
        "password": PASSWORD,
    }
    if event.get("area"):
        entry["permitted_area"] = event["area"]
    return entry
