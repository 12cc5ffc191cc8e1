"""The subject's own file, as the law lets the person see it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from app.queries.zones import OwnZone, own_zones
from app.rules.calendar import legal_day
from app.rules.errors import NotFound
from app.rules.facts import Actor, Channel, SupervisionClass
from app.rules.wording.own_file import CATEGORIES, CLASSES, GROUNDS, RIGHTS, rules_in_force
from app.store import policies

OWN = text(
    """
    SELECT s.subject_no, s.name, s.category, s.class, s.channel, s.term_from, s.term_to, s.office_id,
           o.name AS office_name, o.phone AS office_phone,
           c.name AS county_name, c.phone AS county_phone,
           u.name AS officer_name, u.phone AS officer_phone, a.name AS permitted_area,
           p.ground AS order_ground, lower(p.term) AS order_from, upper(p.term) AS order_until
    FROM subjects s
    JOIN offices o ON o.id = s.office_id
    LEFT JOIN offices c ON c.id = o.parent_id
    LEFT JOIN users u ON u.id = s.officer_id AND u.disabled_at IS NULL
    LEFT JOIN areas a ON a.id = permitted_area_at(s.id, :now)
    LEFT JOIN positioning_orders p ON p.subject_id = s.id AND p.term @> CAST(:now AS timestamptz)
    WHERE s.id = :subject_id
    """
)


@dataclass(frozen=True)
class Contact:
    """Whom to call; an office always has a name, and a phone where one was entered."""

    name: str
    phone: str | None


@dataclass(frozen=True)
class OwnOrder:
    """The electronic positioning order in force [Law 29]: why, from when, until when at the latest."""

    ground: str
    ground_text: str
    from_at: datetime
    until: datetime


@dataclass(frozen=True)
class OwnFile:
    """Who one is in the system's eyes, how long still, whom to call, what is asked and what one may ask for.

    `days_left` counts the local days after today up to the last day of the term, which counts; None without a term.
    """

    subject_no: str
    name: str
    category: str
    category_text: str
    class_: str | None
    class_text: str | None
    term_from: date | None
    term_to: date | None
    days_left: int | None
    office: Contact
    county: Contact | None
    officer: Contact | None
    permitted_area: str | None
    positioning_order: OwnOrder | None
    zones: tuple[OwnZone, ...]
    rules: tuple[str, ...]
    rights: tuple[str, ...]
    as_of: datetime


def own_file(connection: Connection, actor: Actor, *, now: datetime) -> OwnFile:
    """The file of the subject who asks; Refused where no policy is in force for the office. Three queries."""
    row = connection.execute(OWN, {"subject_id": actor.id, "now": now}).mappings().one_or_none()
    if row is None:
        raise NotFound("not_found")
    class_ = SupervisionClass(row["class"]) if row["class"] else None
    policy = policies.of_office(connection, row["office_id"], at=now).policy
    return OwnFile(
        subject_no=row["subject_no"],
        name=row["name"],
        category=row["category"],
        category_text=CATEGORIES[row["category"]],
        class_=class_,
        class_text=CLASSES[class_] if class_ else None,
        term_from=row["term_from"],
        term_to=row["term_to"],
        days_left=max((row["term_to"] - legal_day(now)).days, 0) if row["term_to"] else None,
        office=Contact(row["office_name"], row["office_phone"]),
        county=_contact(row, "county"),
        officer=_contact(row, "officer"),
        permitted_area=row["permitted_area"],
        positioning_order=_order(row),
        zones=own_zones(connection, actor.id, now=now) if actor.id else (),
        rules=rules_in_force(policy, class_, Channel(row["channel"])) if class_ else (),
        rights=RIGHTS,
        as_of=now,
    )


def _contact(row: Any, whose: str) -> Contact | None:
    name = row[f"{whose}_name"]
    return Contact(name, row[f"{whose}_phone"]) if name else None


def _order(row: Any) -> OwnOrder | None:
    ground = row["order_ground"]
    return OwnOrder(ground, GROUNDS[ground], row["order_from"], row["order_until"]) if ground else None
