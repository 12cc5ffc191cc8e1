"""Times for the placeholders of sentences, and the notices that several steps of leave write."""

from datetime import datetime
from uuid import UUID

from app.rules.calendar import SHANGHAI
from app.rules.effects import Notify
from app.rules.facts import About, Reason


def moment(at: datetime) -> str:
    """An instant to the minute: `2026-03-02T08:00+08:00`."""
    return at.astimezone(SHANGHAI).isoformat(timespec="minutes")


def span(from_at: datetime, until: datetime) -> tuple[tuple[str, str], ...]:
    """Both ends, for a sentence."""
    return ("from", moment(from_at)), ("until", moment(until))


def tell_subject(subject_id: UUID, leave_id: UUID, step: str, wording: Reason, now: datetime) -> Notify:
    """A notice to the person."""
    return Notify("subject", subject_id, About("leave", leave_id), step, wording, now, now, subject_id)


def tell_users(
    users: tuple[UUID, ...], subject_id: UUID, leave_id: UUID, step: str, wording: Reason, now: datetime
) -> tuple[Notify, ...]:
    """One notice for each of these users."""
    about = About("leave", leave_id)
    return tuple(Notify("user", user, about, step, wording, now, now, subject_id) for user in users)
