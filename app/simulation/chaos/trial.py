"""The trial: load, one fault a round, recovery, and the count of what was promised."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from app.deps import SystemClock
from app.rules.errors import Unavailable
from app.simulation.chaos import checks, county
from app.simulation.chaos.county import County
from app.simulation.chaos.faults import FAULTS, Stage
from app.simulation.chaos.ground import Ground
from app.simulation.chaos.phones import Phone
from app.simulation.chaos.processes import Service, eventually, faketime
from app.simulation.fake_fcm import FakeFcm
from app.simulation.ports import free_ports
from app.store.session import make_engine, transaction

PHONES, FORGETFUL = 6, 8
RECOVERED_S, DONE_S = 60.0, 60.0
"""How soon the service promises to be well again, and to have done what was due, after one fault."""

PATIENCE_S = 240.0
"""For all else: on a slow machine programs start slowly, and one fault after the other has more to be made up for."""

AFTER = timedelta(seconds=2)

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Round:
    """One round: its fault, what was done, how long until the service was well, and what is missing."""

    number: int
    kind: str
    did: str
    well_s: float | None
    receipts: int
    missing: Sequence[str]


@dataclass
class Trial:
    """A service under load on its ground."""

    ground: Ground
    stage: Stage
    county: County
    phones: Sequence[Phone]
    clock: SystemClock = field(default_factory=SystemClock)
    owed: list[UUID] = field(default_factory=list)
    forgotten: list[UUID] = field(default_factory=list)
    _counted: dict[UUID, int] = field(default_factory=dict)

    def play(self, number: int, kind: str) -> Round:
        """One round: new duties, a fault, recovery, the count of what was acknowledged since the last."""
        self._owe(number)
        self.stage.last(0.0, 1.5)
        did = FAULTS[kind](self.stage)
        well_s = eventually(self.stage.service.well, within_s=RECOVERED_S)
        missing = [] if well_s is not None else [f"not well {RECOVERED_S:g} s after {kind}"]
        if eventually(self._done, within_s=DONE_S) is None:
            missing.append(f"not done after {DONE_S:g} s: {self._late()}")
        counted, lost = self._count()
        return Round(number, kind, did, well_s, counted, (*missing, *lost))

    def hurry(self, kinds: Sequence[str]) -> list[str]:
        """One fault upon the other, without waiting for recovery in between; gives what is missing at the end."""
        for number, kind in enumerate(kinds, 1):
            self._owe(number)
            FAULTS[kind](self.stage)
        if eventually(self.stage.service.well, within_s=PATIENCE_S) is None:
            return [f"not well {PATIENCE_S:g} s after the last"]
        return self.settle()

    def _owe(self, number: int) -> None:
        """New duties for everybody, as a planner writes them; where the database is away, once it is back."""
        if eventually(lambda: self._owed(number), within_s=PATIENCE_S) is None:
            raise RuntimeError("the duties of the round could not be written")

    def settle(self) -> list[str]:
        """At the end: everything that was ever promised, once more, and that every push has left."""
        missing = []
        if eventually(self._all_sent, within_s=PATIENCE_S) is None:
            missing.append(f"not every push was sent {PATIENCE_S:g} s after the end: {self._late()}")
        self._counted.clear()
        _, lost = self._count()
        with self.ground.connect() as connection:
            lost += checks.duties(connection, self.owed, forgotten=self.forgotten)
            lost += checks.doubled(connection)
            lost += checks.forgotten(connection)
            lost += checks.pushes(connection, lambda: self.stage.fcm.received)
        return missing + lost

    @property
    def acknowledged(self) -> int:
        """How many requests were answered with a receipt."""
        return sum(len(phone.acknowledged) for phone in self.phones)

    def _owed(self, number: int) -> bool:
        now = self.clock.now()
        engine = make_engine(self.ground.url, pool_size=1)
        try:
            with transaction(engine) as tx:
                forgotten = county.owe(tx, self.county, self.county.forgetful, f"round {number}", now=now)
                owed = county.owe(tx, self.county, self.county.phones, f"round {number}", now=now)
        except Unavailable:
            return False
        finally:
            engine.dispose()
        self.forgotten += forgotten
        self.owed += [*forgotten, *owed]
        return True

    def _done(self) -> bool:
        """Whether all duties so far are judged and nothing else is overdue."""
        return not self._late()

    def _late(self) -> dict[str, int]:
        with self.ground.connect() as connection:
            found = dict(checks.late(connection, now=self.clock.now() - AFTER))
            query = "SELECT count(*) FROM duties WHERE id = ANY(%s) AND state IN ('planned', 'open')"
            row = connection.execute(query, (self.owed,)).fetchone()
        undone = int(str(row[0])) if row else 0
        return found | ({"duty not judged": undone} if undone else {})

    def _all_sent(self) -> bool:
        with self.ground.connect() as connection:
            query = "SELECT count(*) FROM deliveries WHERE state = 'pending' AND channel <> 'in_app'"
            return self._done() and connection.execute(query).fetchone() == (0,)

    def _count(self) -> tuple[int, list[str]]:
        """What was acknowledged since the last count, against the tables."""
        counted = 0
        lost: list[str] = []
        with self.ground.connect() as connection:
            for phone in self.phones:
                before = self._counted.get(phone.person, 0)
                given = phone.acknowledged[before:]
                self._counted[phone.person] = before + len(given)
                counted += len(given)
                lost += checks.receipts(connection, phone, given)
                lost += phone.faults
                phone.faults.clear()
        return counted, lost


@contextmanager
def running(ground: Ground, lots: Random, *, pace: float = 1.0) -> Iterator[Trial]:
    """The service on its ground, well and under load; all of it ends with the block."""
    with FakeFcm(free_ports(1)[0]) as fcm:
        service = Service(ground.url, ground.folder, fcm.base_url, fcm.credentials_path)
        stage = Stage(ground, service, fcm, lots, pace)
        clock = SystemClock()
        found = _found(ground, clock)
        phones = [
            Phone(person, _known(service, person, clock), service.base, clock, Random(lots.random()))  # noqa: S311
            for person in found.phones
        ]
        stop = threading.Event()
        threads = [threading.Thread(target=phone.run, args=(stop,), daemon=True) for phone in phones]
        try:
            service.start()
            if eventually(service.well, within_s=PATIENCE_S) is None:
                raise RuntimeError("the service did not come up")
            for thread in threads:
                thread.start()
            yield Trial(ground, stage, found, phones, clock)
        finally:
            stop.set()
            for process in service.processes:
                process.kill()
            for thread in threads:
                if thread.ident is not None:
                    thread.join(timeout=PATIENCE_S)


def ended(trial: Trial) -> list[str]:
    """Stop every program as a supervisor does; gives what did not end well and in time.

    The API is left out where its clock can be moved: libfaketime makes the sleep of its server fail.
    """
    begun, told = time.monotonic(), []
    service = trial.stage.service
    for process in service.workers if faketime() else service.processes:
        code = process.stop(within_s=30)
        if code != 0:
            told.append(f"{process.name} ended with {code} {time.monotonic() - begun:.0f} s after SIGTERM")
    return told


def _found(ground: Ground, clock: SystemClock) -> County:
    engine = make_engine(ground.url, pool_size=1)
    now = clock.now()
    with transaction(engine) as tx:
        found = county.found(tx, phones=PHONES, forgetful=FORGETFUL, now=now)
        county.watch_phones(tx, found, now=now)
    engine.dispose()
    return found


def _known(service: Service, person: UUID, clock: SystemClock) -> dict[str, str]:
    token = county.phone_token(service.token_secret, person, now=clock.now())
    return {"Authorization": f"Bearer {token}"}
