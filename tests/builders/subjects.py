"""Subjects as their registration leaves them, made by the service's own action."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection

from app.actions.register_subject import register_subject
from app.rules.facts import Category, Channel, GivenPlace, SupervisionClass
from app.rules.identity import check_digit
from app.rules.registration import Registration
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.numbers import Numbers
from tests.builders.users import Worker, password_hash

_numbers = Numbers()

JIANGSHAN_HOME = GivenPlace(118.627, 28.738, 118.627, 28.738, "wgs84")
"""In the town of Jiangshan, several kilometres from the county's edge."""


@dataclass(frozen=True)
class ASubject:
    """A registered subject; PASSWORD of `tests.builders.users` opens the log-in of one with a smartphone."""

    id: UUID
    subject_no: str
    name: str
    login: str | None


def an_id_number(born: date = date(1990, 5, 17), serial: int = 1, region: str = "330881") -> str:
    """A number that fits GB 11643: nobody's, since its serial is chosen here."""
    first = f"{region}{born:%Y%m%d}{serial:03d}"
    return first + check_digit(first)


def a_registration(
    worker: Worker,
    *,
    key: str | None = None,
    name: str = "王小明",
    class_: SupervisionClass = SupervisionClass.NORMAL,
    category: Category = Category.PROBATION,
    channel: Channel = Channel.SMARTPHONE,
    born: date | None = date(1990, 5, 17),
    id_number: str | None = None,
    home: GivenPlace | None = JIANGSHAN_HOME,
    permitted_area: str | None = None,
    term_to: date | None = date(2027, 3, 1),
    arrived_at: datetime | None = None,
    office_id: UUID | None = None,
) -> Registration:
    """What `worker` enters for somebody of whom they will be in charge. The same `key` gives the same ids."""
    key = key or f"subject-{next(_numbers)}"
    smart = channel is Channel.SMARTPHONE
    return Registration(
        id=uuid5(NAMESPACE_URL, f"test:registration:{key}"),
        body_hash=key.encode(),
        office_id=office_id or worker.office.id,
        officer_id=worker.id,
        name=name,
        category=category,
        class_=class_,
        channel=channel,
        birth_date=born,
        id_number=id_number,
        term_to=term_to,
        home=home,
        permitted_area=permitted_area,
        login=key if smart else None,
        password_hash=password_hash() if smart else None,
        arrived_at=arrived_at,
    )


def a_subject(
    tx: Connection,
    worker: Worker,
    *,
    at: datetime = MONDAY,
    key: str | None = None,
    name: str = "王小明",
    class_: SupervisionClass = SupervisionClass.NORMAL,
    category: Category = Category.PROBATION,
    channel: Channel = Channel.SMARTPHONE,
    born: date = date(1990, 5, 17),
    id_number: str | None = None,
    home: GivenPlace | None = JIANGSHAN_HOME,
    permitted_area: str | None = None,
    term_to: date | None = date(2027, 3, 1),
) -> ASubject:
    """Somebody registered at `at` in the office of `worker`, who is in charge, with duties planned for 72 hours."""
    entered = a_registration(
        worker,
        key=key,
        name=name,
        class_=class_,
        category=category,
        channel=channel,
        born=born,
        id_number=id_number,
        home=home,
        permitted_area=permitted_area,
        term_to=term_to,
    )
    receipt, _ = register_subject(tx, worker.actor, entered, settings_for_tests(), now=at.astimezone(UTC))
    return ASubject(receipt.id, receipt.subject_no, name, entered.login)
