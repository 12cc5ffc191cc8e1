"""Channels of users, in use already: set, tried out and verified by the service's own actions."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from app.actions.manage_channel import NewChannel, set_channel, try_channel, verify_channel
from app.rules.channels import USUAL_WAIT_MIN, Address, Schema
from app.store import channels
from tests.builders.app import settings_for_tests
from tests.builders.users import Worker

SETTINGS = settings_for_tests()
SENT = text(
    """
    UPDATE deliveries SET state = 'sent', attempts = 1, next_try_at = NULL, settled_at = :at
    WHERE notice_id IN (SELECT id FROM notices WHERE about_id = :id)
    """
)


def a_channel(
    tx: Connection,
    user: Worker,
    token: str,
    *,
    at: datetime,
    schema: Schema = Schema.DINGTALK,
    wait_min: int = USUAL_WAIT_MIN,
    verified: bool = True,
) -> UUID:
    """A channel of the user's that leads to the robot with this token; its test is forgotten."""
    new = NewChannel(uuid4(), Address(schema, token), wait_min)
    set_channel(tx, user.actor, new, SETTINGS, now=at)
    if verified:
        try_channel(tx, user.actor, now=at)
        assert verify_channel(tx, user.actor, channels.code(SETTINGS, new.id, 1), SETTINGS, now=at)
        tx.execute(SENT, {"id": new.id, "at": at})
    return new.id
