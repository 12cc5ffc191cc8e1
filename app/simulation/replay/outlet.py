"""What a replay prints: JSON lines in the order of time, read from the service's own records."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from app.rules.wording import sentence
from app.simulation.replay.due import Look

LOCAL = ZoneInfo("Asia/Shanghai")

DUTIES = text(
    """
    SELECT e.id, e.to_state, d.subject_id, d.kind, d.rule_code, d.opens_at, d.due_at
    FROM duty_events e JOIN duties d ON d.id = e.duty_id
    WHERE e.id > :after ORDER BY e.id
    """
)

ALERTS = text(
    """
    SELECT e.id, e.what, e.event_at, e.late, e.cause, e.strength, e.occurrence, a.subject_id, a.kind, a.about_kind,
           a.about_id, coalesce(o.why, a.why) AS why
    FROM alert_events e JOIN alerts a ON a.id = e.alert_id
    LEFT JOIN alert_occurrences o ON o.alert_id = a.id AND o.n = e.occurrence
    WHERE e.id > :after AND e.what NOT IN ('eased', 'corrected') ORDER BY e.id
    """
)

INCIDENTS = text(
    """
    SELECT i.id, i.kind, i.about, i.from_at, i.to_at IS NOT NULL AS ended,
           (SELECT count(*) FROM incident_subjects s WHERE s.incident_id = i.id) AS subjects
    FROM incidents i ORDER BY i.from_at, i.kind, i.about
    """
)

NOTICES = text(
    """
    SELECT n.id, n.step, n.about_kind, coalesce(a.kind, d.kind, n.about_kind) AS kind
    FROM notices n
    LEFT JOIN alerts a ON n.about_kind = 'alert' AND a.id = n.about_id
    LEFT JOIN duties d ON n.about_kind = 'duty' AND d.id = n.about_id
    WHERE n.id = ANY(:ids)
    """
)


class Outlet:
    """Prints each record once. `write` takes a line; names turn ids into the scenario's names."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._last_duty = 0
        self._last_alert = 0
        self._touched = (0, 0)
        self._incidents: dict[UUID, int] = {}
        self._lasting: set[UUID] = set()

    def say(self, at: datetime, did: str, **content: Any) -> None:
        """One line at `at`."""
        self.put({"at": at.astimezone(LOCAL).isoformat(), "did": did, **content})

    def put(self, line: Mapping[str, Any]) -> None:
        """One line as it is."""
        self._write(json.dumps(line, ensure_ascii=False))

    def read(self, connection: Connection, at: datetime, names: Mapping[UUID, str], newest: Look) -> None:
        """Print what was recorded since the last call, up to what the look saw."""
        if newest.duty_event > self._last_duty:
            self._read_duties(connection, at, names)
        if newest.alert_event > self._last_alert:
            self._read_alerts(connection, at, names)
        if (newest.touched, newest.ended) != self._touched:
            self._touched = (newest.touched, newest.ended)
            self._read_incidents(connection, at)

    def _read_duties(self, connection: Connection, at: datetime, names: Mapping[UUID, str]) -> None:
        for row in connection.execute(DUTIES, {"after": self._last_duty}):
            self._last_duty = row.id
            self.say(
                at,
                "duty",
                subject=names.get(row.subject_id),
                kind=row.kind,
                rule=row.rule_code,
                state=row.to_state,
                opens_at=_local(row.opens_at),
                due_at=_local(row.due_at),
            )

    def _read_alerts(self, connection: Connection, at: datetime, names: Mapping[UUID, str]) -> None:
        for row in connection.execute(ALERTS, {"after": self._last_alert}):
            self._last_alert = row.id
            self.say(
                at,
                "alert",
                subject=names.get(row.subject_id),
                kind=row.kind,
                about=names.get(row.about_id, row.about_kind),
                state=row.what,
                event_at=_local(row.event_at),
                late=row.late,
                cause=row.cause,
                strength=row.strength,
                count=row.occurrence,
                why=sentence(row.why["code"], row.why["params"]),
            )

    def _read_incidents(self, connection: Connection, at: datetime) -> None:
        for row in connection.execute(INCIDENTS):
            known = self._incidents.get(row.id)
            if known != row.subjects:
                self._incidents[row.id] = row.subjects
                state = "opened" if known is None else "counted"
                self.say(at, "incident", what=_what(row), state=state, subjects=row.subjects)
            if not row.ended:
                self._lasting.add(row.id)
            elif row.id in self._lasting:
                self._lasting.discard(row.id)
                self.say(at, "incident", what=_what(row), state="ended", subjects=row.subjects)

    def pushes(self, connection: Connection, at: datetime, tries: list[tuple[str, UUID, str]]) -> None:
        """Print the tries (to whom, notice, result) at pushes."""
        if not tries:
            return
        found = {row.id: row for row in connection.execute(NOTICES, {"ids": [notice for _, notice, _ in tries]})}
        for to, notice, result in tries:
            row = found[notice]
            step = row.step.rpartition(".")[2]  # a step of the ladder is written with its occurrence: 2.county
            self.say(at, "push", to=to, kind=row.kind, step=step, result=result)


def _local(at: datetime) -> str:
    return at.astimezone(LOCAL).isoformat()


def _what(row: Any) -> str:
    """Such as `carrier:telecom`; a fault of the service is named by its kind alone."""
    return f"{row.kind}:{row.about}" if row.kind in {"carrier", "maker"} else str(row.kind)
