"""Value types that several rooms share: the words of the domain as closed sets, and who acts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import md5
from uuid import UUID


class Role(StrEnum):
    """What a user may be in an office. `provider` sees own assignments only, `admin` sees no case data."""

    AIDE = "aide"
    OFFICER = "officer"
    COUNTY_STAFF = "county_staff"
    COUNTY_HEAD = "county_head"
    CITY_STAFF = "city_staff"
    PROCURATOR = "procurator"
    PROVIDER = "provider"
    ADMIN = "admin"


class OfficeLevel(StrEnum):
    """The four floors of the tree of offices, from the top."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    JUSTICE_OFFICE = "justice_office"


class Category(StrEnum):
    """The four legal categories of community correction [Law 2]."""

    PUBLIC_SURVEILLANCE = "public_surveillance"
    PROBATION = "probation"
    PAROLE = "parole"
    OUTSIDE_PRISON = "outside_prison"


class SupervisionClass(StrEnum):
    """The local classes of supervision, from the closest."""

    STRICT = "strict"
    NORMAL = "normal"
    LENIENT = "lenient"


class SubjectStatus(StrEnum):
    """`noticed`: a judgment is known and intake is awaited; then `in_correction` until `ended`."""

    NOTICED = "noticed"
    IN_CORRECTION = "in_correction"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why supervision stopped."""

    COMPLETED = "completed"
    CUSTODY = "custody"
    HOSPITAL = "hospital"
    DEATH = "death"


class Channel(StrEnum):
    """How the subject checks in: by own smartphone or in person with an officer."""

    SMARTPHONE = "smartphone"
    NO_SMARTPHONE = "no_smartphone"


class Ground(StrEnum):
    """The five grounds of an electronic positioning order [Law 29]."""

    BROKE_PROHIBITION = "broke_prohibition"
    LEFT_WITHOUT_PERMISSION = "left_without_permission"
    REFUSED_REPORTING = "refused_reporting"
    PUBLIC_SECURITY_PENALTY = "public_security_penalty"
    REVOCATION_PROPOSED = "revocation_proposed"


class DutyKind(StrEnum):
    """What is owed."""

    CHECK_IN = "check_in"
    LOCATION_CHECK = "location_check"
    SPOT_CHECK = "spot_check"
    INTAKE = "intake"
    VISIT = "visit"
    TALK = "talk"
    LEAVE_RETURN = "leave_return"
    ORDER_NOTICE = "order_notice"
    ORDER_RENEWAL = "order_renewal"
    SEARCH = "search"
    VERIFICATION = "verification"
    REVIEW = "review"
    CORRECTION_GROUP = "correction_group"
    CORRECTION_PLAN = "correction_plan"
    FOLLOW_UP = "follow_up"


class OccasionKind(StrEnum):
    """What may give rise to a visit or a talk, beside the calendar."""

    INTAKE = "intake"
    CLASS_CHANGE = "class_change"
    TRANSFER = "transfer"
    VIOLATION = "violation"
    SANCTION = "sanction"
    FAMILY_EVENT = "family_event"
    WORK_EVENT = "work_event"
    HOME_EVENT = "home_event"
    HEALTH_EVENT = "health_event"
    CONTACT_EVENT = "contact_event"
    ALERT_REAL = "alert_real"
    LEAVE_APPROVED = "leave_approved"
    LEAVE_RETURNED = "leave_returned"
    COMPLAINT = "complaint"
    PERIOD_ANNOUNCED = "period_announced"


class Obligor(StrEnum):
    """Who owes a duty."""

    SUBJECT = "subject"
    OFFICE = "office"
    HANDING_ORGAN = "handing_organ"


class DutyState(StrEnum):
    """Life of a duty. `unjudged` is the third answer: the service itself was away, nobody is blamed."""

    PLANNED = "planned"
    OPEN = "open"
    FULFILLED = "fulfilled"
    LATE = "late"
    SUBMITTED = "submitted"
    MISSED = "missed"
    WAIVED = "waived"
    CANCELLED = "cancelled"
    UNJUDGED = "unjudged"


class Outcome(StrEnum):
    """What became of an attempt at a check-in."""

    ACCEPTED = "accepted"
    TO_REVIEW = "to_review"
    REFUSED = "refused"


class AlertKind(StrEnum):
    """Every kind of alert that the service knows, built or yet to be built."""

    MISSED_CHECK_IN = "missed_check_in"
    LOST_CONTACT = "lost_contact"
    LEFT_AREA = "left_area"
    FORBIDDEN_ZONE = "forbidden_zone"
    LEFT_ZONE = "left_zone"
    LEAVE_OVERDUE = "leave_overdue"
    MISSED_INTAKE = "missed_intake"
    DEVICE_TROUBLE = "device_trouble"
    SUSPECTED_SEPARATION = "suspected_separation"
    SUSPECTED_FAKE = "suspected_fake"
    VISIT_OVERDUE = "visit_overdue"
    TALK_OVERDUE = "talk_overdue"
    HANDLING_OVERDUE = "handling_overdue"
    ORDER_EXPIRING = "order_expiring"


ABOUT_A_PERSON = (
    AlertKind.MISSED_CHECK_IN,
    AlertKind.LOST_CONTACT,
    AlertKind.LEFT_AREA,
    AlertKind.FORBIDDEN_ZONE,
    AlertKind.LEFT_ZONE,
    AlertKind.LEAVE_OVERDUE,
    AlertKind.MISSED_INTAKE,
    AlertKind.SUSPECTED_SEPARATION,
    AlertKind.SUSPECTED_FAKE,
)
"""Alerts that tell of what somebody may have done; the others tell of the office's own work, or of a phone."""


