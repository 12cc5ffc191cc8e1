"""The county of a replay: its service in process, its offices and officers, and the phones of its people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from app.access.tokens import make_token
from app.config import Mode, Settings
from app.deps import Deps
from app.main import create_app
from app.rules.facts import OfficeLevel, Role
from app.rules.offices import Site, path_under
from app.rules.policy import Policy, parse_policy, policy_from_mapping, with_changes
from app.simulation.clock import TestClock
from app.simulation.replay.chance import identity
from app.simulation.replay.phone import Answer, Phone
from app.simulation.replay.push import RecordingChannel
from app.simulation.replay.scenario import Header
from app.simulation.replay.wire import ask
from app.store import accounts, offices, policies, sessions
from app.store.endpoints import take_over
from app.store.passwords import Cost, hash_password
from app.store.session import make_engine
from app.store.shipped_policies import shipped

TRIAL_BASIS = "情景推演,不对应真实案件"
BEFORE = timedelta(days=1)
LONG = timedelta(days=3650)
PASSWORD = "replay only, no real account"  # noqa: S105  (of people who exist in a scratch database)
CHEAP = Cost(1, 8)


@dataclass(frozen=True)
class Officer:
    """Somebody who acts in the scenario, with the session in which they do."""

    id: UUID
    session_id: UUID


@dataclass
class County:
    """Everything that a replay plays with. Names are the scenario's, ids are derived from its seed."""

    header: Header
    deps: Deps
    app: Flask
    clock: TestClock
    channel: RecordingChannel
    sites: dict[str, Site] = field(default_factory=dict)
    officers: dict[str, Officer] = field(default_factory=dict)
    first_officer: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, UUID] = field(default_factory=dict)
    office_of: dict[str, str] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    phone_sessions: dict[str, UUID] = field(default_factory=dict)
    zones: dict[tuple[str, str], UUID] = field(default_factory=dict)
    zone_names: dict[UUID, str] = field(default_factory=dict)
    away: bool = False
    tokens: dict[UUID, str] = field(default_factory=dict)
    named: dict[UUID, str] = field(default_factory=dict)
    password_hash: str = field(default_factory=lambda: hash_password(PASSWORD, CHEAP))

    @cached_property
    def policy(self) -> Policy:
        """The policy of the header, with its changes."""
        given = self.header.policy
        base = parse_policy(shipped(given)) if isinstance(given, str) else policy_from_mapping(given)
        return with_changes(base, self.header.policy_changes, trial_basis=TRIAL_BASIS)

    def id(self, *what: object) -> UUID:
        """The id that the seed gives to `what`."""
        return identity(self.header.seed, *what)

    def ask_as(self, officer: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer | None:
        """One request of an officer; None while the service is away."""
        known = self.officers[officer]
        return self._ask("office", known.id, known.session_id, method, path, body)

    def ask_as_phone(
        self, subject: str, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Answer | None:
        """One request of a subject's phone; None while the service is away."""
        return self._ask("mobile", self.subjects[subject], self.phone_sessions[subject], method, path, body)

    def _ask(
        self, audience: str, owner: UUID, session: UUID, method: str, path: str, body: Mapping[str, Any] | None
    ) -> Answer | None:
        if self.away:
            return None
        token = self._token(audience, owner, session)
        return Answer(*ask(self.app, method, f"/api/{audience}/v1{path}", token, body))

    def _token(self, audience: str, owner: UUID, session: UUID) -> str:
        """One token for each session, good for as long as the scenario: refreshing it is not what is played."""
        if session not in self.tokens:
            self.tokens[session] = make_token(
                self.deps.settings.token_secret,
                use="access",
                audience=audience,
                session_id=session,
                owner_id=owner,
                generation=0,
                expires_at=self.header.end + BEFORE,
            )
        return self.tokens[session]

    def open_session(self, kind: str, owner: UUID, device: UUID, address: str | None) -> UUID:
        """A logged-in device. Passwords and refreshes are left out: its token lasts as long as the scenario."""
        session_id = self.id("session", owner)
        now = self.clock.now()
        with self.deps.transaction() as tx:
            sessions.open_(tx, sessions.NewSession(session_id, kind, owner, device, now, now + LONG))
            if address is not None:
                take_over(tx, kind, owner, device, address, now=now)
        return session_id

    def add_office(self, name: str, county: str) -> None:
        """A 司法所, with the offices above it where they are not there yet."""
        self.sites[name] = self._site(name, OfficeLevel.JUSTICE_OFFICE, self.county(county))

    def county(self, adcode: str) -> Site:
        """The county of that adcode, under its city and province."""
        return self._unit(adcode, OfficeLevel.COUNTY, self.city(f"{adcode[:4]}00"))

    def city(self, adcode: str) -> Site:
        """The city of that adcode, under its province."""
        return self._unit(adcode, OfficeLevel.CITY, self._province(f"{adcode[:2]}0000"))

    def _province(self, adcode: str) -> Site:
        return self._unit(adcode, OfficeLevel.PROVINCE, None)

    def _unit(self, adcode: str, level: OfficeLevel, parent: Site | None) -> Site:
        """Provinces carry the policy: it holds for everything below."""
        if adcode not in self.sites:
            self.sites[adcode] = site = self._site(adcode, level, parent)
            if level is OfficeLevel.PROVINCE:
                self._install_policy(site)
        return self.sites[adcode]

    def _site(self, code: str, level: OfficeLevel, parent: Site | None) -> Site:
        site = Site(self.id("office", code), code, level, path_under(parent, level, code))
        with self.deps.transaction() as tx:
            new = offices.NewOffice(
                site.id, code, level, code, parent.id if parent else None, site.path, None, self.clock.now()
            )
            offices.add(tx, new)
        return site

    def _install_policy(self, site: Site) -> None:
        start = self.header.start - BEFORE
        with self.deps.transaction() as tx:
            policies.add_version(
                tx,
                self.id("policy", site.code),
                site.id,
                self.policy,
                in_force_from=start,
                created_by=None,
                now=self.clock.now(),
            )

    def add_officer(self, name: str, site: Site, role: Role, manner: str) -> None:
        """Somebody with a role in an office, reachable by push in that manner."""
        user_id = self.id("officer", name)
        now = self.clock.now()
        with self.deps.transaction() as tx:
            accounts.add_user(tx, accounts.NewUser(user_id, name, name, None, self.password_hash, now))
            accounts.give_role(tx, self.id("role", name), user_id, role, site.id, now=now)
        self.channel.manners[name] = manner
        session = self.open_session("user", user_id, self.id("device", name), f"push:{name}")
        self.officers[name] = Officer(user_id, session)
        self.first_officer.setdefault(site.code, name)

    def actor_for(self, subject: str, named: str | None) -> str:
        """Who acts for this subject: the one that is named, or the first officer of the subject's office."""
        return named or self.first_officer[self.office_of[subject]]

    @property
    def names(self) -> dict[UUID, str]:
        """Scenario names by id, of subjects, officers and zones."""
        if len(self.named) != len(self.subjects) + len(self.officers) + len(self.zone_names):
            self.named = {id_: name for name, id_ in self.subjects.items()} | self.zone_names
            self.named |= {officer.id: name for name, officer in self.officers.items()}
        return self.named


def make_county(header: Header, database_url: str) -> County:
    """A county without people, on an empty database, at the moment at which the scenario starts."""
    clock = TestClock(header.start - BEFORE)
    channel = RecordingChannel()
    settings = Settings(
        mode=Mode.TEST,
        database_url=database_url,
        token_secret=f"replay of {header.seed}".ljust(32, "."),
        web_secret=f"pages of {header.seed}".ljust(32, "."),
        window_secret=f"windows of {header.seed}".encode(),
        identity_key=bytes(32),
        identity_hash_key=bytes(range(32)),
        password_rounds=CHEAP.rounds,
        password_memory_kib=CHEAP.memory_kib,
        pool_size=3,
    )
    deps = Deps(settings, make_engine(database_url, pool_size=3), clock, channel)
    with deps.transaction() as tx:
        tx.execute(
            text("SELECT ensure_position_partitions(CAST(:first AS date), :months)"),
            {"first": header.start.date() - timedelta(days=31), "months": _months(header) + 3},
        )
    return County(header, deps, create_app(deps), clock, channel)


def _months(header: Header) -> int:
    return (header.end - header.start).days // 28
