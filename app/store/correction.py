"""Correction groups and plans on disk: what decides on an act, and what acts write. Rows are added, none is changed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.models.correction import CorrectionPlan, GroupLetter, GroupMember, GroupMemberEnd, PlanDecision, PlanReview
from app.models.duty import Duty
from app.models.policy import PolicyVersion
from app.models.subject import Subject, SubjectState, SupervisionPeriod
from app.rules.calendar import end_of_day
from app.rules.correction import CorrectionFacts, Member, MemberKind, Owed, Person, PlanStanding
from app.rules.effects.correction import AddMember, DecidePlan, EndMember, NoteLetter, WritePlan, WritePlanReview
from app.rules.errors import Conflict
from app.rules.facts import DutyKind, DutyState, SubjectStatus, SupervisionClass
from app.store import policies

CODE_VERSION = "SF0015"
"""The edition of the code tables that kinds of members are exchanged by."""

UNSETTLED = (DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED, DutyState.UNJUDGED)
KINDS = (DutyKind.CORRECTION_GROUP, DutyKind.CORRECTION_PLAN)

PLANS = text(
    """
    SELECT p.id, p.version, p.made_by, d.approved, p.made_at < :since AS of_before,
           (SELECT q.id FROM correction_plans q JOIN plan_decisions a ON a.plan_id = q.id AND a.approved
            WHERE q.subject_id = p.subject_id AND q.made_at >= :since ORDER BY q.version DESC LIMIT 1) AS in_force_id
    FROM correction_plans p LEFT JOIN plan_decisions d ON d.plan_id = p.id
    WHERE p.subject_id = :subject_id ORDER BY p.version DESC LIMIT 1
    """
)


NEWLY_ASKING = text(
    """
    SELECT id FROM policy_versions
    WHERE correction_owed_at IS NULL AND in_force @> CAST(:now AS timestamptz) AND content ? 'correction'
    ORDER BY lower(in_force), id
    """
)

WITHOUT_DUTIES = text(
    """
    SELECT s.id FROM policy_versions v
    JOIN offices scope ON scope.id = v.office_id
    JOIN offices o ON o.path = scope.path OR o.path LIKE scope.path || '.%'
    JOIN subjects s ON s.office_id = o.id AND s.status = 'in_correction'
    WHERE v.id = :version_id AND NOT EXISTS (
        SELECT FROM duties d
        WHERE d.subject_id = s.id AND d.rule_code = 'correction_group' AND d.opens_at >= s.registered_at)
    ORDER BY s.id
    """
)

OF_AGE = text(
    """
    SELECT DISTINCT d.subject_id FROM duties d JOIN subjects s ON s.id = d.subject_id
    WHERE d.kind = 'correction_group' AND d.state IN ('planned', 'open', 'missed', 'unjudged')
      AND d.opens_at >= s.registered_at AND s.status = 'in_correction' AND s.minor_regime
      AND s.birth_date < CAST(:today AS date) - interval '18 years'
    ORDER BY d.subject_id
    """
)


def newly_asking(tx: Connection, *, now: datetime) -> list[UUID]:
    """Versions in force that ask for groups, and for which nobody has looked yet who came before them."""
    return list(tx.execute(NEWLY_ASKING, {"now": now}).scalars())


def without_duties(tx: Connection, version_id: UUID) -> list[UUID]:
    """Whom below that version no duty about a group was planned for since they were registered."""
    return list(tx.execute(WITHOUT_DUTIES, {"version_id": version_id}).scalars())


def looked_through(tx: Connection, version_id: UUID, *, now: datetime) -> None:
    """All who came before that version were looked at."""
    tx.execute(update(PolicyVersion).where(PolicyVersion.id == version_id).values(correction_owed_at=now))


def of_age(tx: Connection, *, today: date) -> list[UUID]:
    """Who came under the regime for minors, is of age by now, and has a group that is still owed."""
    return list(tx.execute(OF_AGE, {"today": today}).scalars())


def facts(tx: Connection, subject_id: UUID, *, now: datetime) -> CorrectionFacts:
    """What decides on an act about this subject, under its lock. Five queries.

    Of somebody who is under correction again only what was written since then counts.
    """
    columns = (Subject.office_id, Subject.status, Subject.sex, Subject.minor_regime, Subject.birth_date)
    supervised_to = (
        select(SupervisionPeriod.period)
        .where(SupervisionPeriod.subject_id == Subject.id)
        .order_by(SupervisionPeriod.period.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = tx.execute(
        select(
            *columns,
            *(Subject.class_.label("class_name"), Subject.registered_at, Subject.term_to),
            supervised_to.label("supervised"),
        )
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .where(Subject.id == subject_id)
        .with_for_update(of=SubjectState)
    ).one()
    in_force = policies.of_office(tx, row.office_id, at=now)
    since = row.registered_at or now
    plan = tx.execute(PLANS, {"subject_id": subject_id, "since": since}).one_or_none()
    return CorrectionFacts(
        subject_id=subject_id,
        office_id=row.office_id,
        status=SubjectStatus(row.status),
        class_=SupervisionClass(row.class_name) if row.class_name else None,
        person=Person(row.sex, row.minor_regime, row.birth_date),
        supervised_until=_supervised_until(row),
        policy_version_id=in_force.version_id,
        rules=in_force.policy.correction,
        holidays=in_force.policy.holidays,
        members=members_of(tx, [subject_id], since=since).get(subject_id, ()),
        owed=_owed(tx, subject_id, since),
        newest=_standing(plan) if plan else None,
        in_force_id=plan.in_force_id if plan else None,
    )


def _standing(plan: Any) -> PlanStanding:
    """What was written in an earlier correction waits for nobody any more; its number still counts."""
    return PlanStanding(plan.id, plan.version, plan.made_by, False if plan.of_before else plan.approved)


def members_of(
    tx: Connection, subject_ids: Sequence[UUID], *, since: datetime | None = None
) -> dict[UUID, tuple[Member, ...]]:
    """The members of these groups, those who left too, in the order in which they were added.

    Added since `since`, or since the present correction of each subject began. One query.
    """
    found: dict[UUID, list[Member]] = {}
    rows = tx.execute(
        select(GroupMember, GroupMemberEnd.to_at, GroupLetter.signed_at)
        .join(Subject, Subject.id == GroupMember.subject_id)
        .outerjoin(GroupMemberEnd, GroupMemberEnd.member_id == GroupMember.id)
        .outerjoin(GroupLetter, GroupLetter.member_id == GroupMember.id)
        .where(GroupMember.subject_id.in_(subject_ids), GroupMember.added_at >= (since or Subject.registered_at))
        .order_by(GroupMember.added_at, GroupMember.id)
    )
    for row in rows:
        one = Member(
            id=row.id,
            kind=MemberKind(row.kind),
            sex=row.sex,
            knows_minors=row.knows_minors,
            guardian=row.guardian,
            from_at=row.from_at,
            to_at=row.to_at,
            letter_at=row.signed_at,
        )
        found.setdefault(row.subject_id, []).append(one)
    return {subject_id: tuple(members) for subject_id, members in found.items()}


def member_hash_of(tx: Connection, member_id: UUID) -> bytes | None:
    """The fingerprint of the request that added this member; None where there is none."""
    return tx.execute(select(GroupMember.body_hash).where(GroupMember.id == member_id)).scalar_one_or_none()


def plan_hash_of(tx: Connection, plan_id: UUID) -> bytes | None:
    """The fingerprint of the request that wrote this version; None where there is none."""
    return tx.execute(select(CorrectionPlan.body_hash).where(CorrectionPlan.id == plan_id)).scalar_one_or_none()


def review_hash_of(tx: Connection, review_id: UUID) -> bytes | None:
    """The fingerprint of the request that wrote this review; None where there is none."""
    return tx.execute(select(PlanReview.body_hash).where(PlanReview.id == review_id)).scalar_one_or_none()


def add_members(tx: Connection, effects: Sequence[AddMember]) -> None:
    """Write members; Conflict `id_reused` where at this very moment somebody used the id for another subject."""
    plain = ("id", "subject_id", "kind", "name", "sex", "phone", "knows_minors", "guardian", "user_id", "from_at")
    for effect in effects:
        row = {name: getattr(effect, name) for name in (*plain, "body_hash")}
        row |= {"code_version": CODE_VERSION, "added_at": effect.at, "added_by": effect.actor.id}
        _add(tx, GroupMember, row)


def end_members(tx: Connection, effects: Sequence[EndMember]) -> None:
    """Write who left."""
    for effect in effects:
        row = {"member_id": effect.member_id, "to_at": effect.to_at, "reason": effect.reason}
        tx.execute(insert(GroupMemberEnd), row | {"ended_at": effect.at, "ended_by": effect.actor.id})


def note_letters(tx: Connection, effects: Sequence[NoteLetter]) -> None:
    """Write who signed."""
    for effect in effects:
        row = {"member_id": effect.member_id, "signed_at": effect.signed_at}
        tx.execute(insert(GroupLetter), row | {"noted_at": effect.at, "noted_by": effect.actor.id})


def write_plans(tx: Connection, effects: Sequence[WritePlan]) -> None:
    """Write versions; Conflict `id_reused` as for members."""
    plain = ("id", "subject_id", "version", "basic_facts", "assessment", "state_of_mind", "special_matters", "because")
    for effect in effects:
        row = {name: getattr(effect, name) for name in (*plain, "body_hash")}
        row |= {"measures": list(effect.measures), "made_by": effect.actor.id, "made_at": effect.at}
        _add(tx, CorrectionPlan, row)


def decide_plans(tx: Connection, effects: Sequence[DecidePlan]) -> None:
    """Write decisions on versions."""
    for effect in effects:
        row = {"plan_id": effect.plan_id, "approved": effect.approved, "note": effect.note}
        tx.execute(insert(PlanDecision), row | {"decided_at": effect.at, "decided_by": effect.actor.id})


def write_reviews(tx: Connection, effects: Sequence[WritePlanReview]) -> None:
    """Write reviews; Conflict `id_reused` as for members."""
    for effect in effects:
        row = {name: getattr(effect, name) for name in ("id", "subject_id", "plan_id", "note", "body_hash")}
        _add(tx, PlanReview, row | {"reviewed_at": effect.at, "reviewed_by": effect.actor.id})


def _owed(tx: Connection, subject_id: UUID, since: datetime) -> tuple[Owed, ...]:
    rows = tx.execute(
        select(Duty.id, Duty.kind, Duty.rule_code, Duty.state, Duty.opens_at, Duty.due_at)
        .where(Duty.subject_id == subject_id, Duty.opens_at >= since, Duty.kind.in_(KINDS), Duty.state.in_(UNSETTLED))
        .order_by(Duty.due_at, Duty.id)
    )
    return tuple(
        Owed(row.id, DutyKind(row.kind), row.rule_code, DutyState(row.state), row.opens_at, row.due_at) for row in rows
    )


def _supervised_until(row: Any) -> datetime | None:
    """The end of the term or of the supervision, whichever comes first; None where neither is known."""
    ends = [row.supervised.upper if row.supervised else None, end_of_day(row.term_to) if row.term_to else None]
    return min((end for end in ends if end is not None), default=None)


def _add(tx: Connection, table: type[Any], row: dict[str, Any]) -> None:
    try:
        with tx.begin_nested():
            tx.execute(insert(table), row)
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict("id_reused") from error