class Condition(StrEnum):
    """Whether what the alert tells of goes on."""

    ACTIVE = "active"
    RECOVERED = "recovered"


class Handling(StrEnum):
    """What people did about the alert; only a person closes."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Cause(StrEnum):
    """Whose doing it seems to be; late evidence may change it."""

    PERSON = "person"
    PHONE = "phone"
    SERVICE = "service"
    UNSURE = "unsure"


class Strength(StrEnum):
    """How much the evidence carries."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class CloseReason(StrEnum):
    """Why a person closed an alert; the false-alert rate is counted from it."""

    REAL = "real"
    FALSE_ALARM = "false_alarm"
    PHONE = "phone"
    SERVICE = "service"
    LEAVE = "leave"


class LadderStep(StrEnum):
    """The steps of the ladder, from the office upward."""

    OFFICE = "office"
    COUNTY = "county"
    CITY = "city"


class AreaVerdict(StrEnum):
    """Where the whole accuracy circle of a fix lies with respect to an area."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    CANNOT_TELL = "cannot_tell"


class PowerKind(StrEnum):
    """What allows a collection: a check at a set time [Law 26] or a positioning order [Law 29]."""

    CHECK = "check"
    ORDER = "order"


class TrackerClient(StrEnum):
    """Clients of other makers that a phone may report by."""

    OWNTRACKS = "owntracks"
    TRACCAR = "traccar"


class PoisonForm(StrEnum):
    """What a sealed body holds: one report that was read and is no fix, or a message that could not be read."""

    REPORT = "report"
    MESSAGE = "message"


class FilePurpose(StrEnum):
    """What an attachment of a case file is for. How long it is kept follows from it [PIPL 19, 47]."""

    PHOTO = "photo"
    SIGNATURE_SUBJECT = "signature_subject"
    SIGNATURE_OFFICER = "signature_officer"
    STAMP = "stamp"
    RECORDING = "recording"
    DOCUMENT = "document"


class DayVerdict(StrEnum):
    """Whether all checks of a day were made."""

    MADE = "made"
    NOT_MADE = "not_made"
    CANNOT_TELL = "cannot_tell"


class DeliveryState(StrEnum):
    """Life of one delivery of one notice."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"
    RETIRED = "retired"


@dataclass(frozen=True)
class Grant:
    """One role in one office; `office_path` is the materialised path that row scope compares."""

    role: Role
    office_id: UUID
    office_path: str


@dataclass(frozen=True)
class Actor:
    """Who asks: a user with grants, a subject on a phone, or a job of the service itself.

    `second_factor`: the user has one, and so no session was opened without it.
    """

    kind: str
    id: UUID | None = None
    grants: tuple[Grant, ...] = ()
    session_id: UUID | None = None
    device_id: UUID | None = None
    second_factor: bool = False

    def has(self, *roles: Role) -> bool:
        """Whether any grant carries one of `roles`."""
        return any(grant.role in roles for grant in self.grants)


JOB = Actor(kind="job")


@dataclass(frozen=True)
class Fix:
    """One measured place: degrees in WGS-84, accuracy as a radius in metres."""

    lon: float
    lat: float
    accuracy_m: float
    mock: bool = False
    provider: str | None = None


@dataclass(frozen=True)
class GivenPlace:
    """A place in degrees of WGS-84, beside the pair and the datum in which it was entered."""

    lon: float
    lat: float
    given_lon: float
    given_lat: float
    datum: str


@dataclass(frozen=True)
class About:
    """What an alert or notice is about: a kind (`subject`, `duty`, `order`, `alert`, ...) and its id."""

    kind: str
    id: UUID


def about_item(rule_code: str) -> About:
    """What the alerts of one person's overdue visits and talks are about: the item. Each has one alert, in which misses
    are counted. The id is made of the code as `md5(code)::uuid` makes it in the database.
    """
    return About("item", UUID(md5(rule_code.encode(), usedforsecurity=False).hexdigest()))


@dataclass(frozen=True, slots=True)
class Hold:
    """An outage of many touched a subject: its phone fell silent with theirs, and was last heard at `from_at`.

    `kind` and `about` name the outage (`carrier` and its name …). `until` is when the phone was heard again (`heard`)
    or the outage was over, None while it lasts.
    """

    kind: str
    about: str
    from_at: datetime
    until: datetime | None
    heard: bool = False


@dataclass(frozen=True)
class Reason:
    """A reason code with the values that fill its sentence in `rules.wording`; never names or coordinates."""

    code: str
    params: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        """The shape in which reasons are stored: `{"code": ..., "params": {...}}`."""
        return {"code": self.code, "params": dict(self.params)}
