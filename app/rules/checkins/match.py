"""Which duty a try is for; and where it is for none, why not."""

from datetime import datetime
from uuid import UUID

from app.rules.calendar import legal_day
from app.rules.checkins.facts import DONE, OWED, CheckInDuty, Facts, Try
from app.rules.facts import DutyState, Reason


def duty_for(facts: Facts, tried: Try, *, now: datetime) -> tuple[CheckInDuty | None, datetime]:
    """The duty that the try may settle, and the instant at which it counts.

    A try whose time nothing proves may also count for the window in which it arrived: it was not made later than that.
    """
    at = tried.timed.effective_at
    found = _owed_at(facts, at)
    if found is None and not tried.timed.proven:
        return _owed_at(facts, now), now
    return found, at


def also_for(facts: Facts, duty: CheckInDuty, at: datetime) -> tuple[CheckInDuty, ...]:
    """Further duties for which a check-in at `at` is on time: who checks in once while a spot check and a window are
    open has checked in for both.
    """
    rest = [other for other in facts.duties if other.id != duty.id and other.on_time(at) and _may_turn(other, at)]
    return tuple(sorted(rest, key=lambda other: (other.due_at, str(other.id)))) if duty.on_time(at) else ()


def _owed_at(facts: Facts, at: datetime) -> CheckInDuty | None:
    """On time comes before late, and then the one that ends first."""
    owed = [duty for duty in facts.duties if duty.holds(at) and _may_turn(duty, at)]
    return min(owed, key=lambda duty: (not duty.on_time(at), duty.due_at), default=None)


def _may_turn(duty: CheckInDuty, at: datetime) -> bool:
    """What was late becomes on time by an earlier check-in that arrives afterwards: the order of arrival is chance."""
    return duty.state in OWED or (duty.state is DutyState.LATE and duty.on_time(at))


def why_none(facts: Facts, at: datetime, *, now: datetime) -> tuple[UUID | None, tuple[Reason, ...]]:
    """The reasons for which no duty is to be settled at `at`, and the duty that they speak of, if any.

    When the next window opens is told only where no window at a random time is still to open that day: neither such a
    time, nor on which side of a fixed window it lies, may be learned by trying.
    """
    held = [duty for duty in facts.duties if duty.holds(at)]
    for duty in held:
        if duty.state in DONE:
            return duty.id, (Reason("already_done", (("receipt_no", duty.receipt_no or "—"),)),)
    if any(duty.state is DutyState.WAIVED for duty in held):
        return None, (Reason("no_duty_now"),)
    ended = _last_ended(facts, at)
    if ended is not None and ended.state in OWED:
        return ended.id, (Reason("too_late"),)
    coming = [duty for duty in _of_the_day(facts, at) if at < duty.opens_at and duty.state is not DutyState.WAIVED]
    if not coming:
        return None, (Reason("no_duty_now"),)
    if any(duty.random and now < duty.opens_at for duty in coming):
        return None, (Reason("too_early"),)
    opens_at = min(duty.opens_at for duty in coming)
    return None, (Reason("too_early"), Reason("window_opens", (("opens_at", opens_at.isoformat()),)))


def _last_ended(facts: Facts, at: datetime) -> CheckInDuty | None:
    ended = [duty for duty in _of_the_day(facts, at) if duty.grace_until <= at]
    return max(ended, key=lambda duty: duty.grace_until, default=None)


def _of_the_day(facts: Facts, at: datetime) -> list[CheckInDuty]:
    """Duties that end or open on the legal day of `at`; those that fell away before they opened never were."""
    day = legal_day(at)
    return [
        duty
        for duty in facts.duties
        if duty.state is not DutyState.CANCELLED and day in {legal_day(duty.grace_until), legal_day(duty.opens_at)}
    ]
