"""Zones, set by the service's own action; and shapes as people send them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection

from app.actions.set_zones import set_zones
from app.clients import zone_shapes
from app.clients.datum import Datum
from app.rules.bounds import WeeklyHours, ZoneKind
from app.rules.zones.setting import Prohibition, Wanted
from tests.builders.app import MONDAY
from tests.builders.users import Worker

_numbers = count(1)
"""Never anew: a process keeps the shape of a zone under its id, for what a zone covers never changes."""

TOWN = (118.627, 28.738)
"""Lon and lat of the middle of Jiangshan's town."""


def a_square(lon: float = TOWN[0], lat: float = TOWN[1], half: float = 0.01) -> dict[str, Any]:
    """A GeoJSON polygon around a place; `half` in degrees."""
    west, east, south, north = lon - half, lon + half, lat - half, lat + half
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def a_feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def a_collection(*features: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection; without features, of one square."""
    return {"type": "FeatureCollection", "features": list(features) or [a_feature(a_square(), name="街区")]}


def a_wanted_zone(
    *,
    key: str | None = None,
    kind: ZoneKind = ZoneKind.FORBIDDEN,
    name: str = "某处",
    circle: tuple[float, float, float] | None = (*TOWN, 500.0),
    geometry: dict[str, Any] | None = None,
    from_at: datetime | None = None,
    until: datetime | None = None,
    hours: tuple[WeeklyHours, ...] = (),
    prohibition: Prohibition | None = Prohibition.PLACES,
    document_no: str | None = "(2026)浙0881刑初1号",
    article: str | None = "刑法第七十二条第二款",
) -> Wanted:
    """A zone to be set: a circle, unless `geometry` says otherwise. The same `key` gives the same id."""
    zone_id = uuid5(NAMESPACE_URL, f"test:zone:{key or next(_numbers)}")
    if geometry is not None:
        shape = zone_shapes.polygons(geometry, Datum.WGS84)
    else:
        shape = zone_shapes.circle(*(circle or (*TOWN, 500.0)), Datum.WGS84)
    return Wanted(
        id=zone_id,
        kind=kind,
        name=name,
        from_at=from_at,
        until=until,
        hours=hours,
        polygons=shape.polygons,
        circle=shape.circle,
        given=shape.given,
        prohibition=prohibition,
        document_no=document_no,
        article=article,
        reason="按文书设置",
        body_hash=str(zone_id).encode(),
    )


def a_zone(
    tx: Connection,
    worker: Worker,
    subject_id: UUID,
    *,
    at: datetime = MONDAY - timedelta(hours=1),
    **wanted: Any,
) -> UUID:
    """A zone set at `at` by `worker`, as `a_wanted_zone` describes it; gives its id."""
    zone = a_wanted_zone(**wanted)
    set_zones(tx, worker.actor, subject_id, [zone], now=at)
    return zone.id
