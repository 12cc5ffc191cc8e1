"""Two cities with the same things in them: what a walk over every route looks for, and must not find, per office."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection

from app.actions.add_order_paper import ask_lift
from app.actions.decide_leave import decide_leave
from app.actions.notice_judgment import notice_judgment
from app.actions.record_talk import record_talk
from app.actions.record_visit import record_visit
from app.actions.request_leave import request_leave
from app.actions.search_subject import begin_search
from app.rules.absences import Away
from app.rules.devices import Device
from app.rules.effects import Decision, RecordAttempt
from app.rules.effects.known_facts import Source
from app.rules.facts import (
    Category,
    DutyKind,
    DutyState,
    OfficeLevel,
    Outcome,
    Reason,
    Role,
    TrackerClient,
)
from app.rules.intake import Announced
from app.rules.leave.facts import Verdict
from app.rules.offices import Site
from app.rules.orders import AskedLift
from app.rules.photos import Picture
from app.rules.searches import Wanted as WantedSearch
from app.rules.trackers import Wanted
from app.store import absences, devices, effects, outbox, photos, policies, sessions, trackers
from app.store.areas import ensure_permitted_area
from app.store.sealing import sealing_keys
from tests.builders.alerts import a_notice, an_alert
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.duties import a_duty
from tests.builders.files import a_paper, a_portrait
from tests.builders.judgments import an_announcement
from tests.builders.known_facts import kept_facts
from tests.builders.leave import wanted
from tests.builders.offices import Tree, a_policy, a_tree, an_office, shipped_policy
from tests.builders.positions import an_order
from tests.builders.second_factor import a_totp, an_offered_totp
from tests.builders.subjects import a_subject, an_id_number
from tests.builders.users import Worker, a_user
from tests.builders.visits import a_new_record
from tests.builders.zones import a_zone
from tests.guards.correction_things import a_volunteer, a_waiting_plan
from tests.guards.occasion_things import a_period, a_waiver, an_occasion
from tests.guards.oversight_things import a_draft, a_point, a_review, a_sample

REGISTERED = MONDAY - timedelta(hours=3)

RECEIVED_ON = date(2026, 1, 5)

AT_OFFICE = (Role.AIDE, Role.OFFICER, Role.PROVIDER)


@dataclass
class Place:
    """One office with somebody in charge, a subject, and one of each thing that a route can name."""

    name: str
    tree: Tree
    in_charge: Worker
    officer: Worker
    head: Worker
    subject_id: UUID
    things: dict[str, UUID] = field(default_factory=dict)

    @property
    def office(self) -> Site:
        return self.tree.office

    @property
    def county(self) -> Site:
        return self.tree.county

    def id_of(self, thing: str) -> UUID:
        """The id of this place's thing, by the name of a route's parameter, such as `alert_id`."""
        return self.things[thing]

    def derived(self, what: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"test:walk:{self.name}:{what}")


@dataclass
class World:
    """What the roles look at. `assigned` is in the own office, in the charge of an outside helper."""

    own: Place
    assigned: Place
    neighbour: Place
    elsewhere: Place
    users: dict[Role, Worker]

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.own, self.assigned, self.neighbour, self.elsewhere)

    def within(self, role: Role, place: Place, *, case: bool) -> bool:
        """Whether a role, held in the own office, county or city, reaches a place: its cases, or its offices."""
        if place is self.elsewhere:
            return False
        if case and role is Role.PROVIDER:
            return place is self.assigned
        return place is not self.neighbour or role not in AT_OFFICE


def a_world(tx: Connection) -> World:
    tree = a_tree(tx)
    far_city = an_office(tx, "330700", OfficeLevel.CITY, "金华市司法局", tree.province)
    far_county = an_office(tx, "330782", OfficeLevel.COUNTY, "义乌市社区矫正管理局", far_city)
    far_office = an_office(tx, "yiwu-choucheng", OfficeLevel.JUSTICE_OFFICE, "稠城司法所", far_county)
    users = {role: a_user(tx, _seat(role, tree), role, login=f"walker-{role}") for role in Role}
    for user in users.values():
        an_offered_totp(tx, user.id)
    return World(
        _a_place(tx, "own", tree, users[Role.OFFICER]),
        _a_place(tx, "assigned", tree, users[Role.PROVIDER]),
        _a_place(tx, "neighbour", replace(tree, office=tree.second_office)),
        _a_place(tx, "elsewhere", replace(tree, city=far_city, county=far_county, office=far_office)),
        users,
    )


def _seat(role: Role, tree: Tree) -> Site:
    if role in AT_OFFICE:
        return tree.office
    return tree.city if role is Role.CITY_STAFF else tree.county


def _a_place(tx: Connection, name: str, tree: Tree, in_charge: Worker | None = None) -> Place:
    officer = a_user(tx, tree.office, login=f"officer-{name}")
    head = a_user(tx, tree.county, Role.COUNTY_HEAD, login=f"head-{name}")
    in_charge = in_charge or officer
    subject = a_subject(
        tx, in_charge, key=f"subject-{name}", name=f"对象{name}", id_number=id_number_in(name), at=REGISTERED
    )
    place = Place(name, tree, in_charge, officer, head, subject.id)
    for thing, make in THINGS.items():
        place.things[thing] = make(tx, place)
    return place


def id_number_in(name: str) -> str:
    """The identity number of the subject of the place with that name."""
    return an_id_number(serial=sum(name.encode()))


def _judgment(tx: Connection, place: Place) -> UUID:
    """Somebody else, whose hand-over has been overdue for long."""
    announced = _announced(place)
    notice_judgment(tx, place.officer.actor, announced, settings_for_tests(), now=MONDAY)
    return announced.id


def _announced(place: Place) -> Announced:
    return an_announcement(
        place.office,
        key=f"walk-{place.name}",
        category=Category.OUTSIDE_PRISON,
        effective_on=RECEIVED_ON,
        received_on=RECEIVED_ON,
    )


def awaited_in(place: Place) -> UUID:
    """The person whose judgment the place knows, and who never came."""
    return _announced(place).subject_id


def _policy_version(tx: Connection, place: Place) -> UUID:
    """A version of the office's own: those of offices above are seen by everybody below. One an office."""
    version_id = uuid5(place.office.id, "test:walk:policy")
    if policies.find(tx, version_id) is None:
        a_policy(tx, place.office, shipped_policy(), version_id=version_id)
    return version_id


