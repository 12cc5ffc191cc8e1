"""One person's correction group and plan as they stand, with all who were in the group and all versions of the plan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from app.models.correction import CorrectionPlan, GroupLetter, GroupMember, GroupMemberEnd, PlanDecision, PlanReview
from app.models.duty import Duty
from app.models.office import User
from app.models.subject import Subject
from app.rules.correction import SF0015_MEMBER_CODES, Member, MemberKind, Person, Verdict, judge_group
from app.rules.errors import NotFound
from app.rules.facts import Actor, DutyKind, DutyState
from app.store import policies
from app.store.scope import subjects_of

PLAN_WAITING, PLAN_IN_FORCE, PLAN_GIVEN_BACK, PLAN_REPLACED = "waiting", "in_force", "given_back", "replaced"
AWAITED = (DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED, DutyState.UNJUDGED)


@dataclass(frozen=True)
class Whose:
    """Whom a group or plan is about."""

    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    office_id: UUID
    status: str


@dataclass(frozen=True)
class OwedView:
    """What is still owed about the group or the plan. `opens_at` may lie ahead."""

    duty_id: UUID
    rule_code: str
    state: str
    opens_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class MemberView:
    """One member. `code` is the kind's in the national exchange format; `present` says whether they still belong."""

    id: UUID
    kind: str
    code: str
    code_version: str
    name: str
    sex: str | None
    phone: str | None
    knows_minors: bool
    guardian: bool
    user_id: UUID | None
    from_at: datetime
    to_at: datetime | None
    added_at: datetime
    added_by_name: str
    ended_at: datetime | None
    ended_by_name: str | None
    end_reason: str | None
    letter_signed_at: datetime | None
    present: bool


@dataclass(frozen=True)
class GroupView:
    """The group: its members, those who left last, and whether it is complete."""

    whose: Whose
    completeness: str
    lacks: tuple[str, ...]
    not_known: tuple[str, ...]
    members: tuple[MemberView, ...]
    owed: tuple[OwedView, ...]


@dataclass(frozen=True)
class ReviewView:
    """The plan was looked at and stayed as it was."""

    id: UUID
    note: str
    reviewed_at: datetime
    reviewed_by_name: str


@dataclass(frozen=True)
class VersionView:
    """One version of a plan: what it says, who made it and who decided on it, and its reviews."""

    id: UUID
    version: int
    state: str
    basic_facts: str
    assessment: str
    state_of_mind: str
    special_matters: str
    measures: tuple[str, ...]
    because: str | None
    made_by: UUID
    made_by_name: str
    made_at: datetime
    decided_at: datetime | None
    decided_by_name: str | None
    decision_note: str | None
    reviews: tuple[ReviewView, ...] = ()


@dataclass(frozen=True)
class PlanView:
    """The plan: its versions, the newest first, and what is owed about it."""

    whose: Whose
    versions: tuple[VersionView, ...]
    owed: tuple[OwedView, ...]

    @property
    def in_force(self) -> VersionView | None:
        """The version that holds; None where none was approved."""
        return next((one for one in self.versions if one.state == PLAN_IN_FORCE), None)

    @property
    def waiting(self) -> VersionView | None:
        """The version that waits for a second person."""
        return next((one for one in self.versions if one.state == PLAN_WAITING), None)


def group(connection: Connection, actor: Actor, subject_id: UUID, *, now: datetime) -> GroupView:
    """One person's group; NotFound out of reach. Four statements."""
    row = _subject(connection, actor, subject_id)
    policy = policies.of_office(connection, row.office_id, at=now).policy
    rows = connection.execute(_members(row)).all()
    members = [_judged(one) for one in rows]
    person = Person(row.sex, row.minor_regime, row.birth_date)
    guardian = policy.correction is not None and policy.correction.guardian
    verdict: Verdict = judge_group(person, members, guardian=guardian, at=now)
    present = {member.id for member in members if member.belongs(now)}
    views = [_member(one, present=one.id in present) for one in rows]
    return GroupView(
        whose=_whose(row),
        completeness=verdict.completeness.value,
        lacks=tuple(need.value for need in verdict.lacks),
        not_known=tuple(need.value for need in verdict.unknown),
        members=tuple(sorted(views, key=lambda one: not one.present)),
        owed=_owed(connection, row, DutyKind.CORRECTION_GROUP),
    )


