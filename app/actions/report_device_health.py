"""Take what a phone says of itself: it may explain a silence later."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.devices import group_name
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import Actor
from app.store import clocks, device_health, devices, states
from app.store.device_health import HealthReceipt, HealthReport


@dataclass(frozen=True, slots=True)
class ReportDeviceHealth:
    """The command; what the phone did not say is None."""

    id: UUID
    body_hash: bytes
    battery_percent: int | None = None
    location_permission: str | None = None
    battery_saver: bool | None = None
    network: str | None = None
    maker: str | None = None
    carrier: str | None = None
    sent_at: datetime | None = None
    boot_id: str | None = None


def report_device_health(tx: Connection, actor: Actor, command: ReportDeviceHealth, *, now: datetime) -> HealthReceipt:
    """Keep the report, once; Conflict `id_reused` where its id was used for another body."""
    if actor.id is None or actor.device_id is None:
        raise NotAllowed("not_allowed")
    states.lock(tx, [actor.id])
    clocks.hear(tx, actor.id, command.boot_id, command.sent_at, now=now)
    receipt = device_health.add(
        tx,
        HealthReport(
            id=command.id,
            subject_id=actor.id,
            device_id=actor.device_id,
            received_at=now,
            sent_at=command.sent_at,
            battery_percent=command.battery_percent,
            location_permission=command.location_permission,
            battery_saver=command.battery_saver,
            network=command.network,
            body_hash=command.body_hash,
        ),
    )
    if receipt.fresh:
        devices.describe(tx, actor.id, group_name(command.maker), group_name(command.carrier))
    if receipt.body_hash != command.body_hash:
        raise Conflict("id_reused")
    return receipt
