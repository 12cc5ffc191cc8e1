"""The keys `visits.*` and `talks.*`, in which policies told the clocks of 访1 and 谈1 before every item had its own.

Versions that were stored with them keep their meaning: the clocks are read into the two items.
"""

from collections.abc import Mapping
from dataclasses import replace

from app.rules.calendar import DAY_MINUTES
from app.rules.facts import OccasionKind, SupervisionClass
from app.rules.policy.by_class import ByClass
from app.rules.policy.items import Item, Place, Span, Trigger
from app.rules.policy.lines import Path
from app.rules.policy.reader import Table

HOME_VISIT = "访1"
INTAKE_TALK = "谈1"
FORMER_VISIT_KEYS = ("first_due_days", "first_due_min", "home_repeat_months")
FORMER_TALK_KEYS = ("intake_days", "intake_min")


def with_former_clocks(root: Table, items: Mapping[str, Item]) -> dict[str, Item]:
    """The items, those two with the clocks of the former keys where a policy has these."""
    known = dict(items)
    visits, talks = _section(root, "visits", FORMER_VISIT_KEYS), _section(root, "talks", FORMER_TALK_KEYS)
    if visits:
        intake = _after_intake(visits, "first_due_days", "first_due_min")
        _fold(known, HOME_VISIT, Place.HOME, intake, _home_repeat(visits), visits)
    if talks:
        _fold(known, INTAKE_TALK, Place.OFFICE, _after_intake(talks, *FORMER_TALK_KEYS), None, talks)
        talks.finish()
    return known


def _section(root: Table, key: str, former: tuple[str, ...]) -> Table | None:
    """The section, where it is given and has former keys (`talks` has no other)."""
    if not root.has(key):
        return None
    found = root.values[key]
    old = key == "talks" or (isinstance(found, Mapping) and any(name in found for name in former))
    return root.table(key) if old else None


def _fold(
    known: dict[str, Item],
    code: str,
    place: Place,
    intake: Trigger,
    repeat: ByClass[Span | None] | None,
    table: Table,
) -> None:
    item = known.get(code)
    if item is None:
        table.report.add("former_without_item", table.path, item=code)
    elif item.triggers or item.repeats:
        table.report.add("told_twice", table.path, other=f"items.{code}")
    else:
        where = place if item.place is Place.NONE else item.place
        known[code] = replace(item, place=where, triggers=(intake,), repeat=repeat or item.repeat)


def _after_intake(table: Table, days_key: str, minutes_key: str) -> Trigger:
    span = _days_or_minutes(table, days_key, minutes_key)
    return Trigger(OccasionKind.INTAKE, ByClass(span, span, span))


def _days_or_minutes(table: Table, days_key: str, minutes_key: str) -> Span:
    has_days, has_minutes = table.has(days_key), table.has(minutes_key)
    if table.is_missing:
        return Span(days=1)
    if has_days == has_minutes:
        table.report.add("one_of_two", table.at(days_key), other=".".join(table.at(minutes_key)))
        return Span(days=1)
    if has_days:
        return Span(days=table.integer(days_key, 1, 365))
    return Span(minutes=table.integer(minutes_key, 1, DAY_MINUTES))


def _home_repeat(visits: Table) -> ByClass[Span | None]:
    table = visits.table("home_repeat_months")
    spans = [Span(months=table.integer(class_.value, 1, 12)) for class_ in SupervisionClass]
    table.finish()
    return ByClass(*spans)


def present_key(dotted: str, value: object, mapping: Mapping[str, object]) -> tuple[Path, object] | None:
    """Where a change of a former key goes today, and as what; None where the key is no former one."""
    section, _, key = dotted.partition(".")
    if section == "visits" and key in {"first_due_days", "first_due_min"}:
        return _intake_place(mapping, HOME_VISIT), _span_of(key, value)
    if section == "talks" and key in FORMER_TALK_KEYS:
        return _intake_place(mapping, INTAKE_TALK), _span_of(key, value)
    name, _, class_ = key.partition(".")
    if section == "visits" and name == "home_repeat_months" and class_ in set(SupervisionClass):
        return ("items", HOME_VISIT, "repeat", class_), {"months": value}
    return None


def _span_of(key: str, value: object) -> dict[str, object]:
    return {"days" if key.endswith("_days") else "minutes": value}


def _intake_place(mapping: Mapping[str, object], code: str) -> Path:
    items = mapping.get("items")
    item = items.get(code) if isinstance(items, Mapping) else None
    triggers = item.get("triggers") if isinstance(item, Mapping) else None
    listed = triggers if isinstance(triggers, list) else []
    numbers = [n for n, one in enumerate(listed, 1) if isinstance(one, Mapping) and one.get("on") == "intake"]
    return ("items", code, "triggers", str(numbers[0] if numbers else 1), "due")
