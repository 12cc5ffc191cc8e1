"""Who may set and end a zone, and on what ground.

A place is forbidden by a court alone: a 禁止令 as to places, named by its document and article [Criminal Law 38, 72;
SF 0015 9.53, read in a summary only]. The county department carries it out [Measures 39]; the service keeps who entered
it. Nothing is ever deleted: what was wrong is ended, and set anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.rules.bounds import WeeklyHours, Zone, ZoneKind
from app.rules.effects import Decision, Notify, WriteAudit
from app.rules.effects.zones import RemoveZone, SetZone
from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import About, Actor, Reason, SubjectStatus
from app.rules.shapes import Polygon, why_invalid
from app.rules.zones.hours import as_json, meet

SMALLEST_RADIUS_M, LARGEST_RADIUS_M = 1.0, 50_000.0
MOST_POINTS = 10_000
LARGEST_KM2 = 200_000
"""More than most provinces have: such a shape is a slip, and not a place."""
MOST_ZONES = 50
"""Of one person at a time. Each fix is measured against each of them."""
BACKDATED_AT_MOST = timedelta(days=31)
"""A judgment may reach the system late. What lies farther back would only judge days that were judged long ago."""


class Prohibition(StrEnum):
    """What a 禁止令 is about, by the codes of SF 0015 9.53: places, activities, persons."""

    PLACES = "01"
    ACTIVITIES = "02"
    PERSONS = "03"


@dataclass(frozen=True)
class ZoneFacts:
    """The person, under the lock; `held` counts the zones that have not ended."""

    subject_id: UUID
    status: SubjectStatus
    held: int


@dataclass(frozen=True)
class Wanted:
    """A zone to be set: `polygons` in WGS-84, or `circle` (longitude, latitude, metres)."""

    id: UUID
    kind: ZoneKind
    name: str
    from_at: datetime | None
    until: datetime | None
    hours: tuple[WeeklyHours, ...]
    polygons: tuple[Polygon, ...] | None
    circle: tuple[float, float, float] | None
    given: dict[str, Any]
    prohibition: Prohibition | None
    document_no: str | None
    article: str | None
    reason: str
    body_hash: bytes


@dataclass(frozen=True)
class Examined:
    """What PostGIS found of a shape: what is wrong with it, None where nothing is; and how large it is."""

    invalid: str | None
    km2: float


@dataclass(frozen=True)
class Ground:
    """What PostGIS found of a wanted zone: `examined`, None for a circle, whose shape cannot be wrong; and the zones to
    stay in that have no place in common with it.
    """

    examined: Examined | None = None
    apart: Sequence[Zone] = ()


@dataclass(frozen=True)
class RemovalFacts:
    """The zone as it stands, under its subject's lock."""

    id: UUID
    subject_id: UUID
    until: datetime | None
    removed_at: datetime | None


