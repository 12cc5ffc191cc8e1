"""Incidents of the service, one row for one stretch of time, with the subjects that they touch."""

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as upsert

from app.models.job import Incident, IncidentSubject
from app.rules.effects import OpenIncident

INCIDENTS = uuid5(NAMESPACE_URL, "zhifang:incident")


def open_(tx: Connection, effects: Sequence[OpenIncident]) -> None:
    """Note each incident once, and each subject that it touched once."""
    for effect in effects:
        incident_id = uuid5(INCIDENTS, f"{effect.kind}|{effect.about}|{effect.from_at.isoformat()}")
        tx.execute(
            upsert(Incident).on_conflict_do_nothing(),
            {
                "id": incident_id,
                "kind": effect.kind,
                "about": effect.about,
                "from_at": effect.from_at,
                "to_at": effect.to_at,
                "opened_at": effect.at,
            },
        )
        tx.execute(
            upsert(IncidentSubject).on_conflict_do_nothing(),
            {"incident_id": incident_id, "subject_id": effect.subject_id},
        )
