"""Fixes that ask a person to look: given by another app, too far apart for any way of travel, to and fro between two
places as if two phones reported, frozen to the last digit, or dated ahead of their arrival. Each has innocent reasons,
so none is a finding and none recovers by itself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol, TypeVar
from uuid import UUID

from app.rules.calendar import SHANGHAI
from app.rules.effects import Decision, RaiseAlert
from app.rules.facts import About, AlertKind, Cause, Reason, Strength
from app.rules.policy import Suspicions

RULE_CODE = "suspected_fake"

QUIET = timedelta(hours=24)
"""What was asked to be looked at is not asked again within a day of it."""

MANY_MOCKED = 3
TURNS, TURN_KM, TURN_KMH = 6, 1.0, 150.0
"""So often in a row to a place so far away and back, each time faster than a car: two phones share one registration, or
one phone believes in two places. Where somebody is cannot be told from it, and a departure may hide in it.
"""
BACK = 1 / 3
"""Back is who is no farther from where they were than this share of the way."""

NETWORK = "network"
"""A network's guess may be off by a whole province: it is no jump of the phone."""


class Fix(Protocol):
    """One stored fix: when it happened, how good it is, and what the phone said of its origin."""

    @property
    def id(self) -> UUID:
        """Its id."""
        ...

    @property
    def at(self) -> datetime:
        """When it happened."""
        ...

    @property
    def accuracy_m(self) -> float:
        """The radius of its circle."""
        ...

    @property
    def mock(self) -> bool:
        """Whether the phone says that another app gave it."""
        ...

    @property
    def provider(self) -> str | None:
        """What measured it, as the phone says."""
        ...

    @property
    def proven(self) -> bool:
        """Whether something but the phone's word dates it."""
        ...


AFix = TypeVar("AFix", bound=Fix)


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that asks a person to look, since `at`; `fix_ids` are the fixes that show it."""

    at: datetime
    why: Reason
    strength: Strength
    fix_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Frozen:
    """So many fixes with the same digits to the last, from `from_at` until `until`, of a phone whose fixes varied."""

    from_at: datetime
    until: datetime
    fixes: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many fixes that were set aside because they lay ahead of their arrival, the first received at `at`."""

    at: datetime
    fixes: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One subject: what was found, and of when a person was asked to look before."""

    subject_id: UUID
    office_id: UUID
    policy_version_id: UUID
    hints: tuple[Hint, ...]
    asked_at: tuple[datetime, ...] = ()


def hints(
    fixes: Sequence[AFix], since: datetime, limits: Suspicions, apart_m: Callable[[AFix, AFix], float]
) -> tuple[Hint, ...]:
    """What the fixes from `since` on show by themselves; they come in order of time, with a few before them."""
    new = [fix for fix in fixes if fix.at >= since]
    measured = [fix for fix in fixes if fix.proven and fix.provider != NETWORK and fix.accuracy_m > 0 and not fix.mock]
    return (*_mocked(new), *_jumps(measured, since, limits, apart_m), *_to_and_fro(measured, since, apart_m))


def _mocked(fixes: Sequence[Fix]) -> Iterator[Hint]:
    mocked = [fix for fix in fixes if fix.mock]
    if mocked:
        strength = Strength.STRONG if len(mocked) >= MANY_MOCKED else Strength.MEDIUM
        why = Reason("fake_mock", (("at", _moment(mocked[0].at)), ("n", str(len(mocked)))))
        yield Hint(mocked[0].at, why, strength, tuple(fix.id for fix in mocked[:MANY_MOCKED]))


def _to_and_fro(measured: Sequence[AFix], since: datetime, apart_m: Callable[[AFix, AFix], float]) -> Iterator[Hint]:
    """The first turn by which there were too many in a row; the fixes are those that `_jumps` looks at."""
    turns = 0
    for n, (before, fix) in enumerate(pairwise(measured), start=1):
        away = apart_m(before, fix)
        km = (away - before.accuracy_m - fix.accuracy_m) / 1000
        if km < TURN_KM or km <= TURN_KMH * ((fix.at - before.at) / timedelta(hours=1)):
            turns = 0
            continue
        turns = turns + 1 if turns and apart_m(measured[n - 2], fix) <= away * BACK else 1
        if turns >= TURNS and fix.at >= since:
            params = (("from", _moment(measured[n - turns].at)), ("km", f"{away / 1000:.0f}"), ("n", str(turns)))
            yield Hint(fix.at, Reason("fake_two_places", params), Strength.MEDIUM, (before.id, fix.id))
            return


def _jumps(
    measured: Sequence[AFix], since: datetime, limits: Suspicions, apart_m: Callable[[AFix, AFix], float]
) -> Iterator[Hint]:
    """The first jump that no train and no aeroplane explains; both fixes proven in time and measured by the phone."""
    for before, fix in pairwise(measured):
        if fix.at < since:
            continue
        km = (apart_m(before, fix) - before.accuracy_m - fix.accuracy_m) / 1000
        hours = (fix.at - before.at) / timedelta(hours=1)
        if km >= limits.jump_km and km > limits.jump_kmh * hours:
            minutes = max(1, round(hours * 60))
            params = (("from", _moment(before.at)), ("km", f"{km:.0f}"), ("minutes", str(minutes)))
            yield Hint(fix.at, Reason("fake_jump", params), Strength.MEDIUM, (before.id, fix.id))
            return


def frozen(found: Frozen) -> Hint:
    """The same digits to the last for so long: no receiver measures that, though a phone may repeat an old fix."""
    params = (("from", _moment(found.from_at)), ("until", _moment(found.until)), ("n", str(found.fixes)))
    return Hint(found.until, Reason("fake_frozen", params), Strength.WEAK)


def is_frozen(found: Frozen, limits: Suspicions) -> bool:
    """Whether that is long and often enough."""
    return found.fixes >= limits.frozen_fixes and found.until - found.from_at >= timedelta(hours=limits.frozen_h)


def ahead(found: Ahead) -> Hint:
    """Dated ahead of their arrival: mostly a wrong clock, at times a clock that was set."""
    return Hint(found.at, Reason("fake_ahead", (("n", str(found.fixes)),)), Strength.WEAK)


def ask(asked: Asked, *, now: datetime) -> Decision:
    """Ask a person to look, once for all that shows within a day; the strongest sign gives the sentence."""
    fresh = [hint for hint in asked.hints if all(abs(hint.at - before) >= QUIET for before in asked.asked_at)]
    if not fresh:
        return Decision()
    told = min(fresh, key=lambda hint: (tuple(Strength).index(hint.strength), hint.at))
    about = About("subject", asked.subject_id)
    alert = RaiseAlert(
        subject_id=asked.subject_id,
        office_id=asked.office_id,
        kind=AlertKind.SUSPECTED_FAKE,
        about=about,
        source=About("fixes", asked.subject_id),
        event_at=told.at,
        at=now,
        why=told.why,
        cause=Cause.UNSURE,
        strength=told.strength,
        rule_code=RULE_CODE,
        policy_version_id=asked.policy_version_id,
        evidence={"fixes": [str(fix_id) for fix_id in told.fix_ids], "signs": [hint.why.code for hint in fresh]},
    )
    return Decision((alert,))


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="minutes")
