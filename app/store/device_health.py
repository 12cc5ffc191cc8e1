"""What phones say of themselves, kept as they said it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.models.subject import DeviceHealth, SubjectState


@dataclass(frozen=True, slots=True)
class HealthReport:
    """One report; what the phone did not say is None."""

    id: UUID
    subject_id: UUID
    device_id: UUID
    received_at: datetime
    sent_at: datetime | None
    battery_percent: int | None
    location_permission: str | None
    battery_saver: bool | None
    network: str | None
    body_hash: bytes


@dataclass(frozen=True, slots=True)
class HealthReceipt:
    """When a report was received, with the fingerprint of its body. `fresh` is false where it was there before."""

    id: UUID
    received_at: datetime
    body_hash: bytes
    fresh: bool


def add(tx: Connection, report: HealthReport) -> HealthReceipt:
    """Write the report, and the battery into the subject's state; a report with a known id changes nothing."""
    row = {name: getattr(report, name) for name in HealthReport.__slots__}
    written = tx.execute(upsert(DeviceHealth).on_conflict_do_nothing().returning(DeviceHealth.id), row).first()
    if written is not None and report.battery_percent is not None:
        tx.execute(
            update(SubjectState)
            .where(SubjectState.subject_id == report.subject_id)
            .values(battery_percent=report.battery_percent)
        )
    kept = tx.execute(
        select(DeviceHealth.received_at, DeviceHealth.body_hash).where(
            DeviceHealth.subject_id == report.subject_id, DeviceHealth.id == report.id
        )
    ).one()
    return HealthReceipt(report.id, kept.received_at, kept.body_hash, written is not None)
