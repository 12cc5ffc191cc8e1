"""What an officer enters when a subject is registered, and what of it is refused."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.rules.calendar import legal_day
from app.rules.errors import Refused
from app.rules.facts import Category, Channel, GivenPlace, OfficeLevel, SupervisionClass

SERIAL_DIGITS = 5


@dataclass(frozen=True)
class Contact:
    """Who can reach the subject."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True)
class Registration:
    """A registration as it was entered.

    `permitted_area` is an adcode; None means what the law says for the office's county. `arrived_at` is when the
    person came, which settles the intake duty; None means now. Log-in and password go together, and may be set later;
    of the password only the hash comes here. `body_hash` tells a repeated request from another one.
    """

    id: UUID
    body_hash: bytes
    office_id: UUID
    name: str
    category: Category
    class_: SupervisionClass
    channel: Channel
    officer_id: UUID | None = None
    subject_no: str | None = None
    sex: str | None = None
    birth_date: date | None = None
    id_number: str | None = None
    phone: str | None = None
    term_from: date | None = None
    term_to: date | None = None
    home: GivenPlace | None = None
    home_address: str | None = None
    permitted_area: str | None = None
    contacts: tuple[Contact, ...] = ()
    login: str | None = None
    password_hash: str | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True)
class Receipt:
    """What a registration is answered, the same at every repeat. `id` is the subject's."""

    id: UUID
    subject_no: str
    registered_at: datetime
    minor_regime: bool


def refuse(registration: Registration, *, now: datetime) -> None:
    """Refused where the inputs do not fit together, or tell of what has not happened yet."""
    refuse_term(registration.term_from, registration.term_to, now=now)
    if registration.arrived_at is not None and registration.arrived_at > now:
        raise Refused("arrived_ahead", fields={"arrived_at": "arrived_ahead"})
    if (registration.login is None) != (registration.password_hash is None):
        field = "login" if registration.login is None else "password"
        raise Refused("login_needed", fields={field: "login_needed"})


def refuse_term(term_from: date | None, term_to: date | None, *, now: datetime) -> None:
    """Refused where the term ends before it begins, or ended before today."""
    if term_to is None:
        return
    if term_from is not None and term_to < term_from:
        raise Refused("term_reversed", fields={"term_to": "term_reversed"})
    if term_to < legal_day(now):
        raise Refused("term_over", fields={"term_to": "term_over"})


def county_code(level: OfficeLevel, path: str) -> str:
    """The adcode of the county to which an office belongs, from its path of codes.

    Refused `office_not_of_ground` for a province or city: they supervise nobody themselves [Law 9].
    """
    codes = path.split(".")
    if level is OfficeLevel.JUSTICE_OFFICE:
        return codes[-2]
    if level is OfficeLevel.COUNTY:
        return codes[-1]
    raise Refused("office_not_of_ground", fields={"office_id": "office_not_of_ground"})


def number_prefix(county: str, now: datetime) -> str:
    """What the numbers of a county begin with in the present local year."""
    return f"{county}{legal_day(now).year}"


def subject_no(prefix: str, serial: int) -> str:
    """How a number is made where none was given. Nobody reads a meaning out of it again."""
    return f"{prefix}{serial:0{SERIAL_DIGITS}d}"
