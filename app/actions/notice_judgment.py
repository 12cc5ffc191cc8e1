"""Take note of a judgment: somebody is awaited from now on, and the intake clock runs."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules import identity, intake, registration
from app.rules.calendar import legal_day
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import About, Actor, Channel, SubjectStatus
from app.rules.intake import Announced, Judgment, Receipt
from app.rules.offices import Site
from app.store import effects, offices, policies
from app.store import identity as sealing
from app.store import intake as judgments
from app.store import subjects as rows
from app.store.identity import IdentityKeys
from app.store.subjects import Known


def notice_judgment(
    tx: Connection, actor: Actor, announced: Announced, settings: Settings, *, now: datetime
) -> tuple[Receipt, bool]:
    """Write the judgment and whom it announces, and open the intake duty; False where that was done before.

    A row with that id or identity number is taken over if its correction ended. NotFound for an office out of reach;
    Conflict for somebody who is awaited or under correction already; Refused where an input does not fit.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    keys = sealing.keys_of(settings)
    rows.claim(tx, announced.id)
    if known := judgments.known(tx, announced.id):
        if not sealing.is_fingerprint(keys, known.body_hash, announced.body_hash):
            raise Conflict("id_reused")
        return known.receipt, False
    site = offices.within_reach(tx, actor, announced.office_id)
    subject_id = _announce(tx, actor, announced, site, keys, now)
    judgment = Judgment(
        announced.id,
        subject_id,
        announced.office_id,
        announced.category,
        announced.effective_on,
        announced.received_on,
        announced.papers_on,
    )
    fingerprint = sealing.keyed_fingerprint(keys, announced.body_hash)
    judgments.add(tx, judgment, announced, fingerprint, created_by=actor.id, now=now)
    _open(tx, actor, judgment, now)
    return judgments.receipt(tx, announced.id), True


def _announce(
    tx: Connection, actor: Actor, announced: Announced, site: Site, keys: IdentityKeys, now: datetime
) -> UUID:
    """The row of whom the judgment announces, made or taken over; gives its id."""
    county = registration.county_code(site.level, site.path)
    number = identity.checked(announced.id_number, field="subject.id_number") if announced.id_number else None
    hashes = sealing.search_hashes(keys, number) if number else ()
    known = rows.known(tx, actor, subject_id=announced.subject_id, id_number_hashes=hashes)
    subject_id = _taken_over(known, announced, hashes) if known else announced.subject_id
    row = _row(announced, _born(announced, number, now), now)
    row |= rows.number_columns(sealing.seal(keys, subject_id, number) if number else None)
    if known:
        rows.renew(tx, subject_id, row)
    else:
        prefix = registration.number_prefix(county, now)
        number_made = registration.subject_no(prefix, rows.next_serial(tx, prefix))
        rows.add(tx, subject_id, row | {"subject_no": number_made, "created_at": now})
    return subject_id


def _taken_over(known: Known, announced: Announced, hashes: Sequence[bytes]) -> UUID:
    by_id = known.id == announced.subject_id
    if not known.within_reach:
        code, field = ("id_reused", "subject.id") if by_id else ("id_number_taken", "subject.id_number")
        raise Conflict(code, fields={field: code})
    intake.refuse_notice(known.status)
    if hashes and known.id_number_hash not in {None, *hashes}:
        raise Conflict("id_number_differs", fields={"subject.id_number": "id_number_differs"})
    return known.id


def _born(announced: Announced, number: str | None, now: datetime) -> date | None:
    """A notice may leave the birth date open; the registration may not."""
    if announced.birth_date is None and number is None:
        return None
    return identity.agreed_birth_date(announced.birth_date, number, today=legal_day(now), field="subject.birth_date")


def _row(announced: Announced, born: date | None, now: datetime) -> dict[str, Any]:
    """The columns of somebody who is awaited. Whether the regime for minors holds is settled at intake."""
    return {
        "name": announced.name,
        "sex": announced.sex,
        "birth_date": born,
        "phone": announced.phone,
        "category": announced.category,
        "status": SubjectStatus.NOTICED,
        "office_id": announced.office_id,
        "officer_id": None,
        "class": None,
        "channel": Channel.NO_SMARTPHONE,
        "minor_regime": born is not None and identity.is_minor(born, legal_day(now)),
        "term_from": None,
        "term_to": None,
        "registered_at": None,
        "registration_id": None,
        "ended_at": None,
        "end_reason": None,
    }


def _open(tx: Connection, actor: Actor, judgment: Judgment, now: datetime) -> None:
    """The clock that the judgment starts, if one runs yet, and the record of the act."""
    in_force = policies.of_office(tx, judgment.office_id, at=now)
    noticed = WriteAudit(now, actor, "judgment.notice", judgment.subject_id, About("judgment", judgment.id))
    running = intake.clock(judgment, in_force.policy.holidays)
    duty_id = intake.duty_id(judgment.subject_id, running.from_day) if running else None
    if duty_id is not None:
        judgments.refuse_second_clock(tx, duty_id)
    decision = intake.open_intake(judgment, in_force.policy, in_force.version_id, now=now, actor=actor)
    effects.apply(tx, [decision, Decision((noticed,))])
    if duty_id is not None:
        judgments.name_duty(tx, judgment.id, duty_id)
