"""Somebody whose phone is tracked under an order, in an area whose eastern edge runs north and south past the town."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from app.actions.judge_positions import judge_positions
from app.rules.positions import Report
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised, alerts_of
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import JIANGSHAN, a_power, a_report, phones_under_order, report
from tests.builders.users import Worker, a_user

DAY = timedelta(days=1)
EDGE = 118.70
"""Longitude of the edge; the area reaches half a degree to the west, and as far north and south."""

METRES_A_DEGREE = 111_412.0 * cos(radians(JIANGSHAN[1])) - 93.5 * cos(radians(3 * JIANGSHAN[1]))


@dataclass(frozen=True)
class Tracked:
    """The person, the office and the officer."""

    tx: Connection
    tree: Tree
    officer: Worker
    id: UUID

    def reports(self, fixes: Iterable[tuple[datetime, float]], accuracy_m: float = 20) -> list[Report]:
        """Fixes at these instants, so many metres east of the edge."""
        return [a_fix(at, beyond_m, accuracy_m) for at, beyond_m in fixes]

    def send(self, *reports: Report, now: datetime) -> None:
        """The phone sends them, and they are judged at once."""
        report(self.tx, self.id, *reports, now=now)
        judge_positions(self.tx, now=now, ids=[self.id])

    def at(self, at: datetime, beyond_m: float, accuracy_m: float = 20) -> None:
        """One live fix."""
        self.send(a_fix(at, beyond_m, accuracy_m), now=at)

    @property
    def alerts(self) -> list[Any]:
        """All alerts about places."""
        return [one for one in alerts_of(self.tx, self.id) if one.rule_code == "places"]

    def events(self, alert_id: UUID) -> list[str]:
        """What happened to an alert, in order."""
        rows = text("SELECT what FROM alert_events WHERE alert_id = :id ORDER BY id")
        return list(self.tx.execute(rows, {"id": alert_id}).scalars())

    def episodes(self) -> list[Any]:
        """Episodes on disk that have ground."""
        rows = text("SELECT * FROM place_episodes WHERE subject_id = :id AND withdrawn_at IS NULL ORDER BY from_at")
        return list(self.tx.execute(rows, {"id": self.id}))

    def marks(self) -> list[tuple[datetime, str]]:
        """When fixes were measured that are marked, and how."""
        rows = text("SELECT at, mark FROM position_marks WHERE subject_id = :id ORDER BY at, mark")
        return [(row.at, row.mark) for row in self.tx.execute(rows, {"id": self.id})]


def a_tracked(tx: Connection, *, area: bool = True, beside: Tracked | None = None) -> Tracked:
    """Tracked for thirty days from `MONDAY` less ten, with an area that may not be left unless told otherwise; in the
    office of the one `beside`, or in one of their own.
    """
    tree = beside.tree if beside else a_tree(tx, policy=phones_under_order())
    officer = beside.officer if beside else a_user(tx, tree.office)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY - 30 * DAY)
    a_power(tx, subject_id, MONDAY - 10 * DAY, MONDAY + 20 * DAY, kind="order")
    if area:
        tx.execute(
            text("UPDATE subjects SET permitted_area_id = :area WHERE id = :id"),
            {"id": subject_id, "area": an_area(tx)},
        )
    return Tracked(tx, tree, officer, subject_id)


def an_area(
    tx: Connection, *, code: str | None = None, name: str = "某县", west: float = EDGE - 0.5, width: float = 0.5
) -> UUID:
    """An area of its own, a rectangle of that width; west of the edge unless told otherwise."""
    area_id = uuid4()
    tx.execute(
        text(
            """
            INSERT INTO areas (id, kind, code, name, source, created_at, boundary)
            VALUES (:id, 'permitted', :code, :name, 'test', :at,
                    ST_Multi(ST_MakeEnvelope(:west, 28.2, :east, 29.2, 4326)))
            """
        ),
        {"id": area_id, "code": code or str(area_id), "name": name, "at": MONDAY, "west": west, "east": west + width},
    )
    return area_id


def a_fix(at: datetime, beyond_m: float, accuracy_m: float = 20, **more: Any) -> Report:
    """A fix so many metres east of the edge, at the height of the town."""
    return a_report(at, **{"lon": lon_of(beyond_m), "accuracy_m": accuracy_m, **more})


def lon_of(beyond_m: float) -> float:
    """The longitude so many metres east of the edge, at the height of the town."""
    return EDGE + beyond_m / METRES_A_DEGREE
