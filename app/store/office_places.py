"""Where offices are, on disk."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from app.models.office_place import OfficePlace
from app.rules.facts import GivenPlace


def keep(tx: Connection, office_id: UUID, place: GivenPlace, *, set_by: UUID, now: datetime) -> None:
    """The office is there; where it was said to be before is forgotten."""
    row = {
        "lon": place.lon,
        "lat": place.lat,
        "given": {"lon": place.given_lon, "lat": place.given_lat, "datum": place.datum},
        "set_at": now,
        "set_by": set_by,
    }
    statement = insert(OfficePlace).values(office_id=office_id, **row)
    tx.execute(statement.on_conflict_do_update(index_elements=["office_id"], set_=row))
