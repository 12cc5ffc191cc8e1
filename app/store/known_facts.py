"""四知道 on disk: statements that are only added, what stands in the file beside them, and what is owed about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from app.models.known_fact import KnownFact
from app.models.office import Office
from app.models.subject import Subject, SubjectState
from app.rules.effects.known_facts import How, Source
from app.rules.facts import About, Actor, DutyState, SubjectStatus, SupervisionClass
from app.rules.known_facts import InFile, KnowledgeFacts, OpenCheck, Statement, fingerprint
from app.store import policies
from app.store.scope import subjects_of

LIVE = text(
    """
    SELECT k.id, k.field, k.value, k.held, k.source, k.said_by, k.how, k.learned_at, k.verified_at, k.verified_by,
           k.written_at, k.evidence_kind, k.evidence_id, k.note, k.settles, u.name AS verified_by_name
    FROM known_facts k LEFT JOIN known_fact_ends e ON e.fact_id = k.id LEFT JOIN users u ON u.id = k.verified_by
    WHERE k.subject_id = :subject_id AND e.fact_id IS NULL
    """
)

# The last word on mood and on risk in a visit or talk record: an officer's own, of that day.
IN_RECORDS = text(
    """
    (SELECT 'mood' AS field, r.mood AS value, r.id, r.kind, r.happened_at, r.written_at, r.officer_id, u.name
     FROM records r JOIN users u ON u.id = r.officer_id
     WHERE r.subject_id = :subject_id AND r.mood IS NOT NULL
     ORDER BY r.happened_at DESC, r.written_at DESC, r.id LIMIT 1)
    UNION ALL
    (SELECT 'risk', r.risk, r.id, r.kind, r.happened_at, r.written_at, r.officer_id, u.name
     FROM records r JOIN users u ON u.id = r.officer_id
     WHERE r.subject_id = :subject_id AND r.risk IS NOT NULL
     ORDER BY r.happened_at DESC, r.written_at DESC, r.id LIMIT 1)
    """
)

CONTACTS = text(
    "SELECT name, relation, phone FROM subject_contacts WHERE subject_id = :subject_id ORDER BY relation, name, id"
)

OWED = text(
    """
    SELECT id, rule_code, state, opens_at, due_at FROM duties
    WHERE subject_id = :subject_id AND opens_at <= :now AND kind = 'verification'
      AND state IN ('planned', 'open', 'late', 'missed', 'unjudged')
    ORDER BY opens_at, due_at, id
    """
)

IN_FILE = (
    *(Subject.id, Subject.name, Subject.sex, Subject.birth_date, Subject.phone, Subject.category, Subject.status),
    *(Subject.class_.label("class_name"), Subject.home_address, Subject.home_given, Subject.term_from),
    *(Subject.term_to, Subject.office_id, Subject.id_number_cipher.is_not(None).label("numbered")),
)
"""What of the file is verified where it stands."""


def body_hash_of(tx: Connection, check_id: UUID) -> tuple[UUID, bytes] | None:
    """The subject and the fingerprint of the request that kept this check; None for a new one."""
    row = tx.execute(
        select(KnownFact.subject_id, KnownFact.body_hash).where(KnownFact.check_id == check_id).limit(1)
    ).one_or_none()
    return (row.subject_id, row.body_hash) if row else None


EVIDENCE = {
    "visit": text("SELECT 1 FROM records WHERE id = :id AND subject_id = :subject_id AND kind = 'visit'"),
    "talk": text("SELECT 1 FROM records WHERE id = :id AND subject_id = :subject_id AND kind = 'talk'"),
    "attachment": text("SELECT 1 FROM attachments WHERE id = :id AND subject_id = :subject_id AND deleted_at IS NULL"),
}
"""What a check may rest on, and how it is known to be the same person's."""


