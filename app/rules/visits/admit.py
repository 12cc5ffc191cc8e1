"""Whether a visit or talk can be written down: its items, its times, and whose place it is to write it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.rules.calendar import legal_day
from app.rules.effects.records import Signed
from app.rules.errors import NotAllowed, Refused
from app.rules.facts import DutyKind, Grant, Role
from app.rules.policy import Item
from app.rules.visits.facts import NewRecord, RecordFacts

# An officer who taps "now" on a phone that runs a little ahead of us has not told of the future.
CLOCK_SLACK = timedelta(minutes=2)


_LOOKED_UP = frozenset({DutyKind.VERIFICATION, DutyKind.REVIEW})
COVERS = {
    DutyKind.VISIT: _LOOKED_UP | {DutyKind.VISIT, DutyKind.TALK},
    DutyKind.TALK: _LOOKED_UP | {DutyKind.TALK},
    DutyKind.VERIFICATION: _LOOKED_UP,
    DutyKind.REVIEW: _LOOKED_UP,
}
"""By the kind of record: the kinds of items that it may cover; one of its own kind it must."""


@dataclass(frozen=True)
class Admitted:
    """What was found fit: the policy's items, and the times by our clock."""

    items: tuple[Item, ...]
    happened_at: datetime
    ended_at: datetime | None


def admit(facts: RecordFacts, new: NewRecord, grants: Iterable[Grant], *, now: datetime) -> Admitted:
    """The record's items and times. Refused for items that the policy does not have or this kind of record cannot
    cover, for a correction of another matter, and for times ahead of `now` or after supervision ended; NotAllowed
    where an item is not for the roles held over the subject's office.
    """
    items = _items(facts, new)
    _refuse_unfitting(new, items)
    _refuse_stranger(items, roles_reaching(grants, facts.office_path))
    _refuse_correction(facts, new)
    happened_at, ended_at = _when(facts, new, now)
    _refuse_details(new, happened_at)
    return Admitted(items, happened_at, ended_at)


def roles_reaching(grants: Iterable[Grant], office_path: str) -> frozenset[Role]:
    """The roles that are held in the office at `office_path`, or in one above it."""
    return frozenset(
        grant.role
        for grant in grants
        if office_path == grant.office_path or office_path.startswith(f"{grant.office_path}.")
    )


def _items(facts: RecordFacts, new: NewRecord) -> tuple[Item, ...]:
    found: dict[str, Item] = {}
    for place, code in enumerate(new.items):
        item = facts.item(code)
        if item is None:
            raise Refused("unknown_item", fields={f"items.{place}": "unknown_item"})
        found[code] = item
    return tuple(found.values())


def _refuse_unfitting(new: NewRecord, items: tuple[Item, ...]) -> None:
    """Who visits may hold a talk there and verify what is known, so a visit may cover items of all kinds; a talk at a
    desk is no visit, and who looks something up has talked with nobody.
    """
    kinds = {item.kind for item in items}
    if new.kind not in kinds or kinds - COVERS[new.kind]:
        raise Refused("item_of_other_kind", fields={"items": "item_of_other_kind"})


def _refuse_stranger(items: tuple[Item, ...], roles: frozenset[Role]) -> None:
    for item in items:
        if not roles.intersection(item.by):
            raise NotAllowed("item_not_yours", {"title": item.title})


def _refuse_correction(facts: RecordFacts, new: NewRecord) -> None:
    if new.corrects_id is None:
        return
    if new.corrects_id == new.id or facts.corrected != (facts.subject_id, new.kind):
        raise Refused("corrects_another_matter", fields={"corrects_id": "corrects_another_matter"})


def _refuse_details(new: NewRecord, happened_at: datetime) -> None:
    """What was found must be about the record's own items; what follows needs its day, and a refusal its reason."""
    details = new.details
    if {one.item for one in details.findings} - set(new.items):
        raise Refused("finding_of_other_item", fields={"findings": "finding_of_other_item"})
    if (details.follow_up is None) != (details.follow_up_on is None):
        raise Refused("follow_up_needs_day", fields={"follow_up_on": "follow_up_needs_day"})
    if details.follow_up_on is not None and details.follow_up_on < legal_day(happened_at):
        raise Refused("follow_up_before", fields={"follow_up_on": "follow_up_before"})
    if details.signing.subject is Signed.REFUSED and not details.signing.why_not:
        raise Refused("why_not_signed_needed", fields={"signing.why_not": "why_not_signed_needed"})


def _when(facts: RecordFacts, new: NewRecord, now: datetime) -> tuple[datetime, datetime | None]:
    """Begin and end, none of them ahead of `now`. After the end of supervision only earlier events can be added."""
    for field, at in (("happened_at", new.happened_at), ("ended_at", new.ended_at)):
        if at is not None and at > now + CLOCK_SLACK:
            raise Refused("not_happened_yet", fields={field: "not_happened_yet"})
    if new.ended_at is not None and new.ended_at < new.happened_at:
        raise Refused("ended_before_it_began", fields={"ended_at": "ended_before_it_began"})
    happened_at = min(new.happened_at, now)
    if facts.ended_at is not None and happened_at >= facts.ended_at:
        raise Refused("record_after_end", fields={"happened_at": "record_after_end"})
    return happened_at, None if new.ended_at is None else min(new.ended_at, now)
