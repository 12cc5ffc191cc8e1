"""Visits, talks and the like as the audit counts them: opened, done by a record, proven or not."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, text

from app.rules.effects import ChangeDuty, Decision, Effect, PlanDuty
from app.rules.facts import JOB, About, DutyKind, DutyState, Obligor, Reason
from app.rules.offices import Site
from app.rules.oversight import Proof
from app.rules.schedule import JUDGE_DELAY
from app.store import effects
from tests.builders.numbers import Numbers
from tests.builders.offices import Tree
from tests.builders.users import Worker

_numbers = Numbers()
KINDS = {"访": DutyKind.VISIT, "谈": DutyKind.TALK, "知": DutyKind.VERIFICATION, "查": DutyKind.REVIEW}
DAYS_OPEN = timedelta(days=10)

RECORD = text(
    """
    INSERT INTO records (id, kind, subject_id, office_id, officer_id, happened_at, written_at, note, reasons, body_hash)
    VALUES (:id, :kind, :subject_id, :office_id, :officer_id, :at, :at, '情况稳定', '[]', 'x')
    """
)
PROOF = text(
    """
    INSERT INTO record_proofs (record_id, verdict, checks, judged_at) VALUES (:record_id, :verdict, '[]', :at)
    ON CONFLICT (record_id) DO UPDATE SET verdict = excluded.verdict, judged_at = excluded.judged_at
    """
)


def audited(
    tx: Connection,
    tree: Tree,
    office: Site,
    subject_id: UUID,
    item: str,
    due_at: datetime,
    *,
    state: DutyState = DutyState.OPEN,
    opens_at: datetime | None = None,
    by: Worker | None = None,
    done_at: datetime | None = None,
    proof: Proof | None = None,
) -> UUID:
    """A duty of the work rule, opened and brought to `state`; with `by`, by that officer's record. Gives the id."""
    number = next(_numbers)
    opens = opens_at or due_at - DAYS_OPEN
    duty_id = uuid5(NAMESPACE_URL, f"test:audited:{number}")
    kind = KINDS[item[0]]
    slot = opens + timedelta(microseconds=number)
    planned = PlanDuty(
        id=duty_id,
        subject_id=subject_id,
        kind=kind,
        obligor=Obligor.OFFICE,
        rule_code=item,
        slot_start=slot,
        opens_at=opens,
        due_at=due_at,
        grace_until=due_at,
        judge_at=due_at + JUDGE_DELAY,
        office_id=office.id,
        policy_version_id=tree.policy_version_id,
        at=opens,
    )
    effects.apply(tx, [Decision((planned,))])
    if state is DutyState.PLANNED:
        return duty_id
    steps: list[Effect] = [ChangeDuty(duty_id, DutyState.OPEN, opens, Reason("duty_opened"), JOB)]
    if state is not DutyState.OPEN:
        at = done_at or due_at - timedelta(hours=1)
        record_id = a_record(tx, kind, subject_id, office, by, item, duty_id, at) if by else None
        evidence = About(kind.value, record_id) if record_id else None
        steps.append(ChangeDuty(duty_id, state, at, Reason("duty_missed"), JOB, evidence=evidence, effective_at=at))
        effects.apply(tx, [Decision(tuple(steps))])
        if proof is not None and record_id is not None:
            prove(tx, record_id, proof, at=at)
        return duty_id
    effects.apply(tx, [Decision(tuple(steps))])
    return duty_id


def a_record(
    tx: Connection, kind: DutyKind, subject_id: UUID, office: Site, by: Worker, item: str, duty_id: UUID, at: datetime
) -> UUID:
    """A record that covers one item and fulfilled one duty."""
    record_id = uuid5(duty_id, "record")
    values = {"id": record_id, "kind": kind, "subject_id": subject_id, "office_id": office.id, "officer_id": by.id}
    tx.execute(RECORD, {**values, "at": at})
    tx.execute(
        text("INSERT INTO record_items (record_id, item, duty_id) VALUES (:record_id, :item, :duty_id)"),
        {"record_id": record_id, "item": item, "duty_id": duty_id},
    )
    return record_id


def prove(tx: Connection, record_id: UUID, proof: Proof, *, at: datetime) -> None:
    """What became known of a record at that instant."""
    tx.execute(PROOF, {"record_id": record_id, "verdict": proof.value, "at": at})
