"""The `zhifang` command: serve, worker, jobs, simulate, replay, demo, migrate, found, export-openapi."""

import gc
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.custody import audit, keys, poison
from app.starting import give_up, instant, own_settings, ready_deps, refuse_missing_keys
from app.surveying import import_official_areas, load_areas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from granian.server.common import AbstractServer

    from app.rules.roster import Fault

ROOT = Path(__file__).resolve().parent.parent


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """知访: community correction, from a missed check-in or visit to the officer who deals with it."""


main.add_command(audit)
main.add_command(keys)
main.add_command(poison)
main.add_command(load_areas)
main.add_command(import_official_areas)


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema (MIGRATION_DATABASE_URL, or DATABASE_URL)."""
    from alembic import command
    from alembic.config import Config

    command.upgrade(Config(str(ROOT / "alembic.ini")), "head")


METRICS_PORT = click.option(
    "--metrics-port", default=0, show_default="none", type=click.IntRange(0, 65535), help="Where Prometheus reads."
)
METRICS_HOST = click.option("--metrics-host", default="127.0.0.1", show_default=True)


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@METRICS_PORT
@METRICS_HOST
def serve(port: int, host: str, workers: int, metrics_port: int, metrics_host: str) -> None:
    """Serve the HTTP interfaces and pages."""
    from app.deps import make_deps

    settings = own_settings()
    deps = make_deps(settings)
    refuse_missing_keys(deps)
    deps.engine.dispose()
    if metrics_port:
        _show_processes(metrics_port, metrics_host)
    longest_s = max(15, settings.statement_timeout_ms // 1000)
    server("app.main:serving_app", host=host, port=port, workers=workers, longest_s=longest_s).serve()


def server(
    application: str, *, port: int, host: str = "127.0.0.1", workers: int = 2, longest_s: int = 15
) -> "AbstractServer[Any]":
    """The HTTP server as production runs it, for an application named as `module:factory`.

    Told to end, it waits a little longer than the `longest_s` that a statement may take, so that what is being answered
    is answered.
    """
    from granian.constants import Interfaces
    from granian.server import Server

    return Server(
        application,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=24,  # sixteen may wait for notices (api/long_poll.py), eight work
        respawn_failed_workers=True,
        workers_kill_timeout=longest_s + 5,
        log_access=False,
        working_dir=ROOT,
    )


def _show_processes(port: int, host: str) -> None:
    """The processes that serve write their figures into a folder; this one, their parent, shows the sums."""
    folder = tempfile.TemporaryDirectory(prefix="zhifang-metrics-")
    click.get_current_context().call_on_close(folder.cleanup)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder.name
    from app.metrics import show_processes  # what writes and what reads find the folder when they are loaded

    show_processes(port, host, folder.name)


@main.command()
@METRICS_PORT
@METRICS_HOST
def worker(metrics_port: int, metrics_host: str) -> None:
    """Run the scheduler: jobs, pushes, heartbeat."""
    from app.deps import make_deps
    from app.logs import set_up_logs
    from app.worker import run, show_metrics

    set_up_logs()
    deps = make_deps(own_settings(), pushes=True)
    refuse_missing_keys(deps)
    if metrics_port:
        show_metrics(deps, metrics_port, metrics_host)
    run(deps)


@main.group()
def jobs() -> None:
    """What runs by the clock."""


@jobs.command("list")
def list_jobs() -> None:
    """Every job with its rhythm and the reason for it."""
    from app.jobs.schedule import JOBS

    for job in JOBS:
        click.echo(f"{job.name:<22} {job.rhythm:<16} {job.why}")


@jobs.command("run")
@click.argument("name")
@click.option("--at", "at", help="Run as if it were this time (RFC 3339 with offset).")
def run_job(name: str, at: str | None) -> None:
    """Run one job now, or as if at a given time, and print what it did."""
    from app.jobs import runner
    from app.jobs.schedule import JOBS, declare

    job = next((job for job in JOBS if job.name == name), None)
    if job is None:
        give_up(f"There is no job {name}. Known: {', '.join(job.name for job in JOBS)}")
    moment = instant(at) if at else None
    deps = ready_deps(pushes=name in {"deliver", "deliver_channels"})
    declare(deps)
    run = runner.run_now(deps, job, runner.new_holder(), at=moment)
    if run is None:
        give_up(f"The job {name} is running elsewhere right now; try again in a moment.")
    click.echo(json.dumps({"job": run.name, "outcome": run.outcome, "counts": dict(run.counts), "error": run.error}))
    sys.exit(0 if run.outcome == "ok" else 1)


@main.group()
def roster() -> None:
    """Many subjects at once, out of a table."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "login", required=True, help="Log-in of the user in whose name, and within whose reach.")
