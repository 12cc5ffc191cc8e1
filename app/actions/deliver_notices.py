"""Two halves of one delivery: claim what is due, and settle what the vendor answered. Between them nothing is held."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.deliveries import Settlement, Tried, settle
from app.rules.ladder import hasten
from app.store import channels, deliveries, effects, ladder
from app.store.deliveries import AnyClaim, Claimed

__all__ = ["AnyClaim", "Claimed", "claim_deliveries", "settle_deliveries"]


def claim_deliveries(tx: Connection, lease: UUID, *, now: datetime, limit: int) -> list[Claimed]:
    """Take pushes that are due, the longest due first. They fall due again if nobody settles them within a minute."""
    return deliveries.claim(tx, lease, now=now, limit=limit)


def settle_deliveries(
    tx: Connection, lease: UUID, claimed: Sequence[AnyClaim], answers: Mapping[UUID, Tried], *, now: datetime
) -> Mapping[UUID, Settlement]:
    """Write what became of each claimed delivery; where every push of a ladder's step came back, hasten the next step.

    Gives the settlements that still counted: those whose claim had not run out.
    """
    settlements = {one.id: settle(one.attempts, answers[one.id], now=now) for one in claimed}
    written = deliveries.settle(tx, lease, settlements, now=now)
    failed = deliveries.failures(settlements, claimed)
    if failed:
        channels.hurry(tx, failed, now=now)
        alerts = ladder.lock_alerts_of(tx, failed, now=now)
        effects.apply(tx, [hasten(found, now=now) for found in ladder.unheard(tx, alerts)])
    return {delivery_id: settlements[delivery_id] for delivery_id in settlements if delivery_id in written}