def plan(connection: Connection, actor: Actor, subject_id: UUID) -> PlanView:
    """One person's plan; NotFound out of reach. Four statements."""
    row = _subject(connection, actor, subject_id)
    maker, decider = aliased(User), aliased(User)
    versions = connection.execute(
        select(
            CorrectionPlan,
            *(PlanDecision.approved, PlanDecision.decided_at, PlanDecision.note.label("decision_note")),
            *(maker.name.label("made_by_name"), decider.name.label("decided_by_name")),
        )
        .join(maker, maker.id == CorrectionPlan.made_by)
        .outerjoin(PlanDecision, PlanDecision.plan_id == CorrectionPlan.id)
        .outerjoin(decider, decider.id == PlanDecision.decided_by)
        .where(CorrectionPlan.subject_id == subject_id, CorrectionPlan.made_at >= row.since)
        .order_by(CorrectionPlan.version.desc())
    ).all()
    reviews: dict[UUID, list[ReviewView]] = {}
    for one in connection.execute(_reviews([version.id for version in versions])):
        view = ReviewView(one.id, one.note, one.reviewed_at, one.reviewed_by_name)
        reviews.setdefault(one.plan_id, []).append(view)
    held, shown = False, []
    for place, version in enumerate(versions):
        state = _state(approved=version.approved, held=held, newest=place == 0)
        shown.append(_version(version, state, tuple(reviews.get(version.id, ()))))
        held = held or bool(version.approved)
    return PlanView(_whose(row), tuple(shown), _owed(connection, row, DutyKind.CORRECTION_PLAN))


def _subject(connection: Connection, actor: Actor, subject_id: UUID) -> Any:
    row = connection.execute(
        select(
            *(Subject.id, Subject.subject_no, Subject.name, Subject.sex, Subject.minor_regime, Subject.birth_date),
            *(Subject.office_id, Subject.status),
            func.coalesce(Subject.registered_at, Subject.created_at).label("since"),
        ).where(Subject.id == subject_id, subjects_of(actor))
    ).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return row


def _members(subject: Any) -> Any:
    adder, ender = aliased(User), aliased(User)
    return (
        select(
            GroupMember,
            *(GroupMemberEnd.to_at, GroupMemberEnd.ended_at, GroupMemberEnd.reason.label("end_reason")),
            *(GroupLetter.signed_at.label("letter_signed_at"), adder.name.label("added_by_name")),
            ender.name.label("ended_by_name"),
        )
        .join(adder, adder.id == GroupMember.added_by)
        .outerjoin(GroupMemberEnd, GroupMemberEnd.member_id == GroupMember.id)
        .outerjoin(ender, ender.id == GroupMemberEnd.ended_by)
        .outerjoin(GroupLetter, GroupLetter.member_id == GroupMember.id)
        .where(GroupMember.subject_id == subject.id, GroupMember.added_at >= subject.since)
        .order_by(GroupMember.added_at, GroupMember.id)
    )


def _reviews(plan_ids: list[UUID]) -> Any:
    return (
        select(PlanReview, User.name.label("reviewed_by_name"))
        .join(User, User.id == PlanReview.reviewed_by)
        .where(PlanReview.plan_id.in_(plan_ids))
        .order_by(PlanReview.reviewed_at.desc(), PlanReview.id)
    )


def _owed(connection: Connection, subject: Any, kind: DutyKind) -> tuple[OwedView, ...]:
    rows = connection.execute(
        select(Duty.id, Duty.rule_code, Duty.state, Duty.opens_at, Duty.due_at)
        .where(
            Duty.subject_id == subject.id,
            Duty.opens_at >= subject.since,
            Duty.kind == kind,
            Duty.state.in_(AWAITED),
        )
        .order_by(Duty.due_at, Duty.id)
    )
    return tuple(OwedView(*row) for row in rows)


def _whose(row: Any) -> Whose:
    return Whose(row.id, row.subject_no, row.name, row.minor_regime, row.office_id, row.status)


def _judged(row: Any) -> Member:
    return Member(
        id=row.id,
        kind=MemberKind(row.kind),
        sex=row.sex,
        knows_minors=row.knows_minors,
        guardian=row.guardian,
        from_at=row.from_at,
        to_at=row.to_at,
        letter_at=row.letter_signed_at,
    )


_MEMBER = (
    *("id", "kind", "code_version", "name", "sex", "phone", "knows_minors", "guardian", "user_id", "from_at", "to_at"),
    *("added_at", "added_by_name", "ended_at", "ended_by_name", "end_reason", "letter_signed_at"),
)


def _member(row: Any, *, present: bool) -> MemberView:
    plain = {name: getattr(row, name) for name in _MEMBER}
    return MemberView(**plain, code=SF0015_MEMBER_CODES[MemberKind(row.kind)], present=present)


_VERSION = (
    *("id", "version", "basic_facts", "assessment", "state_of_mind", "special_matters", "because", "made_by"),
    *("made_by_name", "made_at", "decided_at", "decided_by_name", "decision_note"),
)


def _version(row: Any, state: str, reviews: tuple[ReviewView, ...]) -> VersionView:
    plain = {name: getattr(row, name) for name in _VERSION}
    return VersionView(**plain, measures=tuple(row.measures), state=state, reviews=reviews)


def _state(*, approved: bool | None, held: bool, newest: bool) -> str:
    """`held`: a newer version is in force. Only the newest is decided on: one that was written over waits no longer."""
    if held or (approved is None and not newest):
        return PLAN_REPLACED
    if approved is None:
        return PLAN_WAITING
    return PLAN_IN_FORCE if approved else PLAN_GIVEN_BACK
