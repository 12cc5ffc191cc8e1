"""The county of thousands, served on loopback: made once for all tests of a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import create_engine

from app.simulation.clock import TestClock
from app.store.session import make_engine, transaction
from tests import database
from tests.builders.app import MONDAY, make_test_app
from tests.builders.thousands import a_county_of_thousands
from tests.guards.world import World, a_world
from tests.patience import PATIENT
from tests.web.conftest import Site
from tests.web.serving import served


@dataclass(frozen=True)
class County:
    """The pages over it, with and without a browser, and who and what is there."""

    app: Flask
    site: Site
    world: World


@contextmanager
def a_served_county(server: database.Server) -> Iterator[County]:
    """In a database of its own, whose planner knows how much there is."""
    with database.copy_of_template(server) as copy:
        world = _filled(copy.owner_url)
        engine, clock = make_engine(copy.url, limits=PATIENT), TestClock(MONDAY)
        app = make_test_app(engine, clock)
        with served(app) as base:
            yield County(app, Site(base, engine, clock), world)
        engine.dispose()


def _filled(owner_url: str) -> World:
    owner = create_engine(owner_url)
    with transaction(owner) as tx:
        world = a_world(tx)
        a_county_of_thousands(tx, world)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    owner.dispose()
    return world
