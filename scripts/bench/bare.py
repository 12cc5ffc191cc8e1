"""The bare limit of positions: Flask, the token's signature, msgspec, one INSERT of the same rows in autocommit.

No session, no power, no clock, no receipt, no state: what any endpoint of this kind must at least do.
Started as `python -m scripts.bench.bare --port N`, by the same server with the same settings as the service.
"""

import os
import sys
import threading
from datetime import datetime
from typing import Any
from uuid import UUID

import jwt
import msgspec
import psycopg
from flask import Flask, request

from app.deps import SystemClock

INSERT = """
INSERT INTO positions (subject_id, recorded_at, id, effective_at, sent_at, received_at, time_proven, power_id, place,
                       lon, lat, datum, accuracy_m, speed_mps, heading_deg, altitude_m, battery_percent, provider, mock)
SELECT %(subject_id)b, t, i, t, %(sent_at)b::timestamptz, %(now)b::timestamptz, true, %(subject_id)b,
       ST_SetSRID(ST_MakePoint(x, y), 4326), x, y, d, a, s, h, z, b, p, m
FROM unnest(%(id)b::uuid[], %(recorded_at)b::timestamptz[], %(lon)b::float8[], %(lat)b::float8[], %(datum)b::text[],
            %(accuracy_m)b::float8[], %(speed_mps)b::float8[], %(heading_deg)b::float8[], %(altitude_m)b::float8[],
            %(battery_percent)b::integer[], %(provider)b::text[], %(mock)b::boolean[])
     AS u(i, t, x, y, d, a, s, h, z, b, p, m)
ON CONFLICT DO NOTHING
"""


class Report(msgspec.Struct):
    """One fix as it is sent."""

    id: UUID
    recorded_at: datetime
    lon: float
    lat: float
    accuracy_m: float
    speed_mps: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    battery_percent: int | None = None
    provider: str | None = None
    mock: bool | None = None
    datum: str = "wgs84"
    recorded_elapsed_ms: int | None = None


class Batch(msgspec.Struct):
    """One request as it is sent."""

    request_id: UUID
    reports: list[Report]
    sent_at: datetime | None = None
    sent_elapsed_ms: int | None = None
    boot_id: str | None = None


COLUMNS = [name for name in Report.__struct_fields__ if name != "recorded_elapsed_ms"]
OWN = threading.local()


def bare_app() -> Flask:
    """The application: one route."""
    app = Flask("bare", static_folder=None)
    secret = os.environ["ZHIFANG_TOKEN_SECRET"]
    database = os.environ["DATABASE_URL"].replace("+psycopg", "")
    decoder = msgspec.json.Decoder(Batch)

    def connection() -> Any:
        """Each thread keeps one: no pool is as cheap."""
        if not hasattr(OWN, "connection"):
            OWN.connection = psycopg.connect(database, autocommit=True)
        return OWN.connection

    @app.post("/api/mobile/v1/positions")
    def positions() -> tuple[dict[str, Any], int]:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, secret, algorithms=["HS256"], audience="mobile")
        batch = decoder.decode(request.get_data())
        values = {name: [getattr(report, name) for report in batch.reports] for name in COLUMNS}
        given = {"subject_id": UUID(claims["sub"]), "sent_at": batch.sent_at, "now": SystemClock().now()}
        stored = connection().execute(INSERT, {**values, **given}).rowcount
        return {"stored": stored}, 201

    @app.get("/health/live")
    def live() -> str:
        return "ok"

    return app


if __name__ == "__main__":
    from app.cli import server

    server("scripts.bench.bare:bare_app", port=int(sys.argv[sys.argv.index("--port") + 1])).serve()
