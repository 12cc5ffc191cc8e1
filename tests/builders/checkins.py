"""Residents who check in, and what a phone or an officer sends for them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, update

from app.models.subject import Subject
from app.rules.facts import Channel, Fix
from app.store.areas import ensure_permitted_area
from app.store.attempts import point
from tests.builders.duties import a_supervised
from tests.builders.offices import LONG_AGO, Tree
from tests.builders.users import Worker

HOME = (118.627, 28.738)
"""Lon and lat of the residents' home, in the town of Jiangshan."""


def a_resident(
    tx: Connection,
    tree: Tree,
    officer: Worker,
    *,
    channel: Channel = Channel.SMARTPHONE,
    area: str | None = None,
    at: datetime = LONG_AGO,
) -> UUID:
    """Somebody under correction with a home, and with the unit `area` (an adcode) not to be left; nothing is owed."""
    subject_id = a_supervised(tx, tree, officer, channel=channel, at=at)
    area_id = ensure_permitted_area(tx, area, now=at) if area else None
    home = point(Fix(*HOME, accuracy_m=0.0))
    tx.execute(update(Subject).where(Subject.id == subject_id).values(home=home, permitted_area_id=area_id))
    return subject_id


def a_check_in(recorded_at: datetime, **changes: Any) -> dict[str, Any]:
    """The body that a phone sends for a check-in at home; a change to None leaves the field out."""
    lon, lat = HOME
    body = {
        "id": str(uuid4()),
        "recorded_at": recorded_at.isoformat(),
        "position": {"lon": lon, "lat": lat, "accuracy_m": 20.0},
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def a_record(subject_id: UUID, happened_at: datetime, **changes: Any) -> dict[str, Any]:
    """The body that an officer sends for a check-in face to face."""
    return {
        "id": str(uuid4()),
        "subject_id": str(subject_id),
        "happened_at": happened_at.isoformat(),
        "note": "本人到司法所当面签到",
        **changes,
    }
