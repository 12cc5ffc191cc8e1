"""What Prometheus reads of real processes: sums over all that serve, and how the service stands."""

import requests

from tests.database import Database
from tests.jobs.processes import answers, free_port, running
from tests.patience import eventually


def read(port: int) -> str:
    try:
        return requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
    except requests.ConnectionError:
        return ""


def figure(text: str, name: str) -> float:
    """The sum of all lines of a figure; its labels are part of the name where they matter."""
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


def test_the_figures_of_all_processes_are_added_up(fresh_database: Database) -> None:
    port, metrics_port = free_port(), free_port()
    words = ("serve", "--port", str(port), "--workers", "2", "--metrics-port", str(metrics_port))
    with running(fresh_database.url, *words):
        eventually(lambda: answers(port))
        before = figure(read(metrics_port), 'zhifang_http_request_seconds_count{method="GET",route="/health/ready"')
        for _ in range(40):
            with requests.get(
                f"http://127.0.0.1:{port}/health/ready", timeout=60, headers={"Connection": "close"}
            ) as got:
                assert got.status_code == 200
        text = read(metrics_port)
    assert figure(text, 'zhifang_http_request_seconds_count{method="GET",route="/health/ready"') == before + 40


def test_a_scheduler_shows_its_jobs_and_the_state_of_the_service(fresh_database: Database) -> None:
    port = free_port()
    ages = 'zhifang_job_age_seconds{job="watchdog"}', 'zhifang_heartbeat_age_seconds{component="scheduler"}'
    with running(fresh_database.url, "worker", "--metrics-port", str(port)):
        # The one is written once the run was counted, the other by a thread of its own.
        eventually(lambda: all(name in read(port) for name in ages))
        text = read(port)
    assert figure(text, 'zhifang_job_runs_total{job="watchdog",outcome="ok"}') >= 1
    assert figure(text, "zhifang_database_up") == 1
    assert figure(text, "zhifang_impossible_states{") == 0
