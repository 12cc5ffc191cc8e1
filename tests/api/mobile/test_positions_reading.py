"""The quick way to read a batch of positions takes nothing that the schema would refuse, and reads it as that does.

What it does not take the schema reads: so codes and fields of refusals are the schema's own, whatever is sent.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, request
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from app.actions.report_positions import ReportPositions
from app.api.mobile.positions import PositionsBody
from app.api.mobile.positions_reading import Sent, SentBatch, quickly_read, read_by_schema
from app.api.reading import read_json
from tests.builders.app import MONDAY
from tests.builders.positions import a_sent_batch, a_sent_report
from tests.database import ROOT

APP = Flask("reading")

NUMBERS = ["0", "-0", "1", "5.0", "1e2", "-1", "-1.0000001", "90", "90.0000000001", "100", "101", "1e400", "-1e-400"]
NUMBERS += ["123456789012345678901234567890", "0.1234567890123456789012345", "10000000000000", "10000000000001", "1E1"]
WORDS = ["null", "true", "false", '""', '"5"', '"gps"', '"网络"', '"\\u7f51"', '"\\u0000"', '"\\ud800"', '"\x7f"', "[]"]
WORDS += [
    "{}",
    "NaN",
    "Infinity",
    '"wgs84"',
    '"GCJ02"',
    '"bd09"',
    f'"{"x" * 64}"',
    f'"{"网" * 65}"',
    '"\t"',
    "01",
    "+1",
]
IDS = ['"00000000-0000-4000-8000-00000000000A"', '"00000000000040008000000000000001"', '"{0}"', '"urn:uuid:1"', '"é"']
IDS += ['"urn:uuid:00000000-0000-4000-8000-000000000001"', '"{00000000-0000-4000-8000-000000000001}"', '"0000"']
TIMES = ["2026-03-02T08:00:00Z", "2026-03-02t08:00:00z", "2026-03-02 08:00:00Z", "2026-03-02T08:00:00.123456789Z"]
TIMES += ["2026-03-02T08:00:00.1234567+08:00", "2026-03-02T08:00:00+0800", "2026-03-02T08:00:60Z", "2026-03-02T24:00Z"]
TIMES += ["2026-03-02T08:00Z", "2026-03-02T08:00:00", "2026-03-02T08:00:00-00:00", "20260302T080000Z", "2026-W10-1"]
TIMES += ["1999-12-31T23:59:59Z", "2000-01-01T07:59:59+08:00", "2099-12-31T23:59:59Z", "2100-01-01T00:00:00Z"]
TIMES += ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-02T08:00:00+24:00", "", "now"]
TEXTS = [*NUMBERS, *WORDS, *IDS, *(f'"{time}"' for time in TIMES)]
"""What may stand for a value in JSON, most of it where it does not belong."""

BATCH_FIELDS, REPORT_FIELDS = SentBatch.__struct_fields__, Sent.__struct_fields__
NOWHERE = "nowhere"


def by_schema(body: bytes) -> Any:
    """The command by the schema, or what it complains about."""
    try:
        return read_by_schema(PositionsBody().load(read_json(body)))
    except ValidationError as error:
        return error.messages


def quickly(body: bytes, content_type: str = "application/json") -> Any:
    with APP.test_request_context(method="POST", data=body, content_type=content_type):
        return quickly_read(request)


def agree(body: bytes) -> None:
    """What is taken quickly is the schema's command, to the last digit."""
    command = quickly(body)
    if command is not None:
        assert repr(command) == repr(by_schema(body))


def written(batch: dict[str, Any], report: dict[str, Any] | None = None) -> bytes:
    """JSON out of values that are JSON already."""
    reports = "[" + ",".join(f'"{name}":{value}' for name, value in (report or {}).items()).join("{}") + "]"
    fields = {"reports": reports, **batch}
    return ("{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}").encode("utf-8", "replace")


def plain(at: datetime = MONDAY) -> tuple[dict[str, Any], dict[str, Any]]:
    report = a_sent_report(at, speed_mps=1.5, battery_percent=50, provider="gps", mock=False, recorded_elapsed_ms=5)
    batch = a_sent_batch(sent_at=at.isoformat(), sent_elapsed_ms=9, boot_id="one")
    del batch["reports"]
    return tuple({name: json.dumps(value) for name, value in body.items()} for body in (batch, report))  # type: ignore[return-value]