@click.option("--office", help="Code or name of the office of those whose line names none.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done and what has to be changed.")
def import_a_roster(*, file: Path, login: str, office: str | None, dry_run: bool) -> None:
    """Register everybody in FILE (.xlsx or CSV) who is not on record yet; all or nobody."""
    from hashlib import sha256
    from uuid import uuid4

    from app.access.table import allow
    from app.actions.find_importer import find_importer, find_office
    from app.actions.import_roster import Roster, check_roster, import_roster
    from app.clients import roster_file
    from app.rules.errors import ZhifangError
    from app.rules.roster import Faulty, read
    from app.rules.wording import sentence

    deps = ready_deps()
    content = file.read_bytes()
    try:
        reading = read(roster_file.sheets(content))
        with deps.transaction() as tx:
            actor = allow(find_importer(tx, login, now=deps.now()), "subjects.change")
            office_id = find_office(tx, actor, office) if office else None
            if dry_run:
                report = check_roster(tx, actor, reading, office_id, deps.settings, now=deps.now())
                faults: Sequence[Fault] = report.faults
                counts = {"rows": report.rows, "new": report.new, "already_there": len(report.already_there)}
            else:
                faults = ()
                made = Roster(uuid4(), office_id, sha256(content).digest(), reading, door="command")
                receipt, _ = import_roster(tx, actor, made, deps.settings, now=deps.now())
                counts = {"rows": receipt.rows, "added": receipt.added, "already_there": receipt.already_there}
    except Faulty as faulty:
        _tell_faults(faulty.faults)
        give_up(sentence(faulty.code, faulty.params))
    except ZhifangError as error:
        give_up(sentence(error.code, error.params))
    _tell_faults(faults)
    click.echo(json.dumps(counts))
    sys.exit(1 if faults else 0)


@roster.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def write_roster_template(file: Path) -> None:
    """Write an empty roster with a sheet that tells how it is filled in."""
    from app.clients import roster_file

    file.write_bytes(roster_file.template())
    click.echo(file)


def _tell_faults(faults: "Sequence[Fault]") -> None:
    for fault in faults:
        click.echo(fault.told(), err=True)


@main.command()
@click.option("--province", required=True, help="Adcode, such as 330000.")
@click.option("--name", required=True, help="Name of the province's department.")
@click.option("--login", required=True, help="Log-in of its first admin.")
@click.option("--person", required=True, help="Name of that admin.")
@click.password_option(envvar="ZHIFANG_ADMIN_PASSWORD", help="Asked for, unless ZHIFANG_ADMIN_PASSWORD holds it.")
def found(province: str, name: str, login: str, person: str, password: str) -> None:
    """Write the first office, its admin and its policy; the admin adds all others."""
    from app.actions.change_users import hashed
    from app.actions.found_province import Founding, found_province
    from app.deps import make_deps
    from app.rules.errors import ZhifangError
    from app.rules.wording import sentence
    from app.store.shipped_policies import shipped

    settings = own_settings()
    deps = make_deps(settings)
    click.get_current_context().call_on_close(deps.engine.dispose)
    try:
        policy = shipped(settings.policy)
        founding = Founding(province, name, login, person, hashed(login, password, settings), policy)
        with deps.transaction() as tx:
            found_province(tx, founding, now=deps.now())
    except ZhifangError as error:
        give_up(sentence(error.code, error.params))
    click.echo(f"{name} is founded; {login} may log in.")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def replay(file: Path) -> None:
    """Play a scenario on a scratch database and print JSON lines."""
    from app.simulation.replay.engine import replay as play
    from app.simulation.replay.scenario import ScenarioError, read_scenario

    try:
        with file.open(encoding="utf-8") as lines:
            scenario = read_scenario(lines)
    except (ScenarioError, UnicodeDecodeError) as error:
        give_up(f"{file.name} cannot be played: {error}")
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)  # a replay makes many short-lived objects and few cycles: an eighth of its time
    play(scenario, click.echo)


