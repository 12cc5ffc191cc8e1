"""Figures for Prometheus: counts and times, labelled by route, job or code and never by anything of a person.

The processes of one `zhifang serve` write into files of PROMETHEUS_MULTIPROC_DIR; the parent adds them up and shows
them. A scheduler is one process and shows its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Histogram(
    "zhifang_http_request_seconds",
    "Time taken by requests, by route (never by address), method and status.",
    ("route", "method", "status"),
    buckets=SECONDS,
)
POSITIONS = Counter(
    "zhifang_positions_total", "Positions that phones sent, by what became of them; repeats are left out.", ("outcome",)
)
TRACKER_MESSAGES = Counter(
    "zhifang_tracker_messages_total",
    "What phones with other makers' clients sent, by client and by what became of it.",
    ("client", "outcome"),
)
CHECK_INS = Counter("zhifang_check_ins_total", "Tries at check-ins, by outcome; repeats are left out.", ("outcome",))
JOB_RUNS = Counter("zhifang_job_runs_total", "Runs of jobs, by outcome.", ("job", "outcome"))
JOB_SECONDS = Histogram("zhifang_job_seconds", "Time taken by runs of jobs.", ("job",), buckets=(*SECONDS, 30.0, 60.0))
PUSHES = Counter("zhifang_pushes_total", "Tries to push a notice, by what the channel answered.", ("outcome",))


@dataclass(frozen=True)
class Gauge:
    """What is read at the moment of looking: one value for each value of its label."""

    name: str
    help: str
    label: str
    values: Mapping[str, float]


def show(port: int, host: str, *, read: Callable[[], Iterable[Gauge]]) -> None:
    """Show this process's figures at `host:port/metrics`, and what `read` reads at each look."""
    registry = CollectorRegistry()
    registry.register(_Read(read))
    for metric in (REQUESTS, POSITIONS, TRACKER_MESSAGES, CHECK_INS, JOB_RUNS, JOB_SECONDS, PUSHES):
        registry.register(metric)
    start_http_server(port, host, registry)


def show_processes(port: int, host: str, folder: str) -> None:
    """Show the sums of all processes that write their figures into `folder`."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    start_http_server(port, host, registry)


class _Read(Collector):
    def __init__(self, read: Callable[[], Iterable[Gauge]]) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for gauge in self._read():
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=[gauge.label])
            for value, figure in gauge.values.items():
                family.add_metric([value], figure)
            yield family