@pytest.mark.parametrize("field", [*REPORT_FIELDS, NOWHERE])
def test_any_value_in_any_field_of_a_report(field: str) -> None:
    batch, report = plain()

    for value in TEXTS:
        agree(written(batch, {**report, field: value}))


@pytest.mark.parametrize("field", [*BATCH_FIELDS, NOWHERE])
def test_any_value_in_any_field_of_a_batch(field: str) -> None:
    batch, report = plain()

    for value in TEXTS:
        agree(written({**batch, field: value}, report))


@pytest.mark.parametrize("field", [*BATCH_FIELDS, *REPORT_FIELDS])
def test_any_field_left_out_or_written_twice(field: str) -> None:
    batch, report = plain()
    body = written(batch, report)
    doubled = re.sub(rb'"%s":' % field.encode(), rb'"%s":null,"%s":' % (field.encode(), field.encode()), body, count=1)
    without = [{name: value for name, value in given.items() if name != field} for given in (batch, report)]

    agree(written(*without))
    agree(doubled)


JSON_VALUES = st.sampled_from(TEXTS) | st.floats(allow_nan=False).map(repr) | st.integers(-200, 10**14).map(str)
JSON_VALUES |= st.datetimes(timezones=st.timezones()).map(lambda at: f'"{at.isoformat()}"')
JSON_VALUES |= st.text(max_size=70).map(lambda text: json.dumps(text, ensure_ascii=False))


@settings(max_examples=300)
@given(
    st.dictionaries(st.sampled_from(BATCH_FIELDS), JSON_VALUES, max_size=1),
    st.dictionaries(st.sampled_from(REPORT_FIELDS), JSON_VALUES, max_size=2),
)
def test_whatever_is_sent(of_batch: dict[str, str], of_report: dict[str, str]) -> None:
    batch, report = plain()

    agree(written({**batch, **of_batch}, {**report, **of_report}))


@settings(max_examples=150)
@given(st.binary(max_size=20), st.integers(0, 400))
def test_whatever_bytes_break_in(garbage: bytes, at: int) -> None:
    body = written(*plain())

    agree(body[:at] + garbage + body[at:])
    agree(body[:at] + garbage)


@pytest.mark.parametrize("count", [0, 1, 500, 501])
def test_as_many_reports_as_the_schema_takes(count: int) -> None:
    body = json.dumps(a_sent_batch(*(a_sent_report(MONDAY) for _ in range(count)))).encode()

    agree(body)
    assert (quickly(body) is not None) == (1 <= count <= 500)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_what_the_phone_guide_writes_is_read_quickly(datum: str) -> None:
    guide = (ROOT / "mobile_api_docs" / "guide.zh.md").read_text(encoding="utf-8")
    examples = re.findall(r"POST /api/mobile/v1/positions\n.*?\n\n(\{.*?)```", guide, re.DOTALL)
    bodies = [json.loads(example) for example in examples]
    for body in bodies:
        body["reports"] = [{**report, "datum": datum} for report in body["reports"]]
    readable = [sent for sent in map(as_sent, bodies) if isinstance(by_schema(sent), ReportPositions)]

    assert readable
    assert all(quickly(sent) == by_schema(sent) for sent in readable)


def as_sent(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def test_another_way_of_sending_is_left_to_the_schema() -> None:
    body = written(*plain())

    assert quickly(body) is not None
    assert quickly(body, "application/json; charset=utf-8") is not None
    assert quickly(body, "application/problem+json") is None
    assert quickly(body, "text/plain") is None


def test_a_repeat_in_other_words_is_the_same_request() -> None:
    batch, report = plain()
    again = {**report, "recorded_at": f'"{MONDAY.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"', "heading_deg": "null"}
    other = {**report, "lat": "28.7380001"}
    first, second, third = (quickly(written(batch, sent)) for sent in (report, again, other))

    assert first.body_hash == second.body_hash
    assert first.body_hash != third.body_hash
