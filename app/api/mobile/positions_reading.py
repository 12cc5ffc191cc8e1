"""How a batch of positions is read: by a compiled decoder where it is as the phone guide writes it, else by its schema.

The schema is what the document tells and what decides: whatever the decoder does not take, for whichever reason, the
schema reads or refuses. So the decoder may be narrower than the schema and must never be wider, and both must give the
same command; `tests/api/mobile/test_positions_reading.py` compares them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from flask import Request, request
from msgspec import Meta

from app.actions.report_positions import ReportPositions
from app.api.bodies import body_hash
from app.api.fields import EARLIEST, LATEST
from app.api.reading import Reader
from app.clients.datum import Datum, to_wgs84
from app.rules.positions import Report

LARGEST_BATCH = 500
LONGEST_ELAPSED_MS = 10**13
JSON = "application/json"
ESCAPE = b"\\u"
"""Only by an escape can a body hold characters that no database stores; one that has any is left to the schema."""

WGS84 = Datum.WGS84.value

Elapsed = Annotated[int, Meta(ge=-LONGEST_ELAPSED_MS, le=LONGEST_ELAPSED_MS)] | None
Name = Annotated[str, Meta(min_length=1, max_length=64)] | None


class Sent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One fix as it is sent. Times stay text: how they are read is told in one place, `_instant`."""

    id: UUID
    recorded_at: str
    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-90, le=90)]
    accuracy_m: Annotated[float, Meta(ge=-1, le=1_000_000)]
    speed_mps: Annotated[float, Meta(ge=-1, le=10_000)] | None = None
    heading_deg: Annotated[float, Meta(ge=-1, le=360)] | None = None
    altitude_m: Annotated[float, Meta(ge=-20_000, le=100_000)] | None = None
    battery_percent: Annotated[int, Meta(ge=-1, le=100)] | None = None
    provider: Name = None
    mock: bool | None = None
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    recorded_elapsed_ms: Elapsed = None


class SentBatch(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One request as it is sent."""

    request_id: UUID
    reports: Annotated[list[Sent], Meta(min_length=1, max_length=LARGEST_BATCH)]
    sent_at: str | None = None
    sent_elapsed_ms: Elapsed = None
    boot_id: Name = None


_DECODER = msgspec.json.Decoder(SentBatch)


class PositionsReader(Reader):
    """Reads bodies of positions into the command; what is no such body is refused as everywhere."""

    def parse(self, argmap: Any, req: Request | None = None, **options: Any) -> ReportPositions:
        """The command that the request's body holds."""
        return quickly_read(req or request) or read_by_schema(super().parse(argmap, req, **options))


def quickly_read(sent: Request) -> ReportPositions | None:
    """The command, or None where the schema has to look at the request."""
    if sent.mimetype != JSON or sent.content_length is None:
        return None
    body = sent.get_data(cache=True)
    if ESCAPE in body:
        return None
    try:
        batch = _DECODER.decode(body)
        times = [_instant(report.recorded_at) for report in batch.reports]
        sent_at = None if batch.sent_at is None else _instant(batch.sent_at)
    except (ValueError, OverflowError):  # msgspec's own errors are ValueErrors
        return None
    return _command(batch, list(map(_report, batch.reports, times)), sent_at)


def read_by_schema(body: dict[str, Any]) -> ReportPositions:
    """The command of a body that the schema has read."""
    given = body["reports"]
    reports = [_report(Sent(**{**sent, "recorded_at": ""}), sent["recorded_at"]) for sent in given]
    batch = SentBatch(body["request_id"], [], None, body["sent_elapsed_ms"], body["boot_id"])
    return _command(batch, reports, body["sent_at"])


def _instant(text: str) -> datetime:
    """An instant by the same rule as `app.api.fields.Instant`; ValueError or OverflowError for anything else."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is not UTC:
        if read.tzinfo is None:
            raise ValueError
        read = read.astimezone(UTC)
    if not EARLIEST <= read < LATEST:
        raise ValueError
    return read


def _report(sent: Sent, recorded_at: datetime) -> Report:
    lon, lat = sent.lon, sent.lat
    if sent.datum != WGS84:
        lon, lat = to_wgs84(lon, lat, Datum(sent.datum))
    speed, heading, battery = sent.speed_mps, sent.heading_deg, sent.battery_percent
    return Report(
        sent.id,
        recorded_at,
        lon,
        lat,
        max(sent.accuracy_m, 0.0),
        sent.lon,
        sent.lat,
        sent.datum,
        sent.recorded_elapsed_ms,
        None if speed is None or speed < 0 else speed,
        None if heading is None or heading < 0 else heading,
        sent.altitude_m,
        None if battery is None or battery < 0 else battery,
        sent.provider,
        sent.mock,
    )


def _command(batch: SentBatch, reports: Sequence[Report], sent_at: datetime | None) -> ReportPositions:
    return ReportPositions(
        request_id=batch.request_id,
        body_hash=fingerprint(reports),
        reports=reports,
        sent_at=sent_at,
        sent_elapsed_ms=batch.sent_elapsed_ms,
        boot_id=batch.boot_id,
        hash_of_old=body_hash,
    )


def fingerprint(reports: Sequence[Report]) -> bytes:
    """SHA-256 of what happened: all of the reports but what a phone writes anew with each sending.

    Of the values and not of the text: a repeat that writes the same fix in other words is the same request.
    """
    ids, times, _, _, accuracy, lon, lat, datum, _, *rest = zip(*reports, strict=True)
    return sha256(msgspec.msgpack.encode((ids, times, accuracy, lon, lat, datum, rest))).digest()
