"""What the form of a record sends, read into the command. Nothing that was typed is guessed at."""

from datetime import date, datetime
from enum import StrEnum
from math import isfinite
from typing import TypeVar
from uuid import UUID

from flask import request

from app.rules.effects.records import Details, Finding, Mood, Risk, Signed, Signing
from app.rules.errors import Refused
from app.rules.facts import DutyKind, Fix
from app.rules.visits import NewRecord
from app.rules.visits.lines import read_lines
from app.web.browsers import browser_name
from app.web.forms import client_id, hash_of, instant, optional, written

LONGEST_NOTE, LONGEST_LINES, LONGEST_FINDING, LONGEST, LONGEST_SHORT = 4000, 20_000, 2000, 500, 200
MOST_ITEMS = 20
Choice = TypeVar("Choice", bound=StrEnum)
TRANSPORT = frozenset({"csrf_token", "sent_at", "drafted_offline"})
"""What differs from one sending of the same draft to the next."""


def typed_record(subject_id: UUID) -> NewRecord:
    """The record that a form tells of. Refused for what cannot be read, each by a sentence of its own."""
    items = tuple(dict.fromkeys(request.form.getlist("items")))[:MOST_ITEMS]
    if not items:
        raise Refused("items_needed")
    fix = _fix()
    return NewRecord(
        id=client_id(),
        kind=_kind(),
        subject_id=subject_id,
        items=items,
        happened_at=instant("happened_at"),
        note=written("note", LONGEST_NOTE, missing="note_needed"),
        body_hash=_hash(subject_id),
        ended_at=instant("ended_at") if request.form.get("ended_at") else None,
        fix=fix,
        fix_given={"lon": fix.lon, "lat": fix.lat, "datum": "wgs84"} if fix else None,
        met=optional("met", LONGEST_SHORT),
        details=_details(items),
        settles=_ids(request.form.getlist("settles")),
        files=_ids(request.form["files"].split()) if "files" in request.form else None,
    )


def _details(items: tuple[str, ...]) -> Details:
    return Details(
        mood=_one_of(Mood, "mood"),
        risk=_one_of(Risk, "risk"),
        findings=tuple(found for item in items if (found := _finding(item))),
        lines=read_lines(optional("lines", LONGEST_LINES) or ""),
        signing=Signing(
            _one_of(Signed, "signed_subject"), _one_of(Signed, "signed_officer"), optional("why_not_signed", LONGEST)
        ),
        follow_up=optional("follow_up", LONGEST),
        follow_up_on=_day("follow_up_on"),
        place_name=optional("place_name", LONGEST_SHORT),
        started_at=_client_time("started_at"),
        sent_at=_client_time("sent_at"),
        offline=request.form.get("drafted_offline") == "1",
        device=optional("device", LONGEST_SHORT) or browser_name(request.headers.get("User-Agent", "")),
    )


def _ids(given: list[str]) -> tuple[UUID, ...]:
    try:
        return tuple(map(UUID, given))
    except ValueError:
        raise Refused("stale_form") from None


def _kind() -> DutyKind:
    given = request.form.get("kind", "")
    if given not in {DutyKind.VISIT, DutyKind.TALK, DutyKind.VERIFICATION, DutyKind.REVIEW}:
        raise Refused("stale_form")
    return DutyKind(given)


def _one_of(closed: type[Choice], name: str) -> Choice | None:
    given = request.form.get(name)
    try:
        return closed(given) if given else None
    except ValueError:
        raise Refused("stale_form") from None


def _finding(item: str) -> Finding | None:
    text = optional(f"finding.{item}", LONGEST_FINDING)
    evidence = tuple(word[:40] for word in request.form.getlist(f"evidence.{item}")[:MOST_ITEMS])
    return Finding(item, text, evidence) if text or evidence else None


def _day(name: str) -> date | None:
    given = request.form.get(name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise Refused("time_needed") from None


def _client_time(name: str) -> datetime | None:
    """What a script stamped, with its offset. What is no such time was not stamped by ours, and is left out."""
    try:
        given = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
    return given if given.tzinfo is not None and 2000 <= given.year < 2100 else None


def _fix() -> Fix | None:
    """Where the browser says that it was, in WGS-84 as the standard has it; without all three numbers nowhere."""
    try:
        lon, lat, accuracy = (float(request.form.get(name, "")) for name in ("lon", "lat", "accuracy_m"))
    except ValueError:
        return None
    if not (isfinite(accuracy) and -180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return Fix(lon, lat, max(accuracy, 0.0), provider="browser")


def _hash(subject_id: UUID) -> bytes:
    kept = sorted((name, value) for name, value in request.form.items(multi=True) if name not in TRANSPORT)
    return hash_of(subject_id, kept)
