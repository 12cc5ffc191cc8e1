"""Incidents of the service, one row for one stretch of time, with the subjects that they touch."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.models.job import Incident, IncidentSubject
from app.rules.effects import OpenIncident
from app.rules.effects.causes import EndIncident

INCIDENTS = uuid5(NAMESPACE_URL, "zhifang:incident")


def open_(tx: Connection, effects: Sequence[OpenIncident]) -> None:
    """Note each incident once, and each subject that it touched once: two statements for any number."""
    incidents = {incident_id(effect): effect for effect in effects}
    touched = {(incident_id(effect), effect.subject_id): effect.silent_since for effect in effects}
    tx.execute(
        upsert(Incident).on_conflict_do_nothing(),
        [
            {
                "id": id_,
                "kind": effect.kind,
                "about": effect.about,
                "from_at": effect.from_at,
                "to_at": effect.to_at,
                "opened_at": effect.at,
            }
            for id_, effect in incidents.items()
        ],
    )
    tx.execute(
        upsert(IncidentSubject).on_conflict_do_nothing(),
        [
            {"incident_id": id_, "subject_id": subject_id, "silent_since": since}
            for (id_, subject_id), since in sorted(touched.items())
        ],
    )


def end(tx: Connection, effects: Sequence[EndIncident]) -> None:
    """Note when each was over; one that was over before stays as it was."""
    for effect in effects:
        tx.execute(
            update(Incident)
            .where(Incident.id == effect.incident_id, Incident.to_at.is_(None))
            .values(to_at=effect.to_at)
        )


def incident_id(effect: OpenIncident) -> UUID:
    """The id of the incident that the effect tells of."""
    return id_of(effect.kind, effect.about, effect.from_at)


def id_of(kind: str, about: str, from_at: datetime) -> UUID:
    """The id of an incident: one kind of fault of one thing that began at one instant."""
    return uuid5(INCIDENTS, f"{kind}|{about}|{from_at.astimezone(UTC).isoformat()}")
