"""Phones without our app: their credentials, and the golden requests of their clients."""

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from werkzeug.test import TestResponse

from app.actions.issue_tracker import issue_tracker
from app.rules.facts import TrackerClient
from app.rules.trackers import Wanted
from tests.builders.positions import JIANGSHAN
from tests.builders.users import Worker

OWNTRACKS, TRACCAR = "/api/trackers/owntracks", "/api/trackers/traccar"
GOLDEN = Path(__file__).resolve().parents[1] / "api" / "trackers" / "golden"


@dataclass(frozen=True)
class Phone:
    """A phone with one of the clients, set up by its credential."""

    credential_id: UUID
    client: TrackerClient
    name: str
    secret: str

    @property
    def basic(self) -> dict[str, str]:
        """The header of HTTP Basic."""
        return {"Authorization": "Basic " + b64encode(f"{self.name}:{self.secret}".encode()).decode()}

    def send(self, client: FlaskClient, body: Any) -> TestResponse:
        """A message as JSON: an object, or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if self.client is TrackerClient.TRACCAR:
            return client.post(f"{TRACCAR}/{self.secret}", data=data, content_type="application/json")
        named = {"X-Limit-U": self.name, "X-Limit-D": self.name}
        return client.post(OWNTRACKS, data=data, content_type="application/json", headers={**self.basic, **named})


def a_tracker(
    tx: Connection,
    officer: Worker,
    subject_id: UUID,
    client: TrackerClient,
    *,
    now: datetime,
    datum: str = "wgs84",
    key: str = "one",
) -> Phone:
    """A credential that an officer has just issued."""
    wanted = Wanted(uuid5(subject_id, f"tracker:{client}:{key}"), subject_id, client, datum, key.encode())
    secret = issue_tracker(tx, officer.actor, wanted, now=now)
    assert secret is not None
    return Phone(wanted.id, client, wanted.name, secret)


def an_owntracks_location(at: datetime, **changes: Any) -> dict[str, Any]:
    """A fix in the town as OwnTracks writes it; a change to None leaves the field out."""
    lon, lat = JIANGSHAN
    body = {"_type": "location", "lon": lon, "lat": lat, "tst": int(at.timestamp()), "acc": 20, "batt": 80, **changes}
    return {name: value for name, value in body.items() if value is not None}


def a_traccar_location(phone: Phone, at: datetime, **changes: Any) -> dict[str, Any]:
    """A fix in the town as Traccar Client writes it since version 9."""
    lon, lat = JIANGSHAN
    coords = {"latitude": lat, "longitude": lon, "accuracy": 20, "speed": -1, "heading": -1, "altitude": 90}
    location = {
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "coords": {**coords, **changes.pop("coords", {})},
        "is_moving": False,
        "battery": {"level": 0.8, "is_charging": False},
        **changes,
    }
    return {"location": location, "device_id": phone.name}


def a_location(phone: Phone, at: datetime, **place: float) -> dict[str, Any]:
    """A fix as the phone's client writes it; `lon` and `lat` where it is elsewhere."""
    if phone.client is TrackerClient.OWNTRACKS:
        return an_owntracks_location(at, **place)
    names = {"lon": "longitude", "lat": "latitude"}
    return a_traccar_location(phone, at, coords={names[name]: value for name, value in place.items()})


def poison_of(tx: Connection, subject_id: UUID) -> list[Any]:
    """What lies set aside of the subject, by reason."""
    rows = tx.execute(text("SELECT * FROM poison WHERE subject_id = :id ORDER BY reason, id"), {"id": subject_id})
    return list(rows)


@dataclass(frozen=True)
class Golden:
    """One request as a client sends it, in a file: first line, headers, an empty line, body; then what it must leave.

    The last line of a file is a comment of our own: `# stored {...}`, `# poison <reason>` or `# heard {...}`.
    """

    name: str
    client: TrackerClient
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    leaves: str
    values: dict[str, Any]

    def send(self, client: FlaskClient, phone: Phone) -> TestResponse:
        """Sent by that phone: `{secret}`, `{name}` and `{basic}` are its own."""
        own = {"{secret}": phone.secret, "{name}": phone.name, "{basic}": phone.basic["Authorization"]}

        def filled(told: str) -> str:
            for mark, value in own.items():
                told = told.replace(mark, value)
            return told

        headers = {name: filled(value) for name, value in self.headers.items()}
        body = filled(self.body.decode("latin-1")).encode("latin-1")
        return client.open(filled(self.target), method=self.method, headers=headers, data=body)


def golden_requests() -> list[Golden]:
    """All of them."""
    return [_golden(file) for file in sorted(GOLDEN.glob("*.http"))]


def _golden(file: Path) -> Golden:
    content = file.read_bytes().rstrip(b"\n")
    request, _, told = content.rpartition(b"\n# ")
    leaves, _, rest = told.decode().partition(" ")
    head, _, body = request.partition(b"\n\n")
    first, *lines = head.decode().splitlines()
    method, target = first.split(" ", 1)
    values = json.loads(rest) if rest.startswith("{") else {"reason": rest} if rest else {}
    client = TrackerClient(file.stem.partition("-")[0])
    headers = dict(line.split(": ", 1) for line in lines)
    return Golden(file.stem, client, method, target, headers, body, leaves, values)
