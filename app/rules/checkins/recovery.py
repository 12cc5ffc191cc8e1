"""Which alerts of missed check-ins a settled duty ends."""

from datetime import datetime

from app.rules.checkins.facts import CheckInDuty, Episode
from app.rules.effects import RecoverAlert
from app.rules.facts import About, AlertKind, Cause, Reason


def recoveries(
    duty: CheckInDuty,
    episodes: tuple[Episode, ...],
    about: About,
    *,
    at: datetime,
    now: datetime,
    reason: Reason,
    cause: Cause | None,
) -> tuple[RecoverAlert, ...]:
    """What ends when `duty` is settled by a check-in at `at`: its own episode, and those of duties missed before.

    `reason` and `cause` are for its own episode. Without a source every episode up to `at` is over; one that fell due
    after it goes on: an old check-in that arrives late says nothing of today.
    """
    ended: list[RecoverAlert] = []
    if duty.missed_at is not None:
        own = About("duty", duty.id)
        over_at = max(at, duty.due_at)
        ended.append(RecoverAlert(about.id, AlertKind.MISSED_CHECK_IN, about, over_at, now, reason, cause, own))
        apart = AlertKind.SUSPECTED_SEPARATION
        ended.append(RecoverAlert(about.id, apart, about, over_at, now, reason, cause, own))
    if any(episode.duty_id != duty.id and episode.event_at <= at for episode in episodes):
        again = Reason("checked_in_again")
        ended.append(RecoverAlert(about.id, AlertKind.MISSED_CHECK_IN, about, at, now, again))
    return tuple(ended)
