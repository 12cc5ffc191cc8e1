"""What seems to be behind a silence: signs for the phone and signs for the person, weighed against one another.

No sign is a finding. Each is worth some points; the side that leads gives the cause, and its points the strength. What
nothing speaks for stays unsure: a good phone that falls silent may be broken, and its owner may be in hospital.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.rules.calendar import SHANGHAI
from app.rules.effects import Decision
from app.rules.effects.causes import MoveCauseCheck, WeighCause
from app.rules.facts import About, AlertKind, Cause, Reason, Strength
from app.rules.silence.facts import PERMISSION_LOST, Episode, PhoneHealth, Signs, SilenceFacts

EMPTY_PERCENT, LOW_BATTERY_PERCENT = 10, 20
"""At so little a battery is as good as empty, at so little it may be by the evening."""

FRESH = timedelta(hours=12)
"""What a phone said of itself longer before the silence explains nothing any more: it may have been charged."""

GOOD_PERCENT = 30
NEAR_EDGE_M, OUTWARD_M = 1_000.0, 2_000.0
KEPT_TENTHS = 3
"""Kept points of so many tenths of the silence: the phone was on, and the app at work, all along."""

MEDIUM_POINTS, STRONG_POINTS = 3, 5

LAST_LOOK = timedelta(hours=24)
"""So long after the phone was heard again nothing more is expected of it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whose doing it seems to be, how much that carries, and the sentence that says why."""

    cause: Cause
    strength: Strength
    why: Reason


@dataclass(frozen=True, slots=True)
class _Sign:
    """One thing that points to a side, its points, and the code of the sentence that tells of it."""

    cause: Cause
    points: int
    code: str
    more: tuple[tuple[str, str], ...] = ()


def weigh(facts: SilenceFacts, *, hours: float, now: datetime) -> Verdict:
    """What seems to be behind a silence when its limit is reached; `hours` is that limit."""
    since = facts.last_heard_at or facts.registered_at
    if facts.last_heard_at is None:
        return Verdict(Cause.UNSURE, Strength.MEDIUM, Reason("never_heard", _params(since, hours)))
    over = next((hold for hold in facts.holds if not hold.heard and hold.until is not None), None)
    return _verdict(Episode(facts.subject_id, now, since, hours, facts.health, facts.signs, over), now)


def weigh_again(episode: Episode, *, now: datetime) -> Decision:
    """The cause in the light of what has arrived by now, and when to look once more.

    While the phone is silent it is weighed once more after as long again as the limit; and when it is back, soon after
    and a day later: what it kept, and whether it had been switched off, shows only then.
    """
    verdict = _verdict(episode, now)
    weighed = WeighCause(
        subject_id=episode.subject_id,
        kind=AlertKind.LOST_CONTACT,
        source=About("silence", episode.subject_id),
        event_at=episode.event_at,
        at=now,
        cause=verdict.cause,
        strength=verdict.strength,
        why=verdict.why,
    )
    back_at = episode.signs.heard_again_at
    last = back_at + LAST_LOOK if back_at else None
    again = last if last and last > now else None
    return Decision((weighed, MoveCauseCheck(episode.subject_id, again)))


def _verdict(episode: Episode, now: datetime) -> Verdict:
    """The side that leads; none where both are equal."""
    signs = [*_of_the_phone(episode), *_of_the_return(episode), *_of_the_person(episode.signs), *_of_time(episode, now)]
    points = {side: sum(sign.points for sign in signs if sign.cause is side) for side in (Cause.PHONE, Cause.PERSON)}
    params = _params(episode.since, episode.hours)
    if points[Cause.PHONE] == points[Cause.PERSON]:
        return Verdict(Cause.UNSURE, Strength.MEDIUM, _unsure(episode, params))
    cause = max(points, key=lambda side: points[side])
    leading = max((sign for sign in signs if sign.cause is cause), key=lambda sign: sign.points)
    return Verdict(cause, _strength(abs(points[Cause.PHONE] - points[Cause.PERSON])), _told(leading, params))


def _strength(lead: int) -> Strength:
    if lead >= STRONG_POINTS:
        return Strength.STRONG
    return Strength.MEDIUM if lead >= MEDIUM_POINTS else Strength.WEAK


def _params(since: datetime, hours: float) -> tuple[tuple[str, str], ...]:
    return (("since", since.astimezone(SHANGHAI).isoformat(timespec="minutes")), ("hours", f"{hours:g}"))


def _told(sign: _Sign, params: tuple[tuple[str, str], ...]) -> Reason:
    return Reason(sign.code, (*params, *sign.more))


def _unsure(episode: Episode, params: tuple[tuple[str, str], ...]) -> Reason:
    hold = episode.held_by
    if hold is not None and hold.until is not None:
        ended = hold.until.astimezone(SHANGHAI).isoformat(timespec="minutes")
        return Reason("silent_after_outage", (*params, ("ended", ended)))
    return Reason("silent", params)


def _fresh(health: PhoneHealth, since: datetime) -> bool:
    return health.told_at is None or since - health.told_at <= FRESH


def _of_the_phone(episode: Episode) -> Iterator[_Sign]:
    """What the phone said of itself before."""
    health, battery = episode.health, episode.health.battery_percent
    if battery is not None and battery <= LOW_BATTERY_PERCENT and _fresh(health, episode.since):
        points = 3 if battery <= EMPTY_PERCENT else 2
        yield _Sign(Cause.PHONE, points, "silent_battery_low", (("battery", str(battery)),))
    if health.location_permission in PERMISSION_LOST:
        yield _Sign(Cause.PHONE, 1, "silent_permission_lost")
    if health.battery_saver:
        yield _Sign(Cause.PHONE, 1, "silent_battery_saver")
    if health.network == "none" and _fresh(health, episode.since):
        yield _Sign(Cause.PHONE, 1, "silent_no_network")


def _of_the_return(episode: Episode) -> Iterator[_Sign]:
    """How the silence ended: what was kept all along only waited for a network; what was off kept nothing."""
    signs = episode.signs
    if signs.heard_again_at is None:
        return
    if signs.tenths_kept >= KEPT_TENTHS:
        yield _Sign(Cause.PHONE, 4, "silence_without_network")
    elif signs.restarted is False:
        yield _Sign(Cause.PHONE, 2, "silence_app_stopped")
    elif signs.restarted and _was_low(episode):
        yield _Sign(Cause.PHONE, 2, "silence_battery_empty")
    elif signs.restarted and _was_good(episode):
        yield _Sign(Cause.PERSON, 2, "silence_switched_off", (("battery", str(episode.health.battery_percent)),))


def _was_low(episode: Episode) -> bool:
    battery = episode.health.battery_percent
    return battery is not None and battery <= LOW_BATTERY_PERCENT


def _was_good(episode: Episode) -> bool:
    """Whether the phone said shortly before that it was in good order."""
    health = episode.health
    return (
        health.battery_percent is not None
        and health.battery_percent >= GOOD_PERCENT
        and _fresh(health, episode.since)
        and health.location_permission not in PERMISSION_LOST
        and not health.battery_saver
        and health.network != "none"
    )


def _of_the_person(signs: Signs) -> Iterator[_Sign]:
    """What the person did before and after, as far as anybody saw it."""
    if signs.met_at is not None:
        met = signs.met_at.astimezone(SHANGHAI).isoformat(timespec="minutes")
        yield _Sign(Cause.PHONE, 3, "silent_but_met", (("met", met),))
    if signs.outside:
        yield _Sign(Cause.PERSON, 3, "silent_outside")
    elif signs.edge_m is not None and signs.outward_m is not None and signs.outward_m >= OUTWARD_M:
        yield _Sign(Cause.PERSON, 2, "silent_moving_out", (("edge_m", f"{signs.edge_m:.0f}"),))
    elif signs.edge_m is not None and signs.edge_m <= NEAR_EDGE_M and signs.outward_m and signs.outward_m > 0:
        yield _Sign(Cause.PERSON, 1, "silent_near_edge", (("edge_m", f"{signs.edge_m:.0f}"),))
    if signs.logged_out:
        yield _Sign(Cause.PERSON, 3, "silent_logged_out")
    elif signs.app_gone:
        yield _Sign(Cause.PERSON, 2, "silent_app_gone")
    if signs.missed_while_heard >= MISSED_BEFORE:
        yield _Sign(Cause.PERSON, 1, "silent_after_misses", (("n", str(signs.missed_while_heard)),))
    if signs.back_outside:
        yield _Sign(Cause.PERSON, 3, "silence_ended_outside")


MISSED_BEFORE = 2
"""One check-in that was missed may happen to anybody."""


def _of_time(episode: Episode, now: datetime) -> Iterator[_Sign]:
    """A phone in good order that stays silent for twice the limit: a person should think of conduct, weakly."""
    if episode.signs.heard_again_at is not None or not _was_good(episode):
        return
    if now - episode.event_at >= timedelta(hours=episode.hours):
        yield _Sign(Cause.PERSON, 1, "silent_for_long", (("battery", str(episode.health.battery_percent)),))
