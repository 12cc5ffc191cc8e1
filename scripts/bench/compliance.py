"""The audit of a county's and a city's year, asked and as pages, with the plans; the office table beside it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, create_engine, event

from app.deps import Deps, SystemClock, make_deps
from app.queries import compliance
from app.queries.compliance import Stretch
from app.queries.oversight import Asked, By, cells, tally
from app.queries.oversight_rows import audited_duties
from app.rules.calendar import legal_day
from app.rules.facts import Actor, Grant, Role
from app.rules.oversight import Figure, Span, SpanKind, Unit, span_of
from scripts.bench.pages import BARE, Reader
from scripts.bench.population import populate
from scripts.bench.report import REPETITIONS, interleaved, spread, table, tell
from scripts.bench.service import Service, service
from scripts.bench.supervised_year import fill

PEOPLE = 10_000
A_COUNTY = 6
"""Offices of 100 people: a county of 600."""
WANTED = {"county": 300, "city": 1000}


def bench() -> str:
    """A section in Markdown: milliseconds beside what is wanted, and the plans."""
    now = SystemClock().now()
    with service() as made:
        tell(f"making {PEOPLE:,} people")
        deps = make_deps(made.settings)
        owner = _owner(made)
        with owner.begin() as tx:
            population = populate(tx, PEOPLE, now=now, offices_per_county=A_COUNTY)
        owner.dispose()
        duties, records = fill(made, PEOPLE, population.version_id, now=now)
        made.settle()
        told = [
            f"### Audit of a year\n\n{PEOPLE:,} people, {duties:,} duties of the work rule, {records:,} records.\n",
            _queries(deps, now),
            _pages(made, now),
            *(_plan(deps, who, actor, now) for who, actor in _readers(deps).items()),
        ]
        deps.engine.dispose()
    return "\n".join(told)


def _owner(made: Service) -> Engine:
    return create_engine(made.cluster.url(made.database))


def _readers(deps: Deps) -> dict[str, Actor]:
    return {
        "county": _actor(deps, Role.COUNTY_HEAD, "K1"),
        "city": _actor(deps, Role.CITY_STAFF, "C1"),
    }


def _actor(deps: Deps, role: Role, code: str) -> Actor:
    with deps.autocommit() as connection:
        row = connection.exec_driver_sql(
            "SELECT u.user_id, o.id, o.path FROM offices o JOIN user_roles u ON u.office_id = o.id WHERE o.code = %s",
            (code,),
        ).one()
    return Actor("user", row[0], (Grant(role, row[1], row[2]),))


def _year(now: datetime) -> Asked:
    day = legal_day(now)
    return Asked(Span(SpanKind.FREE, day - timedelta(days=365), day - timedelta(days=1)))


def _queries(deps: Deps, now: datetime) -> str:
    year = _year(now)
    page = [By.OFFICE, By.OFFICER, By.PERIOD]
    month = span_of(Unit.MONTH, legal_day(now) - timedelta(days=40))
    stretch = Stretch(month.from_day, month.to_day)
    work: dict[str, Callable[[Any, Actor], Any]] = {
        "year, by office": lambda tx, who: tally(tx, who, year, [By.OFFICE], now=now),
        "year, all that the page shows": lambda tx, who: tally(tx, who, year, page, now=now),
        "year, by all five": lambda tx, who: tally(tx, who, year, list(By), now=now),
        "month, all that the page shows": lambda tx, who: tally(tx, who, Asked(month), page, now=now),
        "month as it is kept": lambda tx, who: cells(tx, who, Asked(month), now=now),
        "100 rows behind a figure": lambda tx, who: audited_duties(tx, who, year, Figure.UNPROVEN, now=now, limit=100),
        "office table of a month, check-ins too": lambda tx, who: compliance.table(tx, who, stretch, now=now),
    }
    readers = _readers(deps)
    runs = {f"{name}|{who}": _timed(deps, ask, actor) for name, ask in work.items() for who, actor in readers.items()}
    found = interleaved(runs, repetitions=REPETITIONS)
    rows = [(name, *(spread(found[f"{name}|{who}"]) for who in readers)) for name in work]
    heads = ("in the database and in Python, ms", "county, 600", "city, 10,000")
    return table(heads, rows)


def _timed(deps: Deps, ask: Callable[[Any, Actor], Any], actor: Actor) -> Callable[[], float]:
    def run() -> float:
        with deps.autocommit() as connection:
            begun = time.perf_counter()
            ask(connection, actor)
            return (time.perf_counter() - begun) * 1000

    return run


def _pages(made: Service, now: datetime) -> str:
    """The page over HTTP, for the county and the city, beside the log-in page."""
    year = _year(now).span
    path = f"/compliance/audit?span=free&from={year.from_day}&to={year.to_day}"
    with made.serving(environment={"ZHIFANG_TOTP_REQUIRED_ROLES": "none"}) as address:
        readers = {who: Reader(made, address, login) for who, login in (("county", "k1"), ("city", "c1"))}
        runs = {f"{by}|{who}": _got(reader, f"{path}&by={by}") for by in By for who, reader in readers.items()}
        runs["bare"] = _got(readers["county"], BARE)
        found = interleaved(runs)
    rows = [(f"year by {by}", *(spread(found[f"{by}|{who}"]) for who in readers)) for by in By]
    rows.append(("log-in page", spread(found["bare"]), ""))
    return table(("page, ms", f"county, wanted {WANTED['county']}", f"city, wanted {WANTED['city']}"), rows)


def _got(reader: Reader, path: str) -> Callable[[], float]:
    def run() -> float:
        begun = time.perf_counter()
        reader.get(path, logged_in=path != BARE)
        return (time.perf_counter() - begun) * 1000

    return run


def _plan(deps: Deps, who: str, actor: Actor, now: datetime) -> str:
    """What PostgreSQL does for the page's statement."""
    sent: list[tuple[str, Any]] = []

    def keep(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        sent.append((statement, values))

    with deps.autocommit() as connection:
        event.listen(connection, "before_cursor_execute", keep)
        tally(connection, actor, _year(now), [By.OFFICE, By.OFFICER, By.PERIOD], now=now)
        event.remove(connection, "before_cursor_execute", keep)
        statement, values = sent[0]
        explain = f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {statement}"
        lines = [row[0] for row in connection.exec_driver_sql(explain, values)]
    return f"The {who}'s year:\n\n```\n" + "\n".join(line[:150] for line in lines) + "\n```\n"
