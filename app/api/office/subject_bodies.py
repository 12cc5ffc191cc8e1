"""What is entered and shown of subjects."""

from typing import Any, cast

from marshmallow import fields, validate

from app.actions.change_subject import Changes
from app.actions.change_users import hashed
from app.api.bodies import body_hash
from app.api.context import deps
from app.api.fields import Birthday, Body, Day, Instant, choice, latitude, longitude, text
from app.api.paging import PageArgs
from app.clients.datum import Datum, to_wgs84
from app.rules.errors import Refused
from app.rules.facts import Category, Channel, EndReason, GivenPlace, SubjectStatus, SupervisionClass
from app.rules.registration import Contact, Registration

SEXES = ("male", "female")
MOST_CONTACTS = 20


class ContactBody(Body):
    """Who can reach the subject."""

    name = text(50, required=True)
    relation = text(30, required=True)
    phone = text(32, required=True)


class HomeBody(Body):
    """Where the subject lives."""

    lon = longitude(required=True)
    lat = latitude(required=True)
    datum = choice(Datum, load_default=Datum.WGS84.value)


AREA = {"description": "6-digit adcode of a county, district or city. Without it the county of the office decides."}


class RegistrationBody(Body):
    """What is entered at intake. `id` is the client's; the answer tells the subject's.

    Somebody whom a judgment announced is known again by that id or by the identity number.
    """

    id = fields.UUID(required=True)
    subject_no = text(32, load_default=None, allow_none=True, metadata={"description": "Made where none is given."})
    name = text(50, required=True)
    sex = choice(SEXES, load_default=None, allow_none=True)
    birth_date = Birthday(load_default=None, allow_none=True, metadata={"description": "May follow from id_number."})
    id_number = text(18, load_default=None, allow_none=True, load_only=True)
    phone = text(32, load_default=None, allow_none=True)
    category = choice(Category, required=True)
    class_ = choice(SupervisionClass, required=True, data_key="class")
    channel = choice(Channel, load_default=Channel.SMARTPHONE.value)
    office_id = fields.UUID(required=True)
    officer_id = fields.UUID(load_default=None, allow_none=True)
    term_from = Day(load_default=None, allow_none=True)
    term_to = Day(load_default=None, allow_none=True, metadata={"description": "The last day, which counts."})
    home = fields.Nested(HomeBody, load_default=None, allow_none=True)
    home_address = text(200, load_default=None, allow_none=True)
    permitted_area = text(6, load_default=None, allow_none=True, metadata=AREA)
    contacts = fields.List(fields.Nested(ContactBody), load_default=list, validate=validate.Length(max=MOST_CONTACTS))
    login = text(64, shortest=2, load_default=None, allow_none=True)
    password = text(128, load_default=None, allow_none=True, load_only=True)
    arrived_at = Instant(
        load_default=None, allow_none=True, metadata={"description": "When the person came; now where not given."}
    )


class SubjectChangeBody(Body):
    """What may change; what is left out stays. A log-in is set together with its password, and ends all log-ins."""

    name = text(50)
    sex = choice(SEXES, allow_none=True)
    id_number = text(18, load_only=True)
    phone = text(32, allow_none=True)
    channel = choice(Channel)
    officer_id = fields.UUID(allow_none=True)
    term_from = Day(allow_none=True)
    term_to = Day(allow_none=True)
    home = fields.Nested(HomeBody, allow_none=True)
    home_address = text(200, allow_none=True)
    permitted_area = text(6, metadata=AREA)
    contacts = fields.List(fields.Nested(ContactBody), validate=validate.Length(max=MOST_CONTACTS))
    login = text(64, shortest=2)
    password = text(128, load_only=True)


class FindSubjectBody(Body):
    """Whom to find."""

    id_number = text(18, required=True, load_only=True)


class SubjectListArgs(PageArgs):
    """Which subjects."""

    q = text(50, load_default=None, metadata={"description": "Part of a name, or the beginning of a number."})
    status = choice(SubjectStatus, load_default=None)
    class_ = choice(SupervisionClass, load_default=None, data_key="class")
    office_id = fields.UUID(load_default=None)
    officer_id = fields.UUID(load_default=None)


class RegistrationReceiptAnswer(Body):
    """What a registration leaves; the same at every repeat."""

    id = fields.UUID(required=True, metadata={"description": "The subject's."})
    subject_no = fields.String(required=True)
    registered_at = Instant(required=True)
    minor_regime = fields.Boolean(required=True, metadata={"description": "Fixed at intake."})


