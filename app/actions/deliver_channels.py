"""Deliveries to users' own channels: claimed like pushes, and a channel that is gone is told of in the app."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, Notify
from app.rules.facts import About, Reason
from app.rules.wording.channels import NAMES
from app.store import channels, effects
from app.store.channels import ChannelClaim

__all__ = ["ChannelClaim", "claim_channels", "tell_of_gone"]


def claim_channels(tx: Connection, lease: UUID, *, now: datetime, limit: int) -> list[ChannelClaim]:
    """Take what is due, the longest due first. It falls due again if nobody settles it within a minute."""
    return channels.claim(tx, lease, now=now, limit=limit)


def tell_of_gone(tx: Connection, *, now: datetime) -> None:
    """Tell each user once whose channel the vendor knows no more: silence would be taken for quiet."""
    gone = channels.gone_untold(tx)
    notices = [
        Notify("user", user_id, About("channel", channel_id), "gone", _why(schema), now, now)
        for channel_id, user_id, schema in gone
    ]
    if notices:
        effects.apply(tx, [Decision(tuple(notices))])


def _why(schema: str) -> Reason:
    return Reason("channel_gone", (("name", NAMES[schema]),))
