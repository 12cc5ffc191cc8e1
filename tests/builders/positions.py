"""Positions as a phone sends them, powers that cover them, and what is on disk of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from sqlalchemy import Connection, text

from app.actions.add_order_paper import assess_order
from app.actions.order_positioning import OrderPositioning, order_positioning
from app.actions.report_positions import ReportPositions, report_positions
from app.rules.facts import Actor, Ground, OfficeLevel, Role
from app.rules.offices import Site
from app.rules.orders import Assessed, Term
from app.rules.policy import Policy, with_changes
from app.rules.positions import Report
from app.store.positions import BatchReceipt
from tests.builders.app import settings_for_tests
from tests.builders.offices import Tree, shipped_policy
from tests.builders.users import Worker, a_user

JIANGSHAN = (118.627, 28.738)
"""Lon and lat of a place in the town."""

DAY = timedelta(days=1)


def phones_under_order() -> Policy:
    """The shipped policy of a county that lets phones serve under an order, with its basis."""
    changes = {"phone_under_order": True, "phone_under_order_basis": "县级规定,仅供测试"}
    return with_changes(shipped_policy(), changes)


def a_head(tx: Connection, tree: Tree, county: Site | None = None) -> Worker:
    """The head of the county's department, who decides on orders."""
    site = county or tree.county
    assert site.level is OfficeLevel.COUNTY
    return a_user(tx, site, Role.COUNTY_HEAD, name="郑局长")


def an_order(
    tx: Connection,
    head: Worker,
    subject_id: UUID,
    from_at: datetime,
    until: datetime | None = None,
    *,
    now: datetime | None = None,
    ground: Ground = Ground.LEFT_WITHOUT_PERMISSION,
) -> UUID:
    """An order from `from_at` on, for 30 days unless told otherwise, decided at its beginning; gives its id.

    Where it extends another, that is assessed as still needed first.
    """
    _assess_before(tx, head, subject_id, from_at, now or from_at)
    term = Term(from_at, until or from_at + 30 * DAY)
    order_id = uuid5(NAMESPACE_URL, f"test:order:{subject_id}:{from_at.isoformat()}")
    command = OrderPositioning(order_id, subject_id, ground, term, str(order_id).encode())
    order_positioning(tx, head.actor, command, now=now or from_at)
    return order_id


def _assess_before(tx: Connection, head: Worker, subject_id: UUID, from_at: datetime, now: datetime) -> None:
    ending = text(
        "SELECT id FROM positioning_orders WHERE subject_id = :id AND upper(term) = :at AND lifted_at IS NULL"
    )
    for order_id in tx.execute(ending, {"id": subject_id, "at": from_at}).scalars().all():
        needed = Assessed(uuid5(order_id, "assessed"), still_needed=True, why="仍有必要", body_hash=b"")
        assess_order(tx, head.actor, order_id, needed, now=min(now, from_at - timedelta(seconds=1)))


def a_power(
    tx: Connection, subject_id: UUID, from_at: datetime, until: datetime, *, kind: str = "check", phone: bool = True
) -> UUID:
    """A bare power to collect, without duty or order behind it."""
    power_id = uuid4()
    tx.execute(
        text("INSERT INTO collection_powers VALUES (:id, :subject_id, :kind, tstzrange(:from_at, :until), :phone)"),
        {
            "id": power_id,
            "subject_id": subject_id,
            "kind": kind,
            "from_at": from_at,
            "until": until,
            "phone": phone,
        },
    )
    return power_id


def a_report(at: datetime, **changes: Any) -> Report:
    """One fix of the phone at `at`, in the town."""
    lon, lat = changes.pop("lon", JIANGSHAN[0]), changes.pop("lat", JIANGSHAN[1])
    fields = {"id": uuid4(), "accuracy_m": 20.0, "sent_lon": lon, "sent_lat": lat, **changes}
    return Report(recorded_at=at, lon=lon, lat=lat, **fields)


def a_batch(*reports: Report, **changes: Any) -> ReportPositions:
    """A request with these reports."""
    request_id = changes.pop("request_id", None) or uuid4()
    return ReportPositions(request_id, changes.pop("body_hash", b"body"), reports, **changes)


def report(tx: Connection, subject_id: UUID, *reports: Report, now: datetime, **changes: Any) -> BatchReceipt:
    """Send these reports as the subject's phone at `now`."""
    actor = Actor("subject", subject_id)
    return report_positions(tx, actor, a_batch(*reports, **changes), settings_for_tests(), now=now)


def a_sent_report(at: datetime, **changes: Any) -> dict[str, Any]:
    """One report as it stands in a request's JSON; a change to None leaves the field out."""
    lon, lat = JIANGSHAN
    body = {"id": str(uuid4()), "recorded_at": at.isoformat(), "lon": lon, "lat": lat, "accuracy_m": 20.0, **changes}
    return {name: value for name, value in body.items() if value is not None}


def a_sent_batch(*reports: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A request's JSON with these reports."""
    return {"request_id": str(uuid4()), "reports": list(reports), **changes}


def stored(tx: Connection, subject_id: UUID) -> list[Any]:
    """The subject's points on disk, in the order in which they happened."""
    return list(
        tx.execute(
            text("SELECT * FROM positions WHERE subject_id = :id ORDER BY effective_at, recorded_at, id"),
            {"id": subject_id},
        )
    )


def state_of(tx: Connection, subject_id: UUID) -> Any:
    """The subject's state row, the last position as lon and lat."""
    return tx.execute(
        text(
            "SELECT *, ST_X(last_position) AS last_lon, ST_Y(last_position) AS last_lat FROM subject_states"
            " WHERE subject_id = :id"
        ),
        {"id": subject_id},
    ).one()
