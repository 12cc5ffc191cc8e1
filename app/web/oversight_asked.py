"""What the address of a page of the audit asks for, and the addresses that lead on from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.queries.oversight import Asked, By
from app.rules.calendar import legal_day
from app.rules.errors import Refused
from app.rules.oversight import Span, SpanKind, Unit, finest, span_of
from app.rules.wording.oversight import CLASSES

LONGEST = timedelta(days=366)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
LONGEST_CODE = 40


@dataclass(frozen=True)
class View:
    """What is asked for, and by what it is counted. `unit` is the length of the parts of the stretch."""

    asked: Asked
    by: By
    unit: Unit

    def address(self, **changes: Any) -> dict[str, str]:
        """The address of the same with other choices; None drops one."""
        given: dict[str, Any] = {**self.where(), "by": self.by, "unit": self.unit, **changes}
        return {name: str(value) for name, value in given.items() if value is not None}

    def where(self, asked: Asked | None = None) -> dict[str, str]:
        """The address of what is asked for, without how it is counted."""
        found = asked or self.asked
        given = {
            "office": found.office_id,
            "alone": "1" if found.alone and found.office_id else None,
            "officer": found.officer_id,
            "item": found.item,
            "class": found.class_,
            **_days(found.span),
        }
        return {name: str(value) for name, value in given.items() if value is not None}

    def moved(self, span: Span) -> dict[str, str]:
        """The address of the same in another stretch."""
        return View(replace(self.asked, span=span), self.by, self.unit).address()


def _days(span: Span) -> dict[str, str]:
    if span.kind is not SpanKind.FREE and span == span_of(Unit(span.kind), span.from_day):
        return {"span": span.kind, "day": span.from_day.isoformat()}
    return {"span": SpanKind.FREE, "from": span.from_day.isoformat(), "to": span.to_day.isoformat()}


def view_of(given: Mapping[str, str], *, now: datetime) -> View:
    """This month by offices, unless the address or the form says otherwise; Refused where it makes no sense."""
    span = _span(given, legal_day(now))
    if not FIRST_DAY <= span.from_day <= span.to_day <= LAST_DAY or span.to_day - span.from_day > LONGEST:
        raise Refused("days_unfit")
    try:
        asked = Asked(
            span,
            office_id=UUID(given["office"]) if given.get("office") else None,
            officer_id=UUID(given["officer"]) if given.get("officer") else None,
            item=given.get("item", "")[:LONGEST_CODE].replace("\0", "") or None,
            class_=given.get("class") or None,
            alone=bool(given.get("office")) and given.get("alone") == "1",
        )
        unit = Unit(given["unit"]) if given.get("unit") else finest(span)
        view = View(asked, By(given.get("by") or By.OFFICE), unit)
    except ValueError:
        raise Refused("bad_filter") from None
    if asked.class_ is not None and asked.class_ not in CLASSES:
        raise Refused("bad_filter")
    return view


def _span(given: Mapping[str, str], today: date) -> Span:
    """By its kind and a day in it, or by its first and last day."""
    try:
        kind = SpanKind(given.get("span") or SpanKind.MONTH)
        if kind is not SpanKind.FREE:
            day = date.fromisoformat(given.get("day") or today.isoformat())
            return span_of(Unit(kind), day) if FIRST_DAY <= day <= LAST_DAY else Span(kind, day, day)
        from_day = date.fromisoformat(given.get("from") or today.replace(day=1).isoformat())
        return Span(kind, from_day, date.fromisoformat(given.get("to") or today.isoformat()))
    except ValueError:
        raise Refused("bad_filter") from None
