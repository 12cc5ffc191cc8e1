"""Incidents of the service, one row for one stretch of time, with the subjects that they touch."""

from collections.abc import Sequence
from datetime import UTC
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as upsert

from app.models.job import Incident, IncidentSubject
from app.rules.effects import OpenIncident

INCIDENTS = uuid5(NAMESPACE_URL, "zhifang:incident")


def open_(tx: Connection, effects: Sequence[OpenIncident]) -> None:
    """Note each incident once, and each subject that it touched once: two statements for any number."""
    incidents = {incident_id(effect): effect for effect in effects}
    touched = {(incident_id(effect), effect.subject_id) for effect in effects}
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
        [{"incident_id": id_, "subject_id": subject_id} for id_, subject_id in sorted(touched)],
    )


def incident_id(effect: OpenIncident) -> UUID:
    """The id of an incident: one kind of fault of one thing that began at one instant."""
    return uuid5(INCIDENTS, f"{effect.kind}|{effect.about}|{effect.from_at.astimezone(UTC).isoformat()}")