def _absence(tx: Connection, place: Place) -> UUID:
    absence = Away(place.derived("absence"), place.id_of("user_id"), MONDAY, MONDAY + timedelta(days=1), None)
    absences.add(tx, absence, created_by=place.in_charge.id, now=MONDAY)
    return absence.id


def _colleague(tx: Connection, place: Place) -> UUID:
    """Somebody else of the same office: nobody closes an account, or changes roles, of their own."""
    user_id = a_user(tx, place.office, login=f"colleague-{place.name}").id
    a_totp(tx, user_id)
    return user_id


def _session(tx: Connection, place: Place) -> UUID:
    """The officer's own."""
    ends_at = MONDAY + timedelta(days=1)
    session = sessions.NewSession(place.derived("session"), "user", place.officer.id, None, MONDAY, ends_at)
    sessions.open_(tx, session)
    return session.id


def _role(tx: Connection, place: Place) -> UUID:
    return uuid5(place.id_of("user_id"), f"{Role.OFFICER}:{place.office.code}")


def _bound_phone(tx: Connection, place: Place) -> UUID:
    device = Device(place.derived("phone"), "android")
    devices.bind(tx, place.subject_id, device, now=MONDAY)
    return device.id


def a_credential_asked_for(place: Place) -> dict[str, str]:
    """The request by which the place's credential was issued: sent again it is answered as what it is, a repeat."""
    return {"id": str(place.derived("credential")), "subject_id": str(place.subject_id), "client": "owntracks"}


def _credential(tx: Connection, place: Place) -> UUID:
    """One that has ended: the phone of this place is another."""
    asked = a_credential_asked_for(place)
    body_hash = sha256(json.dumps(asked, sort_keys=True).encode()).digest()
    wanted = Wanted(UUID(asked["id"]), place.subject_id, TrackerClient.OWNTRACKS, "wgs84", body_hash)
    ends_at = MONDAY + timedelta(days=1)
    session = sessions.NewSession(wanted.session_id, "subject", place.subject_id, wanted.device_id, MONDAY, ends_at)
    sessions.open_(tx, session)
    trackers.add(tx, wanted, f"secret of {place.name}", created_by=place.officer.id, now=MONDAY)
    return wanted.id


def _order(tx: Connection, place: Place) -> UUID:
    return an_order(tx, place.head, place.subject_id, MONDAY, MONDAY + timedelta(days=10))


def _zone(tx: Connection, place: Place) -> UUID:
    return a_zone(tx, place.officer, place.subject_id)


def _lift_request(tx: Connection, place: Place) -> UUID:
    new = AskedLift(place.derived("asked lift"), "表现稳定", b"walk")
    ask_lift(tx, place.head.actor, place.id_of("order_id"), new, now=MONDAY)
    return new.id


def _search(tx: Connection, place: Place) -> UUID:
    wanted = WantedSearch(place.derived("search"), "电话联系不上", b"walk")
    begin_search(tx, place.officer.actor, place.subject_id, wanted, now=MONDAY)
    return wanted.id


def _fact(tx: Connection, place: Place) -> UUID:
    """One of two statements that differ."""
    first = kept_facts(tx, place.officer.actor, place.subject_id, {"occupation": "employed"}, key=f"{place.name} one")
    two = {"occupation": "unemployed"}
    kept_facts(tx, place.officer.actor, place.subject_id, two, key=f"{place.name} two", source=Source.COMMUNITY)
    return first["occupation"]


def _visit(tx: Connection, place: Place) -> UUID:
    visit = a_new_record(place.subject_id, MONDAY, record_id=place.derived("visit"))
    record_visit(tx, place.officer.actor, visit, now=MONDAY)
    return visit.id


