"""The duties behind a figure of the audit, page by page for people and all of them for a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, or_, select, tuple_

from app.models.duty import Duty, DutyEvent
from app.models.office import Office, User
from app.models.subject import Subject
from app.models.visit import RecordProof
from app.queries.names import Named, is_sealed, shown_name
from app.queries.oversight import Asked, conditions
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.facts import Actor, DutyState
from app.rules.oversight import CONDITIONS, Figure, Proof, item_of
from app.store.scope import subjects_of

AT_ONCE = 1000


@dataclass(frozen=True)
class AuditedDuty:
    """One duty behind a figure. `waive_reason` is in a person's own words, and sealed with the name.

    `sealed`: whoever reads may not know who it is.
    """

    id: UUID
    office_id: UUID
    office_name: str
    officer_id: UUID | None
    officer_name: str | None
    subject_id: UUID
    subject_no: str | None
    subject_name: str
    minor: bool
    sealed: bool
    kind: str
    item: str
    rule_code: str
    policy_version_id: UUID
    class_: str | None
    state: DutyState
    proof: Proof | None
    opens_at: datetime
    due_at: datetime
    fulfilled_at: datetime | None
    missed_at: datetime | None
    waive_reason: str | None
    evidence_kind: str | None
    evidence_id: UUID | None


def audited_duties(
    connection: Connection,
    actor: Actor,
    asked: Asked,
    figure: Figure,
    *,
    now: datetime,
    changed_since: datetime | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[AuditedDuty]:
    """The duties behind one figure, by their end: as many as it says at the same instant. One statement.

    With `changed_since` only those of which something became known after that instant.
    """
    statement = _asked(actor, asked, figure, now).order_by(Duty.due_at, Duty.id).limit(limit + 1)
    if key := instant_key(after):
        statement = statement.where(tuple_(Duty.due_at, Duty.id) > key)
    if changed_since is not None:
        statement = statement.where(_changed(changed_since))
    rows = [_duty(actor, row) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.due_at.isoformat(), str(row.id)])


def every_duty(
    connection: Connection, actor: Actor, asked: Asked, *, now: datetime, most: int
) -> Iterator[AuditedDuty]:
    """All duties that are counted, at most `most`, as the database hands them out: no list of them is kept here."""
    statement = _asked(actor, asked, Figure.DUE, now).order_by(Duty.due_at, Duty.id).limit(most)
    with connection.execute(statement, execution_options={"yield_per": AT_ONCE}) as rows:
        for row in rows:
            yield _duty(actor, row, in_file=True)


def _changed(since: datetime) -> Any:
    """Something happened to the duty, or became known of its record, after that instant."""
    moved = select(DutyEvent.id).where(DutyEvent.duty_id == Duty.id, DutyEvent.at > since)
    judged = select(RecordProof.record_id).where(
        RecordProof.record_id == Duty.evidence_id, RecordProof.judged_at > since
    )
    return or_(moved.exists(), judged.exists())


def _asked(actor: Actor, asked: Asked, figure: Figure, now: datetime) -> Select[*tuple[Any, ...]]:
    condition = CONDITIONS[figure]
    wanted = [*conditions(actor, asked, now), Duty.state.in_(sorted(condition.states))]
    if condition.proofs is not None:
        wanted.append(Duty.proof.in_(sorted(condition.proofs)))
    return (
        select(
            *(Duty.id, Duty.office_id, Duty.officer_id, Duty.subject_id, Duty.kind, Duty.rule_code),
            *(Duty.policy_version_id, Duty.state, Duty.proof, Duty.opens_at, Duty.due_at, Duty.fulfilled_at),
            *(Duty.missed_at, Duty.waive_reason, Duty.evidence_kind, Duty.evidence_id),
            Duty.class_.label("class_then"),
            Office.name.label("office_name"),
            User.name.label("officer_name"),
            *(Subject.name, Subject.subject_no, Subject.minor_regime, Subject.office_id.label("assigned_to")),
            subjects_of(actor).label("within_reach"),
        )
        .join(Office, Office.id == Duty.office_id)
        .join(User, User.id == Duty.officer_id, isouter=True)
        .join(Subject, Subject.id == Duty.subject_id)
        .where(*wanted)
    )


def _duty(actor: Actor, row: Any, *, in_file: bool = False) -> AuditedDuty:
    """In a file, which goes from hand to hand, a minor is sealed from everybody [Law 54]."""
    subject = Named(row.name, row.minor_regime, row.assigned_to, within_reach=row.within_reach)
    asks = Actor(actor.kind, actor.id) if in_file and row.minor_regime else actor
    sealed = is_sealed(asks, subject)
    return AuditedDuty(
        id=row.id,
        office_id=row.office_id,
        office_name=row.office_name,
        officer_id=row.officer_id,
        officer_name=row.officer_name,
        subject_id=row.subject_id,
        subject_no=None if sealed else row.subject_no,
        subject_name=shown_name(asks, subject),
        minor=row.minor_regime,
        sealed=sealed,
        kind=row.kind,
        item=item_of(row.rule_code),
        rule_code=row.rule_code,
        policy_version_id=row.policy_version_id,
        class_=row.class_then,
        state=DutyState(row.state),
        proof=Proof(row.proof) if row.proof else None,
        opens_at=row.opens_at,
        due_at=row.due_at,
        fulfilled_at=row.fulfilled_at,
        missed_at=row.missed_at,
        waive_reason=None if sealed else row.waive_reason,
        evidence_kind=row.evidence_kind,
        evidence_id=row.evidence_id,
    )