def set_zone(
    facts: ZoneFacts, wanted: Wanted, ground: Ground, actor: Actor, *, now: datetime, tell: bool = True
) -> Decision:
    """The zone, the notice to the person, who has to know what is asked, and the record of who set it.

    Of several zones that are set at once, the person is told with the first. Conflict `not_in_correction`; Refused for
    a shape, a term or a ground that does not hold, and where nobody could be in this place and another at once.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    if facts.status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")
    if facts.held >= MOST_ZONES:
        raise Refused("zone_enough", {"most": str(MOST_ZONES)})
    from_at = wanted.from_at or now
    _refuse_ground(wanted)
    _refuse_term(from_at, wanted.until, now)
    _refuse_shape(wanted, ground.examined)
    _refuse_two_at_once(wanted, from_at, ground.apart)
    about = About("zone", wanted.id)
    words = Reason(f"zone_told_{wanted.kind}", (("from", from_at.isoformat()),))
    set_so = Decision(
        (
            _set(facts, wanted, actor.id, from_at, now),
            WriteAudit(now, actor, "zones.set", facts.subject_id, about, wanted.reason, _details(wanted, from_at)),
        )
    )
    return set_so + Decision((_told(facts.subject_id, about, "set", words, now),)) if tell else set_so


def remove_zone(facts: RemovalFacts, reason: str, actor: Actor, *, now: datetime) -> Decision:
    """End a zone now. Conflict `zone_ended` where it has ended already."""
    if actor.id is None:
        raise NotAllowed("not_allowed")
    if facts.removed_at is not None or (facts.until is not None and facts.until <= now):
        raise Conflict("zone_ended")
    about = About("zone", facts.id)
    return Decision(
        (
            RemoveZone(facts.id, actor.id, now, reason),
            _told(facts.subject_id, about, "removed", Reason("zone_told_removed"), now),
            WriteAudit(now, actor, "zones.remove", facts.subject_id, about, reason),
        )
    )


def judged_since(wanted: Sequence[Wanted], *, now: datetime) -> datetime:
    """Since when fixes are to be judged again for these zones."""
    return min(zone.from_at or now for zone in wanted)


def _told(subject_id: UUID, about: About, step: str, words: Reason, now: datetime) -> Notify:
    return Notify(
        recipient_kind="subject",
        recipient_id=subject_id,
        about=about,
        step=step,
        wording=words,
        at=now,
        push_at=now,
        subject_id=subject_id,
    )


def _refuse_ground(wanted: Wanted) -> None:
    if wanted.kind is not ZoneKind.FORBIDDEN:
        return
    if wanted.prohibition is not Prohibition.PLACES:
        raise Refused("zone_needs_prohibition", fields={"prohibition": "zone_needs_prohibition"})
    missing = [name for name in ("document_no", "article") if not getattr(wanted, name)]
    if missing:
        raise Refused("zone_needs_document", fields=dict.fromkeys(missing, "zone_needs_document"))
    if wanted.hours:
        raise Refused("zone_hours_forbidden", fields={"hours": "zone_hours_forbidden"})


def _refuse_term(from_at: datetime, until: datetime | None, now: datetime) -> None:
    if until is not None and until <= from_at:
        raise Refused("ends_before_it_begins", fields={"to": "ends_before_it_begins"})
    if until is not None and until <= now:
        raise Refused("zone_over_already", fields={"to": "zone_over_already"})
    if from_at < now - BACKDATED_AT_MOST:
        days = str(BACKDATED_AT_MOST.days)
        raise Refused("zone_backdated", {"days": days}, fields={"from": "zone_backdated_field"})


def _refuse_shape(wanted: Wanted, examined: Examined | None) -> None:
    if wanted.circle is not None:
        if not SMALLEST_RADIUS_M <= wanted.circle[2] <= LARGEST_RADIUS_M:
            raise Refused("zone_radius", fields={"circle.radius_m": "zone_radius"})
        return
    if examined is None:
        raise Refused("shape_no_polygon", fields={"geometry": "shape_no_polygon"})
    if examined.invalid is not None:
        code = why_invalid(examined.invalid)
        raise Refused(code, fields={"geometry": code})
    if examined.km2 > LARGEST_KM2:
        raise Refused("shape_too_large", {"most": str(LARGEST_KM2)}, fields={"geometry": "shape_too_large_field"})


def _refuse_two_at_once(wanted: Wanted, from_at: datetime, apart: Sequence[Zone]) -> None:
    """Whoever has to stay in two places at once leaves one of them whatever they do."""
    if wanted.kind is not ZoneKind.STAY_INSIDE:
        return
    for zone in apart:
        begins_in_time = wanted.until is None or zone.from_at < wanted.until
        lasts_until = zone.until is None or from_at < zone.until
        if begins_in_time and lasts_until and meet(wanted.hours, zone.hours):
            raise Refused("zone_two_at_once", {"name": zone.name}, fields={"geometry": "zone_two_at_once_field"})


def _set(facts: ZoneFacts, wanted: Wanted, officer: UUID, from_at: datetime, now: datetime) -> SetZone:
    return SetZone(
        id=wanted.id,
        subject_id=facts.subject_id,
        kind=wanted.kind,
        name=wanted.name,
        from_at=from_at,
        until=wanted.until,
        hours=wanted.hours,
        polygons=wanted.polygons,
        circle=wanted.circle,
        given=wanted.given,
        prohibition=wanted.prohibition,
        document_no=wanted.document_no,
        article=wanted.article,
        reason=wanted.reason,
        created_by=officer,
        at=now,
        body_hash=wanted.body_hash,
    )


def _details(wanted: Wanted, from_at: datetime) -> dict[str, Any]:
    """What was set, without where: the place stands in the zone."""
    return {
        "kind": wanted.kind,
        "from": from_at.isoformat(),
        "to": wanted.until.isoformat() if wanted.until else None,
        "hours": as_json(wanted.hours),
        "radius_m": wanted.circle[2] if wanted.circle else None,
        "prohibition": wanted.prohibition,
        "document_no": wanted.document_no,
        "article": wanted.article,
    }
