"""Keep an attachment of a case file. Its content is in the store of files before the row is written."""

from datetime import datetime

from sqlalchemy import Connection

from app.rules import attachments as rule
from app.rules.attachments import Kept, NewAttachment, Prepared, Stored
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import About, Actor
from app.store import attachments, effects, policies, states


def known_attachment(tx: Connection, actor: Actor, new: NewAttachment, sha256: bytes) -> Kept | None:
    """The same attachment as it was kept before; None for a new one. Asked before anything is read or stored.

    NotFound out of reach, and for what it would belong to and cannot; Conflict `id_reused` for another content, and
    `signed_already` for a signature on a record that was written without it, or with another one.
    """
    if attachments.office_of(tx, actor, new.subject_id) is None or not attachments.belongs(tx, new):
        raise NotFound("not_found")
    known = attachments.one(tx, new.id)
    if known is not None and not known.is_same(new, sha256):
        raise Conflict("id_reused")
    if known is None and _signs(new) and not attachments.may_be_signed(tx, new):
        raise Conflict("signed_already")
    return known


def held_content(tx: Connection, prepared: Prepared) -> Stored | None:
    """Where the same content lies already, whoever attached it; None for a new one."""
    return attachments.content(tx, prepared.kept_sha256)


def keep_attachment(
    tx: Connection, actor: Actor, new: NewAttachment, prepared: Prepared, stored: Stored, *, now: datetime
) -> tuple[Kept, bool]:
    """Write the row; False where the same request had written it before. Refusals are those of `known_attachment`.

    How long it is kept, and on which basis, says the policy in force. Its place is kept only where the purpose allows.
    A signature waits for whoever writes the record, or signs it, at this moment.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    if _signs(new):
        states.lock(tx, [new.subject_id])
    held = attachments.add_content(tx, prepared, stored, now=now)
    if known := known_attachment(tx, actor, new, prepared.sha256):
        return known, False
    office_id = attachments.office_of(tx, actor, new.subject_id)
    if office_id is None:
        raise NotFound("not_found")
    until, basis = rule.keep_until(policies.of_office(tx, office_id, at=now).policy, new.purpose, now=now)
    told = {
        "added_by": actor.id,
        "keep_until": until,
        "basis": basis,
        "taken_at": rule.told_at(prepared.taken_at, now=now),
        "fix": prepared.fix if new.purpose in rule.WITH_PLACE else None,
    }
    attachments.add(tx, new, prepared, held.content_id, told, now=now)
    details = {"purpose": new.purpose.value, "about": new.about_kind}
    act = WriteAudit(now, actor, "attachments.keep", new.subject_id, About("attachment", new.id), details=details)
    effects.apply(tx, [Decision((act,))])
    kept = attachments.one(tx, new.id)
    assert kept is not None  # noqa: S101  (written just now)
    return kept, True


def _signs(new: NewAttachment) -> bool:
    return new.about_kind == "record" and new.purpose in rule.SIGNATURES
