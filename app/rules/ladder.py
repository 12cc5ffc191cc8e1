"""Who is told of an alert, when, and what happens where nobody can be told: 司法所, then county, then city."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.calendar import at_minute, legal_day, minute_of_day, quiet_until
from app.rules.effects import Decision, Effect, MoveLadder, Notify, TakeStep
from app.rules.facts import About, AlertKind, Handling, LadderStep, Reason, Role
from app.rules.policy import LadderMin, QuietHours

STEPS = tuple(LadderStep)
STAYS_BELOW = frozenset({AlertKind.DEVICE_TROUBLE})
"""What the office tells the person of when it next can: nobody above has to hear of it."""

_ONE_DAY = timedelta(days=1)
_NOTICES = {
    "step_raised": "alert_raised",
    "step_not_handled_in_time": "alert_not_handled",
    "step_nobody_below": "alert_nobody_below",
    "step_undelivered_below": "alert_undelivered_below",
}
"""Which sentence the recipient of a step reads, by why the step was taken."""


@dataclass(frozen=True)
class Episode:
    """One occurrence of the alert that is not over: its number, and when it was raised (not when it happened)."""

    n: int
    raised_at: datetime


@dataclass(frozen=True)
class Member:
    """Somebody who holds a role that answers for a step, on duty or away."""

    user_id: UUID
    role: Role
    on_duty: bool


@dataclass(frozen=True)
class LadderFacts:
    """One alert whose step is due, with everything that decides who is told.

    `latest` is the number of its newest occurrence, `active` those that are not over, `covered` the newest occurrence
    that each step has been told of. `told`: somebody has a notice of the newest occurrence. `unheard` is the step
    whose notices all came back, if that is the last one taken for the newest occurrence. `members` come in a fixed
    order; `officer_id` is whom the subject is assigned to.
    """

    alert_id: UUID
    subject_id: UUID
    kind: AlertKind
    handling: Handling
    ended: bool
    latest: Episode
    active: tuple[Episode, ...]
    covered: Mapping[LadderStep, int]
    told: bool
    unheard: LadderStep | None
    officer_id: UUID | None
    members: Mapping[LadderStep, tuple[Member, ...]]
    ladder_min: LadderMin
    quiet: QuietHours | None


@dataclass(frozen=True)
class _Due:
    """A step, when it is due, and why."""

    step: LadderStep
    at: datetime
    why: Reason


def climb(facts: LadderFacts, *, now: datetime) -> Decision:
    """Every step that is due at `now`, each with one notice for everybody it concerns, and when the next one is due.

    A step at which nobody is on duty is taken all the same, and the one above it falls due at once; so does the step
    above one whose notices all came back. What a person has acknowledged, what is over, and what is about somebody
    whose supervision has ended is told once and does not climb. Times count from the raising, so steps that nobody
    could take in time are taken together.
    """
    taken: list[tuple[_Due, tuple[UUID, ...]]] = []
    due = _next(facts)
    while due is not None and due.at <= now:
        told = _recipients(facts, due.step)
        taken.append((due, told))
        facts = _after(facts, due.step, told=bool(told))
        due = _unmanned_next(facts, due, now) if not told else _next(facts)
    if not taken:
        return Decision((MoveLadder(facts.alert_id, due.step if due else None, due.at if due else None),))
    return Decision(_effects(facts, taken, due, now))


@dataclass(frozen=True)
class Unheard:
    """An alert whose last step's notices have all come back, and the step that would be next by the clock."""

    alert_id: UUID
    next_step: LadderStep
    next_at: datetime


def hasten(unheard: Unheard, *, now: datetime) -> Decision:
    """Nobody at the last step could be reached: the ladder goes on at once."""
    if unheard.next_at <= now:
        return Decision()
    return Decision((MoveLadder(unheard.alert_id, unheard.next_step, now),))


def waking(at: datetime, minutes: int, quiet: QuietHours | None) -> datetime:
    """The instant `minutes` after `at`, where the clock stands still in the quiet hours; never inside them.

    So nobody above is told at seven in the morning of what the office was allowed to sleep through.
    """
    left = timedelta(minutes=minutes)
    if quiet is None:
        return at + left
    at = quiet_until(at, quiet.from_minute, quiet.to_minute)
    while True:
        falls_quiet = _falls_quiet(at, quiet.from_minute)
        if at + left < falls_quiet:
            return at + left
        left -= falls_quiet - at
        at = quiet_until(falls_quiet, quiet.from_minute, quiet.to_minute)


def _falls_quiet(at: datetime, from_minute: int) -> datetime:
    """The next beginning of the quiet hours after `at`."""
    day = legal_day(at)
    return at_minute(day if minute_of_day(at) < from_minute else day + _ONE_DAY, from_minute)


def _quiet(facts: LadderFacts) -> QuietHours | None:
    """The quiet hours, if they are for this kind of alert."""
    return facts.quiet if facts.quiet and facts.kind in facts.quiet.kinds else None


