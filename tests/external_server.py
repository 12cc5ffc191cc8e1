"""The server of TEST_DATABASE_URL, for those who would rather not have one started: same service, names of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from app.simulation.cluster import APPLICATION, EXTENSIONS, OWNER

PASSWORD = "only-for-tests"


class ExternalServer:
    """Works through one log-in that may create databases, roles and extensions. Every name gets the run's prefix."""

    def __init__(self, url: str, *, prefix: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._prefix = prefix

    def start(self) -> None:
        """Make the application's role, or give it the tests' password."""
        with self._connection() as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            words = sql.SQL("{} ROLE {} LOGIN PASSWORD {}")
            connection.execute(words.format(verb, sql.Identifier(APPLICATION), sql.Literal(PASSWORD)))

    def url(self, database: str, role: str = OWNER) -> str:
        """The URL for the application's role, else for the log-in that was given (it owns what it creates)."""
        found = self._url.set(database=self._prefix + database)
        if role == APPLICATION:
            found = found.set(username=APPLICATION, password=PASSWORD)
        return found.render_as_string(hide_password=False)

    def create_database(self, name: str, template: str | None = None) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        source = self._prefix + template if template else "template1"
        with self._connection() as connection:
            connection.execute(statement.format(sql.Identifier(self._prefix + name), sql.Identifier(source)))
        if template is None:
            with self._connection(self._prefix + name) as connection:
                for extension in EXTENSIONS:
                    connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))

    def drop_database(self, name: str) -> None:
        self._drop(self._prefix + name)

    def drop_all(self) -> None:
        """Drop every database of this run."""
        with self._connection() as connection:
            found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self._prefix])
            names = [str(row[0]) for row in found]
        for name in names:
            self._drop(name)

    def _drop(self, name: str) -> None:
        with self._connection() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def _connection(self, database: str | None = None) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
        url: URL = self._url.set(drivername="postgresql", database=database or self._url.database or "postgres")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            yield connection
