"""One subject's file: who it is, under what, how to reach the person, and what is open."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, or_, select

from app.config import Settings
from app.models.alert import Alert
from app.models.area import Area
from app.models.duty import Duty
from app.models.office import Office, User
from app.models.subject import ClassPeriod, Subject, SubjectAccount, SubjectState
from app.queries.reach import Contact, how_to_reach
from app.queries.subjects import days_left
from app.rules.errors import NotFound
from app.rules.facts import Actor, DutyState, Handling, SubjectStatus
from app.rules.identity import masked
from app.store.identity import keys_of, unseal
from app.store.scope import subjects_of


@dataclass(frozen=True)
class Home:
    """Where the subject lives: degrees in WGS-84, and the pair as it was entered with its datum."""

    lon: float
    lat: float
    given: dict[str, Any]


@dataclass(frozen=True)
class PermittedArea:
    """What may not be left without leave [Law 27]: adcode, name, and where its outline comes from."""

    code: str
    name: str
    source: str


@dataclass(frozen=True)
class SubjectFile:
    """All of one subject but the places where it was: those are shown for a reason that is recorded.

    `id_number` is masked. `last_position_at` tells how old the last fix is, during correction only.
    """

    id: UUID
    subject_no: str
    name: str
    sex: str | None
    birth_date: date | None
    id_number: str | None
    phone: str | None
    category: str
    status: str
    class_: str | None
    class_since: datetime | None
    channel: str
    minor_regime: bool
    office_id: UUID
    office_name: str
    officer_id: UUID | None
    officer_name: str | None
    officer_phone: str | None
    term_from: date | None
    term_to: date | None
    days_left: int | None
    registered_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    home: Home | None
    home_address: str | None
    permitted_area: PermittedArea | None
    login: str | None
    contacts: tuple[Contact, ...]
    last_heard_at: datetime | None
    last_position_at: datetime | None
    last_accuracy_m: float | None
    open_duties: int
    unclosed_alerts: int
    permitted_area_id: UUID | None = None
    """Of the version that is in force."""


def subject_file(
    connection: Connection, actor: Actor, subject_id: UUID, settings: Settings, *, now: datetime
) -> SubjectFile:
    """The file of one subject; NotFound where it is not within reach."""
    row = connection.execute(_file(actor, subject_id, now)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    plain = {name: getattr(row, name) for name in _PLAIN}
    located = row.status == SubjectStatus.IN_CORRECTION
    return SubjectFile(
        **plain,
        class_=row.class_name,
        id_number=_masked(row, settings),
        days_left=days_left(row.term_to, now),
        home=Home(row.home_lon, row.home_lat, row.home_given) if row.home_lon is not None else None,
        permitted_area=PermittedArea(row.area_code, row.area_name, row.area_source) if row.area_code else None,
        contacts=how_to_reach(connection, actor, subject_id).contacts,
        permitted_area_id=row.area_id,
        last_position_at=row.last_position_at if located else None,
        last_accuracy_m=row.last_accuracy_m if located else None,
    )


_PLAIN = (
    *("id", "subject_no", "name", "sex", "birth_date", "phone", "category", "status", "class_since", "channel"),
    *(
        "minor_regime",
        "office_id",
        "office_name",
        "officer_id",
        "officer_name",
        "officer_phone",
        "term_from",
        "term_to",
    ),
    *("registered_at", "ended_at", "end_reason", "home_address", "login", "last_heard_at"),
    *("open_duties", "unclosed_alerts"),
)


def _file(actor: Actor, subject_id: UUID, now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Subject.__table__,
            Subject.class_.label("class_name"),
            func.ST_X(Subject.home).label("home_lon"),
            func.ST_Y(Subject.home).label("home_lat"),
            func.lower(ClassPeriod.period).label("class_since"),
            Office.name.label("office_name"),
            User.name.label("officer_name"),
            User.phone.label("officer_phone"),
            Area.id.label("area_id"),
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            Area.source.label("area_source"),
            SubjectAccount.login,
            SubjectState.last_heard_at,
            SubjectState.last_position_at,
            SubjectState.last_accuracy_m,
            _open_duties(now).label("open_duties"),
            _unclosed_alerts().label("unclosed_alerts"),
        )
        .join(Office, Office.id == Subject.office_id)
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .outerjoin(User, User.id == Subject.officer_id)
        .outerjoin(Area, Area.id == func.permitted_area_at(Subject.id, now))
        .outerjoin(SubjectAccount, SubjectAccount.subject_id == Subject.id)
        .outerjoin(ClassPeriod, and_(ClassPeriod.subject_id == Subject.id, func.upper_inf(ClassPeriod.period)))
        .where(Subject.id == subject_id, subjects_of(actor))
    )


def _open_duties(now: datetime) -> Any:
    """Open ones, and planned ones that the clock has opened and no job yet."""
    opened = or_(Duty.state == DutyState.OPEN, and_(Duty.state == DutyState.PLANNED, Duty.opens_at <= now))
    return select(func.count()).where(Duty.subject_id == Subject.id, opened).correlate(Subject).scalar_subquery()


def _unclosed_alerts() -> Any:
    unclosed = (Alert.subject_id == Subject.id, Alert.handling != Handling.CLOSED)
    return select(func.count()).where(*unclosed).correlate(Subject).scalar_subquery()


def _masked(row: Any, settings: Settings) -> str | None:
    if row.id_number_cipher is None:
        return None
    return masked(unseal(keys_of(settings), row.id, row.id_number_cipher, row.id_number_key_version))