@main.command()
@click.option("--subjects", default=30, show_default=True, type=click.IntRange(1, 5000))
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 90))
@click.option("--seed", default=1, show_default=True)
@click.option("--offices", default=1, show_default=True, type=click.IntRange(1, 100), help="With one officer each.")
@click.option("--county", default="330881", show_default=True, help="Adcode of the place not to be left.")
@click.option("--episodes", default=0.01, show_default=True, type=click.FloatRange(0, 1), help="Share of person-days.")
@click.option("--without", multiple=True, help="Kinds of lines to do without: zone, leave, permit, carrier.")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True), default="-")
def simulate(file: "TextIO", without: tuple[str, ...], **county: Any) -> None:
    """Make up a county and write its days as a scenario: to FILE, or to the standard output."""
    from app.rules.errors import ZhifangError
    from app.rules.wording import sentence
    from app.simulation.counties.scenario import scenario_lines
    from app.simulation.counties.spec import Spec

    try:
        for line in scenario_lines(Spec(**county, without=frozenset(without))):
            click.echo(line, file=file)
    except ZhifangError as error:
        give_up(sentence(error.code, error.params))


@main.group()
def policies() -> None:
    """Local policies (制度)."""


@policies.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A scenario.")
@click.option("--last", "days", metavar="30d", help="The last days of the configured database, without identities.")
@click.option("--as", "login", help="With --last: the head of a county, who is recorded to have looked.")
def try_policy(file: Path, scenario: Path | None, days: str | None, login: str | None) -> None:
    """What the policy in FILE would alert that the one in force does not, and the other way round."""
    from app.simulation.trials.command import TrialError, try_on_file, try_on_the_last

    if (scenario is None) == (days is None) or (days is None) != (login is None):
        give_up("Say either --on SCENARIO, or --last 30d with --as LOGIN.")
    try:
        if scenario is not None:
            told = try_on_file(file, scenario)
        else:
            told = try_on_the_last(file, str(days), str(login), ready_deps())
    except TrialError as error:
        give_up(str(error))
    for line in told:
        click.echo(json.dumps(line, ensure_ascii=False))


@main.command("export-openapi")
@click.argument("folder", default=ROOT / "mobile_api_docs", type=click.Path(file_okay=False, path_type=Path))
def export_openapi(folder: Path) -> None:
    """Write the reference of both APIs, OpenAPI documents and problem codes, into FOLDER (mobile_api_docs)."""
    from app.main import api_reference

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in api_reference().items():
        (folder / name).write_text(text, encoding="utf-8")
        click.echo(folder / name)


@main.group()
def demo() -> None:
    """A county to try things in. Its people do not exist."""


@demo.command("load")
def load_demo() -> None:
    """Load the demo county, if it is not there yet."""
    from app.simulation.demo.load import DemoError, load

    try:
        loaded = load(ready_deps())
    except DemoError as error:
        give_up(str(error))
    click.echo("The demo county is loaded." if loaded else "The demo county is there already.")


@demo.command("info")
def tell_demo() -> None:
    """Where to look, and the log-ins."""
    from app.simulation.demo.info import info

    click.echo(info(_port(), own_settings().demo_password or "?"))


@demo.command("phones")
def run_demo_phones() -> None:
    """Run the demo's phones and its push server, until stopped."""
    from app.deps import SystemClock
    from app.simulation.demo.phones import run

    settings = own_settings()
    if settings.fcm_credentials is None or not settings.demo_password:
        give_up("ZHIFANG_FCM_CREDENTIALS and ZHIFANG_DEMO_PASSWORD must be set for the demo's phones.")
    run(_port(), Path(settings.fcm_credentials).parent, settings.demo_password, SystemClock(), click.echo)


def _port() -> int:
    return int(os.environ.get("PORT", "8000"))


if __name__ == "__main__":
    main(prog_name="zhifang")
