"""What an office comes to owe about one person by one policy, act by act, as planner and database do it together.

The planner decides; this keeps its answers as the database does: a turn is written once, what was cancelled comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

from app.rules.calendar import SHANGHAI, last_day_before
from app.rules.effects import CancelPlanned, Decision, PlanDuty
from app.rules.facts import JOB, Channel, OccasionKind, Reason, SupervisionClass
from app.rules.planning import (
    CHAINED,
    HORIZON,
    ClassPeriod,
    OccasionFacts,
    OwingFacts,
    PlanningFacts,
    PolicyPeriod,
    forget_plan,
    plan,
    plan_occasion,
    replan,
)
from app.rules.policy import Policy

KEY = b"a secret of the tests"
SUBJECT, OFFICE = UUID(int=1), UUID(int=2)
WHY = Reason("changed")


def local(text: str) -> datetime:
    """Such as `2026-03-02T09:00`, by the clock of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@dataclass(frozen=True)
class Happens:
    """An occasion, known from the start of the act; `at` is when it comes where that is later."""

    kind: OccasionKind
    at: str | None = None


Act = tuple[str, SupervisionClass | Policy | Happens]


@dataclass
class Life:
    """One person from registration on."""

    policy: Policy
    registered_at: datetime
    class_: SupervisionClass
    ends_at: datetime | None = None
    cursor: datetime | None = None
    classes: list[ClassPeriod] = field(default_factory=list)
    policies: list[PolicyPeriod] = field(default_factory=list)
    duties: dict[tuple[str, datetime], PlanDuty] = field(default_factory=dict)
    fallen: set[tuple[str, datetime]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.classes.append(ClassPeriod(self.registered_at, None, self.class_))
        self.policies.append(PolicyPeriod(None, None, UUID(int=3), self.policy))

    def live(self, acts: Sequence[Act], until: datetime) -> None:
        """All acts in order of time, and what the calendar brings up meanwhile."""
        for when, what in acts:
            at = local(when)
            self._plan(at)
            match what:
                case SupervisionClass():
                    self._change_class(what, at)
                case Policy():
                    self._change_policy(what, at)
                case Happens(kind, begins):
                    self._happens(kind, local(begins) if begins else at, at)
        self._plan(until)

    def owed(self) -> list[PlanDuty]:
        """What did not fall away, by its due."""
        return sorted((one for key, one in self.duties.items() if key not in self.fallen), key=lambda one: one.due_at)

    def _facts(self) -> PlanningFacts:
        dues: dict[str, list[datetime]] = {}
        for duty in self.owed():
            if duty.why is None or duty.why.code in CHAINED:
                dues.setdefault(duty.rule_code, []).append(duty.due_at)
        return PlanningFacts(
            subject_id=SUBJECT,
            office_id=OFFICE,
            channel=Channel.NO_SMARTPHONE,
            registered_at=self.registered_at,
            supervised_until=self.ends_at,
            planned_until=self.cursor,
            classes=tuple(self.classes),
            policies=tuple(self.policies),
            last_due={code: max(each) for code, each in dues.items()},
            first_due={code: min(each) for code, each in dues.items()},
        )

    def _plan(self, at: datetime) -> None:
        self._keep(plan(self._facts(), until=at + HORIZON, key=KEY, now=at), at + HORIZON)

    def _change_class(self, class_: SupervisionClass, at: datetime) -> None:
        self.classes[-1] = replace(self.classes[-1], to_at=at)
        self.classes.append(ClassPeriod(at, None, class_))
        self.class_ = class_
        self._cancel(at)
        again = replan(self._facts(), since=at, until=at + HORIZON, key=KEY, now=at, reason=WHY, actor=JOB)
        self._keep(again, at + HORIZON)
        self._happens(OccasionKind.CLASS_CHANGE, at, at)

    def _change_policy(self, policy: Policy, at: datetime) -> None:
        self.policies[-1] = replace(self.policies[-1], to_at=at)
        self.policies.append(PolicyPeriod(at, None, UUID(int=3 + len(self.policies)), policy))
        assert self.cursor is not None
        forgotten = forget_plan(SUBJECT, planned_until=self.cursor, since=at, now=at, reason=WHY, actor=JOB)
        self._cancel(at)
        self._keep(forgotten, min(self.cursor, at))

    def _happens(self, kind: OccasionKind, begins_at: datetime, known_at: datetime) -> None:
        occasion = OccasionFacts(uuid5(SUBJECT, f"{kind}{begins_at}"), SUBJECT, kind, begins_at, known_at)
        now = self.policies[-1]
        owing = OwingFacts(SUBJECT, OFFICE, self.ends_at, self.class_, now.version_id, now.policy)
        self._keep(plan_occasion(occasion, owing, now=known_at), self.cursor)

    def _cancel(self, since: datetime) -> None:
        for key, duty in self.duties.items():
            if duty.opens_at >= since and duty.occasion_id is None:
                self.fallen.add(key)

    def _keep(self, decision: Decision, cursor: datetime | None) -> None:
        for effect in decision.effects:
            if isinstance(effect, PlanDuty):
                key = effect.rule_code, effect.slot_start
                if key not in self.duties or key in self.fallen:
                    self.duties[key] = effect
                    self.fallen.discard(key)
            elif isinstance(effect, CancelPlanned):
                assert effect.keep_occasions
        self.cursor = cursor


def last_days(
    policy: Policy,
    code: str,
    registered: str,
    acts: Sequence[Act] = (),
    *,
    until: str,
    class_: SupervisionClass = SupervisionClass.STRICT,
    ends: str | None = None,
) -> list[str]:
    """The last day of each duty of one item, up to the day `until`; without the year where it is that of `until`."""
    life = Life(policy, local(registered), class_, local(ends) if ends else None)
    life.live(acts, local(until))
    days = [last_day_before(duty.due_at).isoformat() for duty in life.owed() if duty.rule_code == code]
    return [day.removeprefix(f"{until[:4]}-") for day in days if day <= until[:10]]
