"""What a duty of an item comes from, as a reason that is kept with it: which trigger, counted from when, how long."""

from datetime import date, datetime

from app.rules.calendar import last_day_before, legal_day
from app.rules.facts import OccasionKind, Reason
from app.rules.policy import Item, Span
from app.rules.wording.spans import ahead_words, within_words

INTAKE = "owed_after_intake"
AGAIN = "owed_again"
AGAIN_ON_ITS_DAY = "owed_again_on_its_day"
AGAIN_FROM_INTAKE = "owed_again_from_intake"
FESTIVAL = "owed_before_festival"
END = "owed_before_end"
AFTER = "owed_after_occasion"
LATE_KNOWN = "owed_after_it_was_known"
BEFORE = "owed_before_occasion"
BEFORE_LATE_KNOWN = "owed_before_occasion_late_known"

CHAINED = (INTAKE, AGAIN, AGAIN_ON_ITS_DAY, AGAIN_FROM_INTAKE)
"""Origins of the turns that the next one is counted from."""


def after_intake(item: Item, span: Span, registered_at: datetime) -> Reason:
    """The first turn."""
    return _reason(INTAKE, item, span, from_day=legal_day(registered_at))


def again(item: Item, span: Span, last_due: datetime, first: date) -> Reason:
    """A further turn, counted from the last due; after a month too short for it, on the day of `first` again."""
    last = last_day_before(last_due)
    if span.months is not None and last.day < first.day:
        return _reason(AGAIN_ON_ITS_DAY, item, span, from_day=last, number=str(first.day))
    return _reason(AGAIN, item, span, from_day=last)


def again_from_intake(item: Item, span: Span, registered_at: datetime) -> Reason:
    """A turn counted by repetition from intake: the item came later, or nothing brings it up at intake."""
    return _reason(AGAIN_FROM_INTAKE, item, span, from_day=legal_day(registered_at))


def before_festival(item: Item, span: Span, first_day: date) -> Reason:
    """Ahead of the first day of a festival's rest."""
    return _reason(FESTIVAL, item, span, day=first_day)


def before_end(item: Item, span: Span, last_day: date) -> Reason:
    """Ahead of the last day of the term."""
    return _reason(END, item, span, day=last_day)


def after_occasion(item: Item, kind: OccasionKind, span: Span, counts_from: datetime, *, late_known: bool) -> Reason:
    """After something that happened, or after it became known."""
    return _reason(
        LATE_KNOWN if late_known else AFTER, item, span, occasion=kind.value, from_day=legal_day(counts_from)
    )


def before_occasion(
    item: Item, kind: OccasionKind, span: Span, begins_at: datetime, *, known_at: datetime | None
) -> Reason:
    """Ahead of something that is known beforehand; `known_at` where the time ahead of it was over by then."""
    day = legal_day(begins_at)
    if known_at is not None:
        return _reason(BEFORE_LATE_KNOWN, item, span, occasion=kind.value, day=day, from_day=legal_day(known_at))
    return _reason(BEFORE, item, span, occasion=kind.value, day=day)


def _reason(code: str, item: Item, span: Span, **more: date | str) -> Reason:
    told = {name: value if isinstance(value, str) else value.isoformat() for name, value in more.items()}
    length = (
        ("ahead", ahead_words(span))
        if code in {FESTIVAL, END, BEFORE, BEFORE_LATE_KNOWN}
        else ("span", within_words(span))
    )
    return Reason(code, (("item", item.code), ("title", item.title), length, *told.items()))