def _talk(tx: Connection, place: Place) -> UUID:
    talk = a_new_record(place.subject_id, MONDAY, kind=DutyKind.TALK, record_id=place.derived("talk"))
    record_talk(tx, place.officer.actor, talk, now=MONDAY)
    return talk.id


def _duty(tx: Connection, place: Place) -> UUID:
    opens_at = MONDAY - timedelta(hours=1)
    return a_duty(tx, place.tree, place.subject_id, opens_at, MONDAY + timedelta(hours=1), state=DutyState.OPEN)


def _attempt_to_review(tx: Connection, place: Place) -> UUID:
    ended = MONDAY - timedelta(hours=1)
    begun = ended - timedelta(hours=1)
    duty_id = a_duty(
        tx, place.tree, place.subject_id, begun, ended, state=DutyState.SUBMITTED, rule_code="check_in.walk"
    )
    attempt = RecordAttempt(
        id=place.derived("attempt"),
        subject_id=place.subject_id,
        body_hash=b"walk",
        outcome=Outcome.TO_REVIEW,
        reasons=(Reason("time_not_proven"),),
        recorded_at=ended,
        received_at=ended,
        effective_at=ended,
        duty_id=duty_id,
    )
    effects.apply(tx, [Decision((attempt,))])
    return attempt.id


def _pending_leave(tx: Connection, place: Place) -> UUID:
    """A request for three days that nobody has decided on."""
    asked = wanted(MONDAY + timedelta(days=120), MONDAY + timedelta(days=122), id=place.derived("request"))
    request_leave(tx, place.officer.actor, place.subject_id, asked, now=MONDAY)
    return asked.id


def _leave(tx: Connection, place: Place) -> UUID:
    """A month's leave that begins now and that the city approved."""
    asked = wanted(MONDAY, MONDAY + timedelta(days=31), id=place.derived("leave"))
    request_leave(tx, place.officer.actor, place.subject_id, asked, now=MONDAY)
    city = a_user(tx, place.tree.city, Role.CITY_STAFF, login=f"city-{place.name}")
    decide_leave(tx, city.actor, asked.id, Verdict(approve=True), now=MONDAY)
    return asked.id


def _photo(tx: Connection, place: Place) -> UUID:
    picture = Picture(b"a picture", b"its hash")
    new = photos.NewPhoto(place.subject_id, place.derived("photo"), picture, None, None, 180)
    photos.add(tx, sealing_keys(settings_for_tests()), new, now=MONDAY)
    return new.id


def _alert(tx: Connection, place: Place) -> UUID:
    return an_alert(tx, place.tree, place.subject_id, MONDAY, evidence={"last_heard_at": MONDAY})


def _notice(tx: Connection, place: Place) -> UUID:
    """The officer's own."""
    notice = a_notice(tx, place.officer.id, MONDAY, subject_id=place.subject_id)
    return outbox.notice_id(notice.recipient_id, notice.about.kind, notice.about.id, notice.step)


THINGS: dict[str, Callable[[Connection, Place], UUID]] = {
    "subject_id": lambda _, place: place.subject_id,
    "office_id": lambda _, place: place.office.id,
    "user_id": _colleague,
    "role_id": _role,
    "session_id": _session,
    "absence_id": _absence,
    "version_id": _policy_version,
    "draft_id": lambda tx, place: a_draft(tx, place.county, place.name),
    "handed_in_id": lambda tx, place: a_draft(tx, place.county, place.name, handed_in=True),
    "device_id": _bound_phone,
    "credential_id": _credential,
    "duty_id": _duty,
    "check_in_id": _attempt_to_review,
    "photo_id": _photo,
    "attachment_id": lambda tx, place: a_paper(tx, place.officer, place.subject_id, place.derived("attachment")),
    "portrait_id": lambda tx, place: a_portrait(tx, place.officer, place.subject_id, place.derived("portrait")),
    "occasion_id": lambda tx, place: an_occasion(tx, place.officer, place.subject_id),
    "period_id": lambda tx, place: a_period(tx, place.head, place.office.id),
    "waiver_id": lambda tx, place: a_waiver(tx, place.tree, place.officer, place.subject_id),
    "leave_id": _leave,
    "pending_id": _pending_leave,
    "order_id": _order,
    "zone_id": _zone,
    "request_id": _lift_request,
    "search_id": _search,
    "fact_id": _fact,
    "visit_id": _visit,
    "record_id": _visit,
    "talk_id": _talk,
    "sample_id": lambda tx, place: a_sample(tx, place.office, place.head, place.things),
    "asked_id": lambda _, place: place.id_of("sample_id"),
    "asked_record_id": lambda _, place: place.id_of("talk_id"),
    "point_id": lambda tx, place: a_point(tx, place.head, place.subject_id),
    "review_id": lambda tx, place: a_review(tx, place.office, place.head, place.subject_id),
    "alert_id": _alert,
    "notice_id": _notice,
    "judgment_id": _judgment,
    "member_id": a_volunteer,
    "plan_id": a_waiting_plan,
    "area_id": lambda tx, _: ensure_permitted_area(tx, "330881", now=MONDAY),
}
"""How a place comes by its thing, by the name of the route's parameter; each room adds its own."""
