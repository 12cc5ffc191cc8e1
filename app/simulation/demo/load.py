"""Loading the demo county, once: offices and log-ins directly, everything else as its officers would enter it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import Connection, select

from app.deps import Clock, Deps
from app.main import create_app
from app.models.office import Office
from app.models.subject import Subject
from app.rules.identity import check_digit
from app.rules.offices import Site, path_under
from app.rules.policy import parse_policy
from app.simulation.demo.cast import OFFICES, PROVINCE, SUBJECTS, USERS, DemoSubject, DemoUser, demo_id
from app.store import accounts, boundaries, offices, passwords, policies
from app.store.shipped_policies import shipped

LOCAL = ZoneInfo("Asia/Shanghai")


class DemoError(Exception):
    """The demo county could not be loaded; says what was refused."""


@dataclass(frozen=True)
class Desk:
    """An officer's session in the service, as a browser or app has it."""

    app: Flask
    headers: Mapping[str, str]

    def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Enter something; DemoError where the service refuses it."""
        with self.app.test_client() as client:
            answer = client.post(f"/api/office/v1{path}", json=body, headers=dict(self.headers))
        if answer.status_code not in {200, 201}:
            raise DemoError(f"{path} was refused: {answer.get_data(as_text=True)}")
        return answer.get_json() or {}


def load(deps: Deps) -> bool:
    """Load the demo county into a database that has none; whether there was anything to load."""
    password = deps.settings.demo_password
    if not password:
        raise DemoError("ZHIFANG_DEMO_PASSWORD is not set: the demo's log-ins need it")
    cost = passwords.Cost(deps.settings.password_rounds, deps.settings.password_memory_kib)
    password_hash = passwords.hash_password(password, cost)
    with deps.transaction() as tx:
        if tx.execute(select(Subject.id).where(Subject.id == demo_id("subject", SUBJECTS[-1].login))).first():
            return False
        if not tx.execute(select(Office.id).limit(1)).first():
            _found(tx, deps, password_hash)
            boundaries.load_province(tx, PROVINCE[:2], now=deps.now())
    app = create_app(deps)
    for office in {subject.office for subject in SUBJECTS}:
        _enter_office(app, office, password, deps.clock)
    return True


def _found(tx: Connection, deps: Deps, password_hash: str) -> None:
    """Offices, the policy, and the people who work there."""
    now = deps.now()
    sites: dict[str, Site] = {}
    for office in OFFICES:
        parent = sites[office.parent] if office.parent else None
        path = path_under(parent, office.level, office.code)
        site = sites[office.code] = Site(demo_id("office", office.code), office.code, office.level, path)
        parent_id = parent.id if parent else None
        new = offices.NewOffice(site.id, office.code, office.level, office.name, parent_id, path, "0570-4000000", now)
        offices.add(tx, new)
    policy = parse_policy(shipped(deps.settings.policy))
    province = sites[PROVINCE].id
    policies.add_version(tx, demo_id("policy"), province, policy, in_force_from=now, created_by=None, now=now)
    for user in USERS:
        _employ(tx, user, sites[user.office].id, password_hash, now)


def _employ(tx: Connection, user: DemoUser, office_id: Any, password_hash: str, now: datetime) -> None:
    user_id = demo_id("user", user.login)
    accounts.add_user(tx, accounts.NewUser(user_id, user.login, user.name, user.phone, password_hash, now))
    accounts.give_role(tx, demo_id("role", user.login), user_id, user.role, office_id, now=now)


def _enter_office(app: Flask, office: str, password: str, clock: Clock) -> None:
    """The office's officer logs in and enters its people; what is owed to them begins with their registration."""
    officer = next(user for user in USERS if user.office == office)
    with app.test_client() as client:
        login = {"login": officer.login, "password": password}
        tokens = client.post("/api/office/v1/sessions", json=login).get_json()
    desk = Desk(app, {"Authorization": f"Bearer {tokens['access_token']}"})
    for subject in (subject for subject in SUBJECTS if subject.office == office):
        desk.post("/subjects", _entry(subject, officer, password, clock.now().astimezone(LOCAL).date()))
        if subject.visited:
            desk.post("/visits", _record(subject, "访1", "visit", clock.now()))
        desk.post("/talks", _record(subject, "谈1", "talk", clock.now()))


def _entry(subject: DemoSubject, officer: DemoUser, password: str, today: date) -> dict[str, Any]:
    return {
        "id": str(demo_id("subject", subject.login)),
        "name": subject.name,
        "sex": "female" if subject.login in {"p2", "p4", "p6"} else "male",
        "birth_date": subject.born,
        "id_number": id_number(subject),
        "phone": f"1380000{SUBJECTS.index(subject) + 1:04d}",
        "category": subject.category,
        "class": subject.class_,
        "term_from": today.isoformat(),
        "term_to": (today + timedelta(days=365)).isoformat(),
        "office_id": str(demo_id("office", subject.office)),
        "officer_id": str(demo_id("user", officer.login)),
        "home": {"lon": subject.lon, "lat": subject.lat},
        "home_address": subject.address,
        "contacts": [{"name": "家属(演示)", "relation": "家属", "phone": "13700000000"}],
        "channel": "smartphone",
        "login": subject.login,
        "password": password,
    }


def id_number(subject: DemoSubject) -> str:
    """A number that passes the checksum, made up from the birth date and a serial."""
    first = f"330881{subject.born.replace('-', '')}{SUBJECTS.index(subject) + 900:03d}"
    return first + check_digit(first)


def _record(subject: DemoSubject, item: str, kind: str, now: datetime) -> dict[str, Any]:
    """What the officer wrote on the day of registration: a visit at the door, a talk at the office."""
    common = {
        "id": str(demo_id(kind, subject.login)),
        "subject_id": str(demo_id("subject", subject.login)),
        "items": [item],
        "happened_at": now.isoformat(),
        "started_at": now.isoformat(),
        "sent_at": now.isoformat(),
        "device": "Android · Chrome(演示)",
        "mood": "steady",
        "risk": "low",
    }
    return common | (_at_the_door(subject, item, now) if kind == "visit" else _at_the_office())


def _at_the_door(subject: DemoSubject, item: str, now: datetime) -> dict[str, Any]:
    return {
        "note": "演示数据:入矫当日走访,见到本人和家属,家中平静。",
        "met": "本人、家属",
        "place_name": "家中",
        "position": {"lon": subject.lon, "lat": subject.lat, "accuracy_m": 18},
        "findings": [{"item": item, "text": "与家人同住,住处与登记的一致", "evidence": ["place", "met"]}],
        "signing": {"officer": "on_paper"},
        "follow_up": "核实工作单位",
        "follow_up_on": (now.astimezone(LOCAL) + timedelta(days=3)).date().isoformat(),
    }


def _at_the_office() -> dict[str, Any]:
    said = (
        ("asked", "现在做什么工作,家里怎样?"),
        ("answered", "在家附近打零工,家里都好。"),
        ("asked", "社区矫正期间的规定清楚吗?"),
        ("answered", "清楚,外出会先请假。"),
    )
    return {
        "note": "演示数据:入矫谈话,告知了权利和规定,态度配合。",
        "met": "本人",
        "place_name": "司法所谈话室",
        "lines": [{"by": by, "text": text} for by, text in said],
        "signing": {"subject": "on_paper", "officer": "on_paper"},
    }
