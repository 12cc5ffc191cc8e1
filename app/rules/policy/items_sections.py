"""Reading and writing `items`, the table of the work rule: each item under its code, its triggers as a list."""

import re
from collections.abc import Mapping

from app.rules.facts import DutyKind, OccasionKind, Role
from app.rules.policy.by_class import ByClass
from app.rules.policy.former_clocks import with_former_clocks
from app.rules.policy.items import AHEAD, NO_SPAN, CalendarEvent, Event, Evidence, Item, Place, Span, Trigger
from app.rules.policy.reader import Table
from app.rules.policy.spans import is_no_span, read_repeat, read_spans, write_spans

MOST_ITEMS = 60
MOST_TRIGGERS = 16
KINDS = (DutyKind.VISIT, DutyKind.TALK, DutyKind.VERIFICATION, DutyKind.REVIEW)
VISITING_ROLES = (Role.AIDE, Role.OFFICER, Role.COUNTY_STAFF, Role.COUNTY_HEAD)
WAIVING_ROLES = (Role.OFFICER, Role.COUNTY_STAFF, Role.COUNTY_HEAD)
EVENTS = (*OccasionKind, *CalendarEvent)

# A code names an item in duties, records and dotted keys: no dots, no blanks, and no word that names a kind of duty.
_CODE = re.compile(r"[\w\-]{1,20}")


def read_items(root: Table) -> dict[str, Item]:
    """`items`: every item by its code, in the order of the codes."""
    table = root.table("items")
    items: dict[str, Item] = {}
    if len(table.values) > MOST_ITEMS:
        table.report.add("too_long", table.path, most=MOST_ITEMS, found=len(table.values))
    for code in sorted(table.values)[:MOST_ITEMS]:
        table.has(code)
        if not _CODE.fullmatch(code) or code in set(DutyKind):
            table.report.add("bad_code", table.at(code))
        else:
            items[code] = _item(table.table(code), code)
    return with_former_clocks(root, items)


def _item(table: Table, code: str) -> Item:
    item = Item(
        code=code,
        title=table.text("title"),
        kind=DutyKind(table.choice("kind", KINDS)),
        by=tuple(Role(word) for word in table.words("by", VISITING_ROLES, at_least_one=True)),
        assumed=table.flag("assumed"),
        source=table.text("source"),
        place=Place(table.choice("place", tuple(Place))) if table.has("place") else Place.NONE,
        waive_by=_waive_by(table),
        evidence=tuple(Evidence(word) for word in table.words("evidence", tuple(Evidence)))
        if table.has("evidence")
        else (),
        triggers=_triggers(table),
        repeat=read_repeat(table),
    )
    table.finish()
    return item


def _waive_by(table: Table) -> tuple[Role, ...]:
    if not table.has("waive_by"):
        return WAIVING_ROLES
    return tuple(Role(word) for word in table.words("waive_by", WAIVING_ROLES, at_least_one=True))


def _triggers(table: Table) -> tuple[Trigger, ...]:
    if not table.has("triggers"):
        return ()
    inner = table.tables("triggers")
    if len(inner) > MOST_TRIGGERS:
        table.report.add("too_long", table.at("triggers"), most=MOST_TRIGGERS, found=len(inner))
    return tuple(_trigger(each) for each in inner[:MOST_TRIGGERS])


def _trigger(table: Table) -> Trigger:
    on = _event(table.choice("on", EVENTS))
    before, due = _due(table, on)
    trigger = Trigger(on=on, due=due, before=before)
    if isinstance(on, CalendarEvent):
        opens_days = table.integer("opens_days", 1, 180, if_absent=trigger.opens_days)
        trigger = Trigger(on=on, due=due, before=True, opens_days=opens_days)
    if on is CalendarEvent.FESTIVAL:
        rest_days = table.integer("rest_days", 1, 10, if_absent=trigger.rest_days)
        trigger = Trigger(on=on, due=due, before=True, opens_days=trigger.opens_days, rest_days=rest_days)
    table.finish()
    return trigger


def _event(word: str) -> Event:
    return CalendarEvent(word) if word in set(CalendarEvent) else OccasionKind(word)


def _due(table: Table, on: Event) -> tuple[bool, ByClass[Span | None]]:
    """`due` after the event or `before` it; the calendar's events and those known ahead may be met before they come."""
    has_due, has_before = table.has("due"), table.has("before")
    if table.is_missing:
        return False, NO_SPAN
    if has_due == has_before:
        table.report.add("one_of_two", table.at("due"), other=".".join(table.at("before")))
        return False, NO_SPAN
    if has_before and on not in AHEAD:
        table.report.add("not_ahead", table.at("before"), on=on.value)
    if has_due and isinstance(on, CalendarEvent):
        table.report.add("only_before", table.at("due"), on=on.value)
    return has_before, read_spans(table, "before" if has_before else "due")


def write_items(items: Mapping[str, Item]) -> dict[str, object]:
    """The items as JSON values, with the keys of the file."""
    return {code: _written(item) for code, item in items.items()}


def _written(item: Item) -> dict[str, object]:
    return {
        "title": item.title,
        "kind": item.kind.value,
        "place": item.place.value,
        "by": [role.value for role in item.by],
        "waive_by": [role.value for role in item.waive_by],
        "evidence": [word.value for word in item.evidence],
        "triggers": [_written_trigger(trigger) for trigger in item.triggers],
        **({} if is_no_span(item.repeat) else {"repeat": write_spans(item.repeat)}),
        "assumed": item.assumed,
        "source": item.source,
    }


def _written_trigger(trigger: Trigger) -> dict[str, object]:
    written: dict[str, object] = {
        "on": trigger.on.value,
        "before" if trigger.before else "due": write_spans(trigger.due),
    }
    if isinstance(trigger.on, CalendarEvent):
        written["opens_days"] = trigger.opens_days
    if trigger.on is CalendarEvent.FESTIVAL:
        written["rest_days"] = trigger.rest_days
    return written
