"""The kinds of faults. Each does its harm, lasts for a random while, and is mended by whoever would mend it.

A supervisor starts programs again, an operator frees a disk. The service has to do the rest by itself.
"""

import os
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import psycopg

from app.simulation.chaos.ground import Ground
from app.simulation.chaos.processes import Service, eventually, faketime
from app.simulation.fake_fcm import FakeFcm
from app.simulation.fake_fcm_answers import DEAD, Answer, unavailable
from app.simulation.postgres import ClusterError

START_WITHIN_S = 120.0
LOCKED = ("positions", "attempts", "deliveries", "duties", "job_states")


@dataclass
class Stage:
    """Everything that can be harmed, and the lots by which it is."""

    ground: Ground
    service: Service
    fcm: FakeFcm
    lots: Random
    pace: float = 1.0

    def last(self, shortest_s: float, longest_s: float) -> float:
        """Let a random while pass (a part of it, where the pace is quick); gives how long."""
        seconds = self.lots.uniform(shortest_s, longest_s) * self.pace
        threading.Event().wait(seconds)
        return seconds

    def start_database(self) -> None:
        """Start the server again. What the dead one left needs a moment to be gone."""
        if eventually(self._started, within_s=START_WITHIN_S) is None:
            raise ClusterError(f"the database did not start again within {START_WITHIN_S:g} s")

    def _started(self) -> bool:
        try:
            self.ground.cluster.start()
            with self.ground.connect():
                return True
        except (ClusterError, psycopg.Error):
            return False


Fault = Callable[[Stage], str]


def kill_api(stage: Stage) -> str:
    """SIGKILL to the API, all processes of it."""
    stage.service.api.kill()
    seconds = stage.last(0.0, 1.0)
    stage.service.start()
    return f"started again after {seconds:.1f} s"


def kill_worker(stage: Stage) -> str:
    """SIGKILL to one scheduler, sometimes of both."""
    victims = stage.lots.choice((stage.service.workers[:1], stage.service.workers[1:], stage.service.workers))
    for victim in victims:
        victim.kill()
    stage.last(0.0, 2.0)
    stage.service.start()
    return ", ".join(victim.name for victim in victims)


def stop_database(stage: Stage) -> str:
    """The server stops without finishing anything (immediate), and starts again."""
    stage.ground.cluster.stop(at_once=True)
    seconds = stage.last(0.0, 2.0)
    stage.start_database()
    return f"away for {seconds:.1f} s"


def kill_database(stage: Stage) -> str:
    """SIGKILL to the server's first process, or to one that serves somebody, after which it recovers by itself."""
    with stage.ground.connect() as witness:
        serving = [pid for pid in _serving(stage.ground) if pid != witness.info.backend_pid]
        of_one = bool(serving) and stage.lots.random() < 0.5
        of_one = of_one and _killed(stage.lots.choice(serving))
        if not of_one:
            os.kill(stage.ground.postmaster, signal.SIGKILL)
        stage.last(0.0, 1.0)
        # Until the server has noticed, it answers as ever, and would be gone a moment later.
        eventually(lambda: _is_cut(witness), within_s=START_WITHIN_S)
    stage.start_database()
    return "a process that served" if of_one else "its first process"


def _killed(pid: int) -> bool:
    """False where it had ended by itself."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _is_cut(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    try:
        connection.execute("SELECT")
    except psycopg.OperationalError:
        return True
    return False


def _serving(ground: Ground) -> list[int]:
    """The processes of the server that serve the service at this moment."""
    query = "SELECT pid FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid() ORDER BY pid"
    with ground.connect() as connection:
        return [int(str(row[0])) for row in connection.execute(query)]


def cut_fcm(stage: Stage) -> str:
    """FCM refuses connections, hangs, resets what it took, or says that it is overloaded."""
    way = stage.lots.choice(("refuses", "hangs", "resets", "is overloaded"))
    if way == "refuses":
        stage.fcm.stop()
    else:
        answers = {"hangs": Answer(delay_s=30, cut="before"), "resets": DEAD, "is overloaded": unavailable("1")}
        stage.fcm.set_outage(answers[way])
    stage.last(1.0, 3.0)
    stage.fcm.set_outage(None)
    if way == "refuses":
        stage.fcm.start()
    return way


def fill_disk(stage: Stage) -> str:
    """The disk of the database is full to the last byte, and is freed again."""
    with stage.ground.ballast.open("wb", buffering=0) as ballast, suppress(OSError):
        size = 1 << 20
        while size >= 512:
            try:
                ballast.write(b"\0" * size)
            except OSError:
                size //= 2
    stage.last(1.0, 3.0)
    stage.ground.ballast.unlink()
    stage.start_database()
    return "freed"


def move_clock(stage: Stage) -> str:
    """The clock of API and schedulers jumps ahead or back, and then to where it should be."""
    seconds = stage.lots.choice((-86_400, -3_600, -90, 90, 3_600, 86_400))
    stage.service.set_clock(seconds)
    stage.last(2.0, 4.0)
    stage.service.set_clock(0)
    stage.last(1.0, 1.5)
    return f"by {seconds:+d} s"


def freeze_worker(stage: Stage) -> str:
    """A scheduler stands still in the middle of whatever it does, for longer than its leases last, and goes on."""
    victim = stage.lots.choice(stage.service.workers)
    victim.signal(signal.SIGSTOP)
    seconds = stage.last(2.0, 12.0)
    victim.signal(signal.SIGCONT)
    return f"{victim.name} for {seconds:.1f} s"


def lock_table(stage: Stage) -> str:
    """Somebody locks a table: every request that needs it waits, until no connection of the pool is left."""
    table = stage.lots.choice(LOCKED)
    with stage.ground.connect(stage.ground.owner_url) as connection, connection.transaction():
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        seconds = stage.last(1.0, 7.0)
    return f"{table} for {seconds:.1f} s"


FAULTS: Mapping[str, Fault] = {
    fault.__name__.replace("_", "-"): fault
    for fault in (
        kill_api,
        kill_worker,
        stop_database,
        kill_database,
        cut_fcm,
        fill_disk,
        move_clock,
        freeze_worker,
        lock_table,
    )
}


def impossible(kind: str, ground: Ground) -> str | None:
    """Why this kind cannot be tried here, None where it can."""
    if kind == "fill-disk" and not ground.small:
        return "a small disk needs root (CAP_SYS_ADMIN) to be mounted"
    if kind == "move-clock" and faketime() is None:
        return "libfaketime is not installed (package faketime)"
    return None
