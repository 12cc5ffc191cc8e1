"""The service's own side of a replay: its jobs by the test clock, its beats, and what of it is down."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import text

from app.jobs.deliver import deliver
from app.jobs.job import Job
from app.jobs.schedule import JOBS
from app.simulation.replay.county import County
from app.simulation.replay.due import ORDER, Look
from app.store import uptimes

ENDLESS_S = 10.0**9
BEATING = {"service": ("api", "scheduler"), "scheduler": ("scheduler",)}
JUDGES = frozenset({"judge_duties", "check_silence"})
"""The jobs that ask whether the service was up."""
DAILY = tuple(job for job in JOBS if job.daily_at is not None)
GUARD = "guard_outages"
EACH_MINUTE = timedelta(minutes=1)
POLLED = text(
    """
    UPDATE subject_states t SET last_heard_at = r.at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, at timestamptz)
    WHERE t.subject_id = r.id AND t.last_heard_at < r.at
    """
)
LASTING = text("SELECT EXISTS (SELECT FROM incidents WHERE to_at IS NULL)")
BY_NAME = {job.name: job for job in JOBS}


@dataclass
class Service:
    """API and scheduler of the replayed county."""

    county: County
    down: set[str] = field(default_factory=set)
    lives: dict[str, int] = field(default_factory=lambda: {"api": 1, "scheduler": 1})
    daily_done: dict[str, datetime] = field(default_factory=dict)
    seen: Mapping[str, datetime] = field(default_factory=dict)
    guard_at: datetime | None = None
    guarding: bool = False

    def next_due(self) -> datetime | None:
        """When a job has something to do next, as it was last seen; None while the scheduler is down."""
        if self.down:
            return None
        return min([*self.seen.values(), *(self._next_daily(job) for job in DAILY)], default=None)

    def due_now(self, seen: Look) -> list[str]:
        """The jobs that have something to do now, in the order in which they run."""
        self.seen = seen.due
        if self.down:
            return []
        now = self.county.clock.now()
        names = [name for name in ORDER if name in self.seen and self.seen[name] <= now]
        return names + [job.name for job in DAILY if self._next_daily(job) <= now]

    def run(self, names: list[str]) -> None:
        """Run these jobs, each over all that is due."""
        now = self.county.clock.now()
        if JUDGES.intersection(names):
            self.beat()
            if self.guarding or self._may_be_out():
                self._guard(now)
        for name in names:
            job = BY_NAME[name]
            if name == "deliver":  # one after the other, so that a flaky phone fails at the same calls in each replay
                deliver(self.county.deps, now, threads=1)
            else:
                job.run(self.county.deps, now)
            if job.daily_at is not None:
                self.daily_done[name] = job.due_since(now)

    @cached_property
    def outage_shows_after(self) -> timedelta:
        """How long after phones fell silent the guard over outages can tell."""
        return timedelta(minutes=self.county.policy.outages.silent_min + 1)

    def look_for_outages(self) -> None:
        """What the guard would find by now, if there is anything to be found."""
        if not self.down and (self.guarding or self._may_be_out()):
            self.beat()
            self._guard(self.county.clock.now())

    def _may_be_out(self) -> bool:
        """Whether pushes fail, or so many phones do not reach the service that it may be one thing: else no incident
        can begin.
        """
        unheard = sum(not phone.online for phone in self.county.phones.values())
        return self.county.channel.away or unheard >= self._at_least

    @cached_property
    def _at_least(self) -> int:
        return self.county.policy.outages.at_least

    def _guard(self, now: datetime) -> None:
        """Look for outages of many, at most once a minute. Phones that are online polled all the while."""
        if self.guard_at is not None and now - self.guard_at < EACH_MINUTE:
            return
        self.guard_at = now
        polled = [
            {"id": str(self.county.subjects[name]), "at": phone.last_poll(now).isoformat()}
            for name, phone in self.county.phones.items()
            if phone.online
        ]
        with self.county.deps.transaction() as tx:
            tx.execute(POLLED, {"rows": json.dumps(polled)})
        BY_NAME[GUARD].run(self.county.deps, now)
        with self.county.deps.autocommit() as connection:
            self.guarding = bool(connection.execute(LASTING).scalar_one())

    def _next_daily(self, job: Job) -> datetime:
        slot = job.due_since(self.county.clock.now())
        return slot if self.daily_done.get(job.name) != slot else slot + timedelta(days=1)

    def beat(self) -> None:
        """What is up was up without a gap since it started: idle time is not played beat by beat."""
        now = self.county.clock.now()
        with self.county.deps.transaction() as tx:
            for component, life in self.lives.items():
                if component not in self.down:
                    uptimes.beat(tx, component, f"replay-{life}", now=now, gap_s=ENDLESS_S)

    def fall_silent(self, what: str) -> None:
        """Push, scheduler, or the whole service goes away."""
        if what == "push":
            self.county.channel.away = True
            return
        self.beat()
        self.down.update(BEATING[what])
        self.county.away = "api" in self.down

    def come_back(self, what: str) -> None:
        """It is back, as a new process."""
        if what == "push":
            self.county.channel.away = False
            return
        for component in BEATING[what]:
            self.down.discard(component)
            self.lives[component] += 1
        self.county.away = "api" in self.down
        self.beat()