class SubjectAnswer(Body):
    """One subject in a list. The name of a minor is sealed for all but the assigned office."""

    id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    name = fields.String(required=True)
    category = choice(Category, required=True)
    status = choice(SubjectStatus, required=True)
    class_ = choice(SupervisionClass, required=True, allow_none=True, data_key="class")
    channel = choice(Channel, required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    officer_id = fields.UUID(required=True, allow_none=True)
    officer_name = fields.String(required=True, allow_none=True)
    minor_regime = fields.Boolean(required=True)
    term_to = fields.Date(required=True, allow_none=True)
    days_left = fields.Integer(required=True, allow_none=True)
    last_heard_at = Instant(required=True, allow_none=True)
    unclosed_alerts = fields.Integer(required=True)


class FoundSubjectAnswer(Body):
    """At most one subject."""

    items = fields.List(fields.Nested(SubjectAnswer), required=True)


class GivenPlaceAnswer(Body):
    """A pair of coordinates as it was entered."""

    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    datum = choice(Datum, required=True)


class HomeAnswer(Body):
    """Where the subject lives, in WGS-84, and as it was entered."""

    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    given = fields.Nested(GivenPlaceAnswer, required=True)


class PermittedAreaAnswer(Body):
    """The area that may not be left without leave."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    source = fields.String(required=True)


class LastPositionAgeAnswer(Body):
    """How old the last fix is; where it was is shown under `/last-position`, and recorded."""

    at = Instant(required=True)
    age_s = fields.Integer(required=True)
    accuracy_m = fields.Float(required=True, allow_none=True)


class ContactAnswer(Body):
    """Who can reach the subject."""

    name = fields.String(required=True)
    relation = fields.String(required=True)
    phone = fields.String(required=True)


class SubjectFileAnswer(SubjectAnswer):
    """One subject's file."""

    sex = choice(SEXES, required=True, allow_none=True)
    birth_date = fields.Date(required=True, allow_none=True)
    id_number = fields.String(required=True, allow_none=True, metadata={"description": "Masked."})
    phone = fields.String(required=True, allow_none=True)
    class_since = Instant(required=True, allow_none=True)
    officer_phone = fields.String(required=True, allow_none=True)
    term_from = fields.Date(required=True, allow_none=True)
    registered_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    end_reason = choice(EndReason, required=True, allow_none=True)
    home = fields.Nested(HomeAnswer, required=True, allow_none=True)
    home_address = fields.String(required=True, allow_none=True)
    permitted_area = fields.Nested(PermittedAreaAnswer, required=True, allow_none=True)
    login = fields.String(required=True, allow_none=True)
    contacts = fields.List(fields.Nested(ContactAnswer), required=True)
    last_position = fields.Nested(LastPositionAgeAnswer, required=True, allow_none=True)
    open_duties = fields.Integer(required=True)


def registration(body: dict[str, Any]) -> Registration:
    """The registration that was entered, its place in WGS-84 and its password hashed. Slow: not in a transaction."""
    _refuse_half_a_log_in(body)
    entered = {key: value for key, value in body.items() if key not in {"password", "home", "contacts"}}
    return Registration(
        **entered
        | {
            "body_hash": body_hash(),
            "category": Category(body["category"]),
            "class_": SupervisionClass(body["class_"]),
            "channel": Channel(body["channel"]),
            "home": _place(body["home"]),
            "contacts": _contacts(body["contacts"]),
            "password_hash": _hashed(body) if body["password"] else None,
        }
    )


def changes(body: dict[str, Any]) -> Changes:
    """The changes that were entered, and those alone. Slow where a password is among them: not in a transaction."""
    _refuse_half_a_log_in(body)
    entered: dict[str, Any] = {key: value for key, value in body.items() if key != "password"}
    if "password" in body:
        entered["password_hash"] = _hashed(body)
    if "channel" in body:
        entered["channel"] = Channel(body["channel"])
    if "home" in body:
        entered["home"] = _place(body["home"])
    if "contacts" in body:
        entered["contacts"] = _contacts(body["contacts"])
    return cast("Changes", entered)


def _refuse_half_a_log_in(body: dict[str, Any]) -> None:
    for one, other in (("login", "password"), ("password", "login")):
        if body.get(one) is not None and body.get(other) is None:
            raise Refused("login_needed", fields={other: "login_needed"})


def _hashed(body: dict[str, Any]) -> str:
    return hashed(body["login"], body["password"], deps().settings, subject=True)


def _place(home: dict[str, Any] | None) -> GivenPlace | None:
    if home is None:
        return None
    lon, lat = to_wgs84(home["lon"], home["lat"], Datum(home["datum"]))
    return GivenPlace(lon, lat, home["lon"], home["lat"], home["datum"])


def _contacts(contacts: list[dict[str, Any]]) -> tuple[Contact, ...]:
    return tuple(Contact(**contact) for contact in contacts)
