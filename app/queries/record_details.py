"""The particulars of one record, and what was added to it later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from app.models.office import User
from app.models.visit import Record
from app.rules.effects.records import Details, Finding, Line, Mood, Risk, Signed, Signing, Speaker

COLUMNS = (
    *(Record.mood, Record.risk, Record.findings, Record.lines, Record.signed_subject, Record.signed_officer),
    *(Record.why_not_signed, Record.follow_up, Record.follow_up_on, Record.why_added, Record.place_name),
    *(Record.client_started_at, Record.client_sent_at, Record.drafted_offline, Record.device),
)


@dataclass(frozen=True)
class Addition:
    """A later record that puts an older one right: what was added, by whom, why. The older one stays as it was."""

    id: UUID
    officer_name: str
    written_at: datetime
    note: str
    why: str | None


def additions(connection: Connection, record_id: UUID) -> tuple[Addition, ...]:
    """What was added to a record that the caller found within reach, in the order in which it was written."""
    rows = connection.execute(
        select(Record.id, User.name, Record.written_at, Record.note, Record.why_added)
        .join(User, User.id == Record.officer_id)
        .where(Record.corrects_id == record_id)
        .order_by(Record.written_at, Record.id)
    )
    return tuple(Addition(row.id, row.name, row.written_at, row.note, row.why_added) for row in rows)


def details_of(row: Row[Any]) -> Details:
    """From a row that has `COLUMNS`."""
    return Details(
        mood=Mood(row.mood) if row.mood else None,
        risk=Risk(row.risk) if row.risk else None,
        findings=_findings(row.findings or {}),
        lines=_lines(row.lines or []),
        signing=Signing(
            Signed(row.signed_subject) if row.signed_subject else None,
            Signed(row.signed_officer) if row.signed_officer else None,
            row.why_not_signed,
        ),
        follow_up=row.follow_up,
        follow_up_on=row.follow_up_on,
        why_added=row.why_added,
        place_name=row.place_name,
        started_at=row.client_started_at,
        sent_at=row.client_sent_at,
        offline=row.drafted_offline,
        device=row.device,
    )


def _findings(stored: Mapping[str, Any]) -> tuple[Finding, ...]:
    return tuple(Finding(item, one["text"], tuple(one["evidence"])) for item, one in sorted(stored.items()))


def _lines(stored: Sequence[Mapping[str, str]]) -> tuple[Line, ...]:
    return tuple(Line(Speaker(line["by"]), line["text"]) for line in stored)
