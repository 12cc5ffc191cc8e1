"""Register a subject: somebody new, somebody whom a judgment announced, or somebody who was under correction before."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules import correction, identity, intake, planning, registration, subjects
from app.rules.calendar import legal_day
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import Actor, SubjectStatus
from app.rules.registration import Receipt, Registration
from app.store import areas, effects, offices, period_spreading, policies, registrations
from app.store import identity as sealing
from app.store import intake as judgments
from app.store import planning as plans
from app.store import subjects as rows
from app.store.identity import IdentityKeys
from app.store.registrations import Settled
from app.store.subjects import Known


def register_subject(
    tx: Connection, actor: Actor, entered: Registration, settings: Settings, *, now: datetime
) -> tuple[Receipt, bool]:
    """Register somebody and plan their duties at once; False where the same request was served before.

    Somebody whom a judgment announced, known by the row's id or by the identity number, keeps that row, and the intake
    duty is settled. NotFound for an office out of reach; Conflict for a person, number or log-in that is taken;
    Refused where an input does not fit.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    keys = sealing.keys_of(settings)
    policies.hold(tx)
    rows.claim(tx, entered.id)
    if repeated := _repeated(tx, entered, keys):
        return repeated, False
    known, settled = _settled(tx, actor, entered, keys, now)
    registrations.write(tx, entered, settled, registered_by=actor.id, now=now)
    _begin(tx, actor, entered, settled, known, now)
    period_spreading.note_newcomers(tx, [settled.subject_id], now=now)
    _plan(tx, settled.subject_id, settings.window_secret, now)
    return rows.receipt(tx, entered.id), True


def _repeated(tx: Connection, entered: Registration, keys: IdentityKeys) -> Receipt | None:
    found = rows.registered_as(tx, entered.id)
    if found is None:
        return None
    if not sealing.is_fingerprint(keys, found.body_hash, entered.body_hash):
        raise Conflict("id_reused")
    return found.receipt


def _settled(
    tx: Connection, actor: Actor, entered: Registration, keys: IdentityKeys, now: datetime
) -> tuple[Known | None, Settled]:
    """What follows from the inputs, and whose row it is; refuses what does not fit before anything is written."""
    site = offices.within_reach(tx, actor, entered.office_id)
    county = registration.county_code(site.level, site.path)
    registration.refuse(entered, now=now)
    registrations.refuse_officer(tx, entered.officer_id, entered.office_id, now=now)
    number = identity.checked(entered.id_number) if entered.id_number else None
    known = _known(tx, actor, entered.id, sealing.search_hashes(keys, number) if number else ())
    subject_id = known.id if known else entered.id
    born = _born(entered, known, number, legal_day(now))
    return known, Settled(
        subject_id=subject_id,
        is_new=known is None,
        subject_no=entered.subject_no if known or entered.subject_no else _next_no(tx, county, now),
        birth_date=born,
        minor_regime=identity.is_minor(born, legal_day(entered.arrived_at or now)),
        permitted_area_id=areas.ensure_permitted_area(tx, entered.permitted_area or county, now=now),
        sealed=sealing.seal(keys, subject_id, number) if number else None,
        fingerprint=sealing.keyed_fingerprint(keys, entered.body_hash),
    )


def _known(tx: Connection, actor: Actor, subject_id: UUID, hashes: Sequence[bytes]) -> Known | None:
    """The row that is taken over; Conflict where it is somebody else's business, or under correction already."""
    known = rows.known(tx, actor, subject_id=subject_id, id_number_hashes=hashes)
    if known is None:
        return None
    if not known.within_reach or known.status is SubjectStatus.IN_CORRECTION:
        code, field = ("id_reused", "id") if known.id == subject_id else ("id_number_taken", "id_number")
        raise Conflict(code, fields={field: code})
    if hashes and known.id_number_hash not in {None, *hashes}:
        raise Conflict("id_number_differs", fields={"id_number": "id_number_differs"})
    return known


def _born(entered: Registration, known: Known | None, number: str | None, today: date) -> date:
    on_record = known.birth_date if known else None
    return identity.agreed_birth_date(entered.birth_date or (None if number else on_record), number, today=today)


def _next_no(tx: Connection, county: str, now: datetime) -> str:
    prefix = registration.number_prefix(county, now)
    return registration.subject_no(prefix, rows.next_serial(tx, prefix))


def _begin(
    tx: Connection, actor: Actor, entered: Registration, settled: Settled, known: Known | None, now: datetime
) -> None:
    """Silence is watched, a group and a plan are owed, and the intake duty of somebody announced is settled."""
    version = policies.of_office(tx, entered.office_id, at=now)
    policy = version.policy
    silence = timedelta(hours=policy.silence_h)
    decision = subjects.register(
        settled.subject_id, entered.channel, silence, registration_id=entered.id, now=now, actor=actor
    )
    duty = judgments.awaited(tx, settled.subject_id) if known and known.status is SubjectStatus.NOTICED else None
    if duty is not None:
        decision += intake.arrive(duty, arrived_at=entered.arrived_at or now, now=now, actor=actor)
    place = (settled.subject_id, entered.office_id, policy, version.version_id)
    decision += correction.owe_from_intake(*place, since=now, now=now)
    effects.apply(tx, [decision])


def _plan(tx: Connection, subject_id: UUID, key: bytes, now: datetime) -> None:
    """The phone sees its duties at once, without waiting for the job."""
    until = now + planning.HORIZON
    facts = plans.facts_for(tx, [subject_id], until=until)
    effects.apply(tx, [planning.plan(one, until=until, key=key, now=now) for one in facts])
