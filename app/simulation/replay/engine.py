"""The replay itself: from one instant at which something is due to the next, until the scenario ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.simulation.replay.county import County, make_county
from app.simulation.replay.due import Look, look
from app.simulation.replay.lines import LOOK_AHEAD, Lines
from app.simulation.replay.outlet import Outlet
from app.simulation.replay.people import People
from app.simulation.replay.scenario import Event, Header, Scenario
from app.simulation.replay.scoring import score_lines
from app.simulation.replay.scratch import scratch_database
from app.simulation.replay.service import JUDGES, Service
from app.simulation.replay.staff import Staff
from app.simulation.replay.timeline import LINE, Timeline

SoFar = Callable[[datetime, list[dict[str, Any]]], None]
DAY = timedelta(days=1)
ROUNDS = 1000
"""How often jobs and phones may give each other work at one instant before something is wrong."""

ABOUT_TO_BE_JUDGED = text(
    """
    SELECT subject_id FROM subject_states WHERE silence_check_at <= :now
    UNION SELECT subject_id FROM duties WHERE state IN ('planned', 'open') AND judge_at <= :now
    ORDER BY subject_id
    """
)
HEARD = text(
    """
    UPDATE subject_states t SET last_heard_at = greatest(t.last_heard_at, p.polled_at)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:polled AS timestamptz[])) AS p(subject_id, polled_at)
    WHERE t.subject_id = p.subject_id
    """
)
"""What a poll that was not played has left behind, for a phone that was online all the while."""


class Engine:
    """One replay of one scenario."""

    def __init__(
        self, scenario: Scenario, county: County, write: Callable[[str], None], so_far: SoFar | None = None
    ) -> None:
        self._scenario = scenario
        self._so_far = so_far
        self._county = county
        self._outlet = Outlet(write)
        self._timeline = Timeline()
        self._service = Service(county)
        self._people = People(county, self._timeline, self._outlet)
        self._lines = Lines(county, self._service, Staff(county, self._outlet), self._people)
        self._watching: Connection
        self._tries_seen = 0
        self._sent_to_officers = 0
        county.channel.heard_by = self._push_arrived

    def run(self) -> None:
        """Play the whole scenario and print its score."""
        header = self._scenario.header
        with self._county.deps.autocommit() as self._watching:
            self._play(header)
            told = self._scored(self._scenario)
        for line in told:
            self._outlet.put(line)

    def _scored(self, scenario: Scenario) -> list[dict[str, Any]]:
        return score_lines(self._watching, scenario, self._county, self._lines, self._sent_to_officers)

    def _tell_so_far(self, told: Callable[[datetime, list[dict[str, Any]]], None]) -> None:
        """Once a day: the score as if the scenario ended now. What has begun by now is known to be true."""
        now, scenario = self._county.clock.now(), self._scenario
        begun = tuple(event for event in scenario.events if event.do == "truth" and event["from"] <= now)
        told(now, self._scored(replace(scenario, header=replace(scenario.header, end=now), events=begun)))
        self._timeline.add(now + DAY, lambda: self._tell_so_far(told))

    def _play(self, header: Header) -> None:
        self._county.clock.set(header.start)
        self._service.beat()
        for event in self._scenario.events:
            self._announce(event)
        self._keep_looking()
        if (so_far := self._so_far) is not None:
            self._timeline.add(header.start + DAY, lambda: self._tell_so_far(so_far))
        while (at := self._next_instant()) is not None and at <= header.end:
            self._county.clock.set(max(at, self._county.clock.now()))
            self._instant()
        self._county.clock.set(header.end)

    def _announce(self, event: Event) -> None:
        self._timeline.add(event.at, lambda: self._lines.play(event), LINE)

    def _next_instant(self) -> datetime | None:
        candidates = (self._timeline.next_at(), self._service.next_due())
        return min((at for at in candidates if at is not None), default=None)

    def _instant(self) -> None:
        """Lines, then phones, then jobs; again as long as one gives work to another."""
        now = self._county.clock.now()
        self._timeline.play_until(now)
        seen = look(self._watching)
        for _ in range(ROUNDS):
            due = self._service.due_now(seen)
            if due:
                self._hear_before_silence(due)
                self._service.run(due)
                seen = look(self._watching)
            self._print(seen)
            if self._timeline.play_until(now):
                seen = look(self._watching)
            elif not self._service.due_now(seen):
                return
        raise RuntimeError(f"the service does not come to rest at {self._county.clock.now().isoformat()}")

    def _hear_before_silence(self, due: list[str]) -> None:
        """Phones online polled all the while, which was not played: note it before silence is judged or told."""
        if JUDGES.isdisjoint(due):
            return
        now, names = self._county.clock.now(), self._county.names
        polled: dict[UUID, datetime] = {}
        with self._county.deps.autocommit() as connection:
            for subject_id in connection.execute(ABOUT_TO_BE_JUDGED, {"now": now}).scalars().all():
                phone = self._county.phones.get(names[subject_id])
                if phone is not None and phone.online:
                    polled[subject_id] = phone.last_poll(now)
            if polled:
                connection.execute(HEARD, {"ids": list(polled), "polled": list(polled.values())})

    def _keep_looking(self) -> None:
        self._lines.look_ahead()
        self._timeline.add(self._county.clock.now() + LOOK_AHEAD, self._keep_looking)

    def _push_arrived(self, holder: str) -> None:
        """A push wakes the phone of a subject, which asks what there is."""
        if holder in self._county.phones:
            self._timeline.add(self._county.clock.now(), lambda: self._people.poll(holder))

    def _print(self, seen: Look) -> None:
        """Print what is new, and every push that was tried."""
        now = self._county.clock.now()
        tries = self._county.channel.pushed[self._tries_seen :]
        self._tries_seen += len(tries)
        self._sent_to_officers += sum(t.holder in self._county.officers and t.result == "sent" for t in tries)
        self._outlet.read(self._watching, now, self._county.names, seen)
        self._outlet.pushes(self._watching, now, [(t.holder, t.notice_id, t.result) for t in tries])


def replay(scenario: Scenario, write: Callable[[str], None], so_far: SoFar | None = None) -> None:
    """Play a scenario on a scratch database; `write` takes each line of the output, `so_far` each day's score."""
    with scratch_database() as url:
        county = make_county(scenario.header, url)
        try:
            Engine(scenario, county, write, so_far).run()
        finally:
            county.deps.engine.dispose()