def is_evidence_of(tx: Connection, subject_id: UUID, evidence: About) -> bool:
    """Whether what a check rests on is about the same person."""
    asked = EVIDENCE.get(evidence.kind)
    return asked is not None and tx.execute(asked, {"id": evidence.id, "subject_id": subject_id}).first() is not None


def facts(tx: Connection, actor: Actor, subject_id: UUID, *, now: datetime) -> KnowledgeFacts | None:
    """All that decides on a check, under the subject's lock; None where the actor may not know the subject."""
    row = tx.execute(
        select(*IN_FILE, Office.path)
        .join(Office, Office.id == Subject.office_id)
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .where(Subject.id == subject_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    if row is None:
        return None
    owed = tx.execute(OWED, {"subject_id": subject_id, "now": now})
    return KnowledgeFacts(
        subject_id=subject_id,
        office_id=row.office_id,
        office_path=row.path,
        status=SubjectStatus(row.status),
        class_=SupervisionClass(row.class_name) if row.class_name else None,
        policy=policies.of_office(tx, row.office_id, at=now).policy,
        in_file=in_file(row, contacts(tx, subject_id)),
        statements=statements(tx, subject_id),
        owed=tuple(OpenCheck(d.id, d.rule_code, DutyState(d.state), d.opens_at, d.due_at) for d in owed),
    )


def statements(tx: Connection, subject_id: UUID) -> tuple[Statement, ...]:
    """Live statements, with the last words of records. Two statements."""
    told = [_statement(row) for row in tx.execute(LIVE, {"subject_id": subject_id})]
    recorded = [_recorded(row) for row in tx.execute(IN_RECORDS, {"subject_id": subject_id})]
    return (*told, *recorded)


def contacts(tx: Connection, subject_id: UUID) -> Sequence[Row[Any]]:
    """Name, relation and phone of each contact."""
    return tx.execute(CONTACTS, {"subject_id": subject_id}).all()


def in_file(row: Row[Any], known: Sequence[Row[Any]]) -> InFile:
    """The fingerprints of what stands in the file, from a row of `IN_FILE`."""
    home = row.home_given and (row.home_given.get("lon"), row.home_given.get("lat"))
    parts: dict[str, tuple[object, ...]] = {
        "identity": (row.name, row.sex, row.birth_date, "numbered" if row.numbered else None),
        "term": (row.term_from, row.term_to, row.category) if row.term_to else (),
        "class": (row.class_name,),
        "phone": (row.phone,),
        "dwelling": (row.home_address, home),
    }
    held = {field: fingerprint(row.id, field, *values) for field, values in parts.items()}
    return InFile(held, tuple(contact_key(row.id, each) for each in known))


def contact_key(subject_id: UUID, contact: Row[Any]) -> UUID:
    """What a test of this contact is kept under: another number is another contact, and not tested yet."""
    key = fingerprint(subject_id, "contact", contact.name, contact.relation, contact.phone)
    assert key is not None  # noqa: S101  (the columns may not be empty)
    return key


def _statement(row: Row[Any]) -> Statement:
    return Statement(
        id=row.id,
        field=row.field,
        value=row.value,
        held=row.held,
        source=Source(row.source),
        said_by=row.said_by,
        how=How(row.how),
        learned_at=row.learned_at,
        verified_at=row.verified_at,
        verified_by=row.verified_by,
        written_at=row.written_at,
        evidence=About(row.evidence_kind, row.evidence_id) if row.evidence_kind else None,
        note=row.note,
        settles=row.settles,
        verified_by_name=row.verified_by_name,
    )


def _recorded(row: Row[Any]) -> Statement:
    return Statement(
        id=None,
        field=row.field,
        value=row.value,
        held=None,
        source=Source.OFFICER,
        said_by=None,
        how=How.TALK if row.kind == "talk" else How.VISIT,
        learned_at=row.happened_at,
        verified_at=row.happened_at,
        verified_by=row.officer_id,
        written_at=row.written_at,
        evidence=About(row.kind, row.id),
        verified_by_name=row.name,
    )
