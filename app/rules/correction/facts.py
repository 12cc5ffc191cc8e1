"""What is known of one person's group, plan and of what is owed about them, when somebody acts on them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.calendar import Holidays
from app.rules.correction.members import Member, Person
from app.rules.facts import DutyKind, DutyState, SubjectStatus, SupervisionClass
from app.rules.policy import CorrectionRules


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty about the group or the plan that is not settled yet."""

    id: UUID
    kind: DutyKind
    rule_code: str
    state: DutyState
    opens_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """The newest version of the plan. `decided` is None while nobody has decided on it."""

    id: UUID
    version: int
    made_by: UUID
    decided: bool | None


@dataclass(frozen=True, slots=True)
class CorrectionFacts:
    """One person under the lock.

    `members` are those of the present correction, also those who left. `in_force_id` is the newest approved version.
    `rules` is None where the policy in force says nothing of groups and plans: then nothing is owed about them.
    """

    subject_id: UUID
    office_id: UUID
    status: SubjectStatus
    class_: SupervisionClass | None
    person: Person
    supervised_until: datetime | None
    policy_version_id: UUID
    rules: CorrectionRules | None
    holidays: Holidays
    members: tuple[Member, ...] = ()
    owed: tuple[Owed, ...] = ()
    newest: PlanStanding | None = None
    in_force_id: UUID | None = None

    @property
    def guardian(self) -> bool:
        """Whether the local rule wants a minor's guardian in the group."""
        return self.rules is not None and self.rules.guardian
