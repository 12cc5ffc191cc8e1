"""Weekly meetings (周例会): who was talked about, and what was decided, kept as it was written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.rules.errors import Refused

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Decided:
    """Somebody who was talked about, why, and what was decided."""

    subject_id: UUID
    decision: str
    follow_up_on: date | None
    reasons: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class NewReview:
    """A meeting as it is written down."""

    id: UUID
    office_id: UUID
    week: date
    held_on: date
    attended: str
    summary: str
    people: tuple[Decided, ...]
    body_hash: bytes


def check_review(new: NewReview, known: set[UUID], today: date) -> None:
    """Refused `review_week_unfit` for a week that has not begun or is named by another day than its Monday;
    `review_nobody` without people or with one twice; `review_unknown_person` for somebody who is not within reach.
    """
    if new.week.weekday() or not new.week <= new.held_on <= today:
        raise Refused("review_week_unfit")
    ids = [one.subject_id for one in new.people]
    if not ids or len(set(ids)) != len(ids):
        raise Refused("review_nobody")
    if not known >= set(ids):
        raise Refused("review_unknown_person")
