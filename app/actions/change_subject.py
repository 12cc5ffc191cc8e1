"""Change what is on record of a subject: person, home, permitted area, contacts, officer, channel, log-in, term."""

from datetime import date, datetime, timedelta
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import Connection

from app.config import Settings
from app.rules import correction, identity, planning, registration, subjects
from app.rules.calendar import legal_day
from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotAllowed
from app.rules.facts import Actor, Channel, GivenPlace, Reason
from app.rules.registration import Contact
from app.rules.subjects import Standing
from app.store import areas, effects, endings, periods, policies, registrations, rejudging, sessions
from app.store import correction as groups
from app.store import identity as sealing
from app.store import planning as plans
from app.store import subjects as rows

PLAIN = ("name", "sex", "phone", "home_address", "officer_id", "term_from", "term_to", "channel")
REPLANNED = frozenset({"channel", "term_to"})


class Changes(TypedDict, total=False):
    """The fields that change; one that is absent stays as it is. A log-in comes with the hash of its password."""

    name: str
    sex: str | None
    phone: str | None
    home: GivenPlace | None
    home_address: str | None
    permitted_area: str
    officer_id: UUID | None
    id_number: str
    term_from: date | None
    term_to: date | None
    contacts: tuple[Contact, ...]
    channel: Channel
    login: str
    password_hash: str


def change_subject(
    tx: Connection, actor: Actor, subject_id: UUID, changes: Changes, settings: Settings, *, now: datetime
) -> None:
    """Write the changes and what follows from them. Recorded is which fields changed, not their values.

    NotFound for a subject out of reach; Conflict unless they are under correction, and for a taken number or log-in;
    Refused where a value does not fit.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    standing = rows.within_reach(tx, actor, subject_id)
    subjects.refuse_unsupervised(standing)
    columns = _columns(tx, standing, changes, settings, now)
    if "permitted_area_id" in columns:
        areas.note_before(tx, subject_id, columns["permitted_area_id"], until=now)
    rows.change(tx, subject_id, columns)
    if "officer_id" in changes:
        periods.assign(tx, subject_id, standing.office_id, changes["officer_id"], now=now)
    if "contacts" in changes:
        registrations.set_contacts(tx, subject_id, changes["contacts"])
    if "login" in changes and "password_hash" in changes:
        registrations.set_log_in(tx, subject_id, changes["login"], changes["password_hash"], now=now)
        sessions.end_of_owner(tx, "subject", subject_id, "password_set", now=now)
    if changes.get("channel", standing.channel) is not standing.channel:
        _change_channel(tx, standing, changes["channel"], changed_by=actor.id, now=now)
    if "sex" in changes:
        effects.apply(tx, [correction.reconsider(groups.facts(tx, subject_id, now=now), actor, now=now)])
    if "permitted_area" in changes:
        rejudging.mark(tx, [subject_id], now)
    if REPLANNED & changes.keys():
        _replan(tx, actor, subject_id, settings.window_secret, now)
    fields = {"fields": sorted(changes)}
    effects.apply(tx, [Decision((WriteAudit(now, actor, "subject.change", subject_id, details=fields),))])


def _columns(tx: Connection, standing: Standing, changes: Changes, settings: Settings, now: datetime) -> dict[str, Any]:
    """The columns that change. Whatever does not fit is refused here, before anything is written."""
    subject_id = standing.subject_id
    columns: dict[str, Any] = {name: value for name, value in changes.items() if name in PLAIN}
    record = rows.on_record(tx, subject_id)
    registrations.refuse_officer(tx, changes.get("officer_id"), standing.office_id, now=now)
    if changes.get("channel") is Channel.SMARTPHONE and "login" not in changes:
        registrations.refuse_without_log_in(tx, subject_id)
    if "term_from" in changes or "term_to" in changes:
        term_from, term_to = changes.get("term_from", record.term_from), changes.get("term_to", record.term_to)
        registration.refuse_term(term_from, term_to, now=now)
    if "home" in changes:
        columns |= rows.home_columns(changes["home"])
    if "permitted_area" in changes:
        columns["permitted_area_id"] = areas.ensure_permitted_area(tx, changes["permitted_area"], now=now)
    if "id_number" in changes:
        number = identity.checked(changes["id_number"])
        identity.agreed_birth_date(record.birth_date, number, today=legal_day(now))
        keys = sealing.keys_of(settings)
        rows.refuse_number_of_another(tx, subject_id, sealing.search_hashes(keys, number))
        columns |= rows.number_columns(sealing.seal(keys, subject_id, number))
    return columns


def _change_channel(tx: Connection, standing: Standing, channel: Channel, *, changed_by: UUID, now: datetime) -> None:
    """A phone that is given up is logged out and released; one that is got is watched for silence."""
    if channel is Channel.NO_SMARTPHONE:
        endings.stop_phone(tx, standing.subject_id, ended_by=changed_by, reason="channel_changed", now=now)
    silence = timedelta(hours=policies.of_office(tx, standing.office_id, at=now).policy.silence_h)
    effects.apply(tx, [subjects.change_channel(standing, channel, silence, now=now)])


def _replan(tx: Connection, actor: Actor, subject_id: UUID, key: bytes, now: datetime) -> None:
    until = now + planning.HORIZON
    why = Reason("record_changed")
    others = plans.of_other_ends(tx, subject_id)
    effects.apply(tx, [planning.forget_ends(others, now=now, reason=why, actor=actor)])
    for facts in plans.facts_for(tx, [subject_id], until=until, since=now):
        again = planning.replan(facts, since=now, until=until, key=key, now=now, reason=why, actor=actor)
        effects.apply(tx, [again])
