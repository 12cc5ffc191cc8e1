"""A user's own channel: set, tried out, proved by a code that came through it, and taken away again."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules import channels
from app.rules.channels import Address, Standing
from app.rules.effects import Decision, Notify, WriteAudit
from app.rules.errors import NotAllowed, Refused, TooOften
from app.rules.facts import About, Actor, Reason
from app.rules.wording.channels import NAMES
from app.store import channels as rows
from app.store import effects, outbox
from app.store.identity import keyed_fingerprint, keys_of


@dataclass(frozen=True)
class NewChannel:
    """What a user sets. `id` is the client's; the address was read by `rules.channels.address`."""

    id: UUID
    address: Address
    wait_min: int = channels.USUAL_WAIT_MIN


def set_channel(tx: Connection, actor: Actor, new: NewChannel, settings: Settings, *, now: datetime) -> bool:
    """Set the user's channel in place of the one before; False where the same request was served before.

    Nothing goes to it until `verify_channel`. TooOften where it was changed again and again.
    """
    user_id = _user(actor)
    channels.refuse_wait(new.wait_min)
    keys = keys_of(settings)
    fingerprint = keyed_fingerprint(keys, f"{new.address.url}|{new.wait_min}".encode())
    if rows.refuse_reused(tx, new.id, user_id, fingerprint):
        return False
    if rows.made_today(tx, user_id, now=now) >= channels.MOST_A_DAY:
        raise TooOften("channel_too_many", {"retry_after_s": 86_400})
    rows.lock(tx, user_id)
    rows.add(tx, keys, new.id, user_id, new.address, new.wait_min, fingerprint=fingerprint, now=now)
    _audit(tx, actor, "channel.set", new.id, new.address.schema, now)
    return True


def change_wait(tx: Connection, actor: Actor, wait_min: int, *, now: datetime) -> None:
    """How long the channel waits for a notice to be read on a phone; Refused where there is no channel."""
    channels.refuse_wait(wait_min)
    standing = _standing(tx, actor)
    rows.set_wait(tx, standing.id, wait_min)
    _audit(tx, actor, "channel.change", standing.id, standing.schema, now)


def remove_channel(tx: Connection, actor: Actor, *, now: datetime) -> None:
    """Nothing goes to the user's channel any more; without one this changes nothing."""
    standing = rows.lock(tx, _user(actor))
    if standing is None:
        return
    rows.retire(tx, _user(actor), "removed", now=now)
    _audit(tx, actor, "channel.remove", standing.id, standing.schema, now)


def try_channel(tx: Connection, actor: Actor, *, now: datetime) -> None:
    """Send a message with a code through the channel, and tell of it in the app; TooOften within a minute."""
    standing = _standing(tx, actor)
    channels.refuse_test(standing, now=now)
    about, step = About("channel", standing.id), f"test.{standing.tests + 1}"
    why = Reason("channel_test", (("name", NAMES[standing.schema]),))
    effects.apply(tx, [Decision((Notify("user", _user(actor), about, step, why, now, now),))])
    rows.note_test(tx, standing.id, outbox.notice_id(_user(actor), about.kind, about.id, step), now=now)


def verify_channel(tx: Connection, actor: Actor, code: str, settings: Settings, *, now: datetime) -> bool:
    """Use the channel from now on, where the code is the one that came through it last; False where it is not.

    A wrong one counts, so the caller has to commit; after five of them another test has to be sent (Refused).
    """
    standing = _standing(tx, actor)
    channels.refuse_code(standing, now=now)
    sent = rows.code(settings, standing.id, standing.tests)
    if not hmac.compare_digest(sent.encode(), code.strip().encode()):
        rows.note_wrong_code(tx, standing.id)
        return False
    rows.note_verified(tx, standing.id, now=now)
    _audit(tx, actor, "channel.verify", standing.id, standing.schema, now)
    return True


def _standing(tx: Connection, actor: Actor) -> Standing:
    standing = rows.lock(tx, _user(actor))
    if standing is None:
        raise Refused("channel_needed", fields={"address": "channel_needed"})
    return standing


def _user(actor: Actor) -> UUID:
    if actor.kind != "user" or actor.id is None:
        raise NotAllowed("not_allowed")
    return actor.id


def _audit(tx: Connection, actor: Actor, action: str, channel_id: UUID, schema: str, now: datetime) -> None:
    act = WriteAudit(now, actor, action, object=About("channel", channel_id), details={"schema": str(schema)})
    effects.apply(tx, [Decision((act,))])
