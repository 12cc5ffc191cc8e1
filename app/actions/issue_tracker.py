"""Give a phone without our app a credential for another maker's client, and take it back."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from app.rules.devices import Device
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import About, Actor
from app.rules.trackers import Wanted, check_issue
from app.store import devices, effects, sessions, trackers
from app.store.sessions import NewSession

TERM = timedelta(days=3650)
"""No client asks for a new secret by itself: it is good until somebody, or the end of correction, ends it."""


def issue_tracker(tx: Connection, actor: Actor, wanted: Wanted, *, now: datetime) -> str | None:
    """Bind the phone, open its session, and give the secret, which is shown once; None where it was shown before.

    NotFound for a subject out of reach; Conflict `id_reused`, `not_in_correction`, and `other_phone_bound` while any
    phone is bound: an officer releases that one first.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    status = trackers.lock(tx, actor, wanted.subject_id)
    known = trackers.body_hash_of(tx, wanted.id)
    if known is not None:
        if known != wanted.body_hash:
            raise Conflict("id_reused")
        return None
    check_issue(status, devices.bound_to(tx, wanted.subject_id, now=now))
    devices.bind(tx, wanted.subject_id, Device(wanted.device_id, wanted.client.value), now=now)
    session = NewSession(
        id=wanted.session_id,
        owner_kind="subject",
        owner_id=wanted.subject_id,
        device_id=wanted.device_id,
        at=now,
        expires_at=now + TERM,
        client_name=f"{wanted.client.value} {wanted.name}",
    )
    sessions.open_(tx, session)
    secret = trackers.new_secret()
    trackers.add(tx, wanted, secret, created_by=actor.id, now=now)
    details = {"client": wanted.client.value, "datum": wanted.datum}
    about = About("tracker", wanted.id)
    effects.apply(tx, [Decision((WriteAudit(now, actor, "trackers.issue", wanted.subject_id, about, None, details),))])
    return secret


def revoke_tracker(tx: Connection, actor: Actor, credential_id: UUID, reason: str, *, now: datetime) -> None:
    """End a credential at once, and the binding of its phone. NotFound out of reach, Conflict `tracker_revoked`."""
    if actor.id is None:
        raise NotAllowed("not_allowed")
    issued = trackers.issued(tx, actor, credential_id)
    if issued.revoked_at is not None:
        raise Conflict("tracker_revoked")
    trackers.revoke(tx, credential_id, revoked_by=actor.id, reason=reason, now=now)
    sessions.end(tx, issued.session_id, "tracker_revoked", now=now)
    if devices.bound_to(tx, issued.subject_id, now=now) == issued.device_id:
        devices.release(tx, issued.subject_id, released_by=actor.id, now=now)
    about = About("tracker", credential_id)
    effects.apply(tx, [Decision((WriteAudit(now, actor, "trackers.revoke", issued.subject_id, about, reason),))])
