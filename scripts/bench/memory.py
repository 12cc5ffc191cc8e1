"""Memory of each process: when it has just started, and after it was under load."""

from contextlib import ExitStack
from pathlib import Path

from app.deps import SystemClock
from scripts.bench.check_ins import A_SECOND, check_in_requests, owe
from scripts.bench.paced import at_pace
from scripts.bench.people import add_subjects, found_county
from scripts.bench.report import table
from scripts.bench.service import service

ROUNDS = 3
PEOPLE = 3_000
SETTLED_S = 3


def bench() -> str:
    """The section on memory."""
    now = SystemClock().now()
    with service() as made, ExitStack() as running:
        county = found_county(made, now=now)
        add_subjects(made, county, PEOPLE, now=now, powers=False)
        owe(made, county, PEOPLE, now)
        made.settle()
        api = running.enter_context(made.serving())
        worker = running.enter_context(made.running(("app.cli", "worker")))
        bare = running.enter_context(made.serving(("scripts.bench.bare_check_ins",)))
        with made.connect() as connection:
            connection.execute("SELECT pg_sleep(%s)", (SETTLED_S,))  # until the scheduler has loaded all it uses
        processes = {
            "`zhifang serve`, parent": [api.pid],
            "`zhifang serve`, its workers together": _children(api.pid),
            "`zhifang worker`": [worker, *_children(worker)],
            "bare Flask endpoint, parent and workers": [bare.pid, *_children(bare.pid)],
        }
        before = {name: _proportional_mb(pids) for name, pids in processes.items()}
        for n in range(ROUNDS):
            for name, port in (("ours", api.port), ("bare", bare.port)):
                at_pace(port, check_in_requests(made, n, name), a_second=A_SECOND)
        after = {name: _proportional_mb(pids) for name, pids in processes.items()}
    rows = [[name, f"{before[name]:,.0f}", f"{after[name]:,.0f}"] for name in processes]
    heads = ("process", "after the start, MB", f"after {ROUNDS * A_SECOND * 10:,} check-ins, MB")
    return f"## Memory\n\n{table(heads, rows)}"


def _children(pid: int) -> list[int]:
    found = (Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text().split()
    direct = [int(child) for child in found]
    return direct + [one for child in direct for one in _children(child)]


def _proportional_mb(pids: list[int]) -> float:
    """Proportional set size: what is shared counts for each by its part."""
    return sum(_pss_kb(pid) for pid in pids) * 1024 / 1e6


def _pss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
