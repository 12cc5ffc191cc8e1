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

    `reason` and `cause` are for its own episode. One that fell due after the check-in goes on: an old check-in that
    arrives late says nothing of today.
    """
    ended: list[RecoverAlert] = []
    if duty.missed_at is not None:
        own = About("duty", duty.id)
        over_at = max(at, duty.due_at)
        ended.append(RecoverAlert(about.id, AlertKind.MISSED_CHECK_IN, about, over_at, now, reason, cause, own))
    others = [episode for episode in episodes if episode.duty_id != duty.id]
    earlier = [episode for episode in others if episode.event_at <= at]
    # One effect for all of them is the usual case; it would end the later ones too, so those are told apart by source.
    sources = [None] if earlier and len(earlier) == len(others) else [About("duty", e.duty_id) for e in earlier]
    again = Reason("checked_in_again")
    ended.extend(
        RecoverAlert(about.id, AlertKind.MISSED_CHECK_IN, about, at, now, again, None, source) for source in sources
    )
    return tuple(ended)
