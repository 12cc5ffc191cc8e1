"""What planning is told of a subject, and the stretches of time in which neither class nor policy changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.facts import Channel, SupervisionClass
from app.rules.policy import Policy

_DUTIES = uuid5(NAMESPACE_URL, "zhifang:duty")


@dataclass(frozen=True)
class PolicyPeriod:
    """One version of the policy and when it is in force for the subject's office: [from_at, to_at), None is open."""

    from_at: datetime | None
    to_at: datetime | None
    version_id: UUID
    policy: Policy


@dataclass(frozen=True)
class ClassPeriod:
    """One class of supervision and when it holds: [from_at, to_at), None is open."""

    from_at: datetime
    to_at: datetime | None
    class_: SupervisionClass


@dataclass(frozen=True)
class PlanningFacts:
    """One subject in correction.

    `planned_until` is None before the first planning. `supervised_until` is exclusive; None where no end is known.
    `classes` and `policies` cover at least what opens from the cursor on, in order of time.
    `last_due` is the latest due time, by item, of a turn of the calendar that stands, `first_due` the earliest; no
    entry where there was none.
    """

    subject_id: UUID
    office_id: UUID
    channel: Channel
    registered_at: datetime
    supervised_until: datetime | None
    planned_until: datetime | None
    classes: tuple[ClassPeriod, ...]
    policies: tuple[PolicyPeriod, ...]
    last_due: Mapping[str, datetime] = field(default_factory=dict)
    first_due: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Stretch:
    """A time in which neither class nor policy changes."""

    from_at: datetime
    to_at: datetime | None
    class_: SupervisionClass
    version_id: UUID
    policy: Policy

    def clipped(self, from_at: datetime, to_at: datetime) -> tuple[datetime, datetime]:
        """The part of [from_at, to_at) that lies in it; empty where the first is not before the second."""
        return max(self.from_at, from_at), min(self.to_at or to_at, to_at)

    def is_over_by(self, at: datetime) -> bool:
        """Whether it has ended by then."""
        return self.to_at is not None and self.to_at <= at


def stretches_of(facts: PlanningFacts) -> list[Stretch]:
    """Where the periods of class and policy overlap, in order of time."""
    found = []
    for version in facts.policies:
        for period in facts.classes:
            from_at = max(version.from_at or period.from_at, period.from_at)
            to_at = min((end for end in (version.to_at, period.to_at) if end is not None), default=None)
            if to_at is None or from_at < to_at:
                found.append(Stretch(from_at, to_at, period.class_, version.version_id, version.policy))
    return sorted(found, key=lambda stretch: stretch.from_at)


def duty_id(subject_id: UUID, rule_code: str, slot_start: datetime) -> UUID:
    """The id of a duty: planning the same turn again gives the same duty."""
    return uuid5(_DUTIES, f"{subject_id}|{rule_code}|{slot_start.astimezone(UTC).isoformat()}")