def _next(facts: LadderFacts) -> _Due | None:
    """The step that is due first, in the past or to come; None where the ladder has ended."""
    if facts.handling is Handling.CLOSED:
        return None
    if facts.handling is Handling.ACKNOWLEDGED or facts.ended or not facts.active or facts.kind in STAYS_BELOW:
        return _once(facts)
    found = [due for step in STEPS if (due := _by_clock(facts, step))]
    hurried = _above(facts.unheard) if facts.unheard else None
    if hurried and facts.covered.get(hurried, 0) < facts.latest.n:
        found.append(_Due(hurried, facts.latest.raised_at, Reason("step_undelivered_below")))
    return min(found, key=lambda due: (due.at, STEPS.index(due.step)), default=None)


def _once(facts: LadderFacts) -> _Due | None:
    """The office's step for a new occurrence, where nobody was told of it yet."""
    if facts.told or facts.covered.get(LadderStep.OFFICE, 0) >= facts.latest.n:
        return None
    return _office(facts, facts.latest)


def _by_clock(facts: LadderFacts, step: LadderStep) -> _Due | None:
    """When the step is due for the oldest occurrence that it was not told of. One notice serves all of them."""
    episode = next((episode for episode in facts.active if episode.n > facts.covered.get(step, 0)), None)
    if episode is None:
        return None
    if step is LadderStep.OFFICE:
        return _office(facts, episode)
    at = waking(episode.raised_at, facts.ladder_min.of(step), _quiet(facts))
    return _Due(step, at, Reason("step_not_handled_in_time"))


def _office(facts: LadderFacts, episode: Episode) -> _Due:
    """The first step does not wait for the morning: the notice is in the app at once, only its push is held."""
    at = episode.raised_at + timedelta(minutes=facts.ladder_min.office)
    return _Due(LadderStep.OFFICE, at, Reason("step_raised"))


def _unmanned_next(facts: LadderFacts, empty: _Due, now: datetime) -> _Due | None:
    """The step above one at which nobody is on duty: at once."""
    above = _above(empty.step)
    if above is None or facts.covered.get(above, 0) >= facts.latest.n:
        return _next(facts)
    return _Due(above, now, Reason("step_nobody_below"))


def _above(step: LadderStep) -> LadderStep | None:
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def _recipients(facts: LadderFacts, step: LadderStep) -> tuple[UUID, ...]:
    """Who is on duty there. At the top, where nobody has been told at all, also everybody who is away."""
    on_duty = _on_duty(facts, step)
    if on_duty or facts.told or _above(step) is not None:
        return on_duty
    return tuple(dict.fromkeys(member.user_id for members in facts.members.values() for member in members))


def _on_duty(facts: LadderFacts, step: LadderStep) -> tuple[UUID, ...]:
    """At the office whoever has the subject, else the other officers, else the aides; above, all of them."""
    present = [member for member in facts.members.get(step, ()) if member.on_duty]
    if step is LadderStep.OFFICE:
        assigned = [member for member in present if member.user_id == facts.officer_id]
        present = assigned or [member for member in present if member.role is Role.OFFICER] or present
    return tuple(dict.fromkeys(member.user_id for member in present))


def _after(facts: LadderFacts, step: LadderStep, *, told: bool) -> LadderFacts:
    """The facts once the step is taken."""
    covered = {**facts.covered, step: facts.latest.n}
    return replace(facts, covered=covered, told=facts.told or told, unheard=None)


def _effects(
    facts: LadderFacts, taken: list[tuple[_Due, tuple[UUID, ...]]], due: _Due | None, now: datetime
) -> tuple[Effect, ...]:
    """One TakeStep for each step, then the notices of all of them."""
    following = [*(due for due, _ in taken[1:]), due]
    steps = [
        TakeStep(
            facts.alert_id,
            facts.latest.n,
            now_due.step,
            now,
            now_due.why if told else Reason("step_nobody_on_duty"),
            next_due.step if next_due else None,
            next_due.at if next_due else None,
        )
        for (now_due, told), next_due in zip(taken, following, strict=True)
    ]
    notices = [_notice(facts, now_due, user, now) for now_due, told in taken for user in told]
    return (*steps, *notices)


def _notice(facts: LadderFacts, due: _Due, user: UUID, now: datetime) -> Notify:
    quiet = _quiet(facts)
    return Notify(
        recipient_kind="user",
        recipient_id=user,
        about=About("alert", facts.alert_id),
        step=f"{facts.latest.n}.{due.step}",
        wording=_wording(facts, due),
        at=now,
        push_at=quiet_until(now, quiet.from_minute, quiet.to_minute) if quiet else now,
        subject_id=facts.subject_id,
    )


def _wording(facts: LadderFacts, due: _Due) -> Reason:
    """The sentence of the notice: what it is about, and why it comes to this level."""
    again = facts.latest.n > 1 and due.why.code == "step_raised"
    code = "alert_again" if again else _NOTICES[due.why.code]
    return Reason(code, (("kind", facts.kind.value), ("step", due.step.value), ("n", str(facts.latest.n))))
