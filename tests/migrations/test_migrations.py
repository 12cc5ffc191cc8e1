"""The way to the schema and back, on a database of its own: it leads to what the models say, and to nothing else."""

import ast
import os
from collections.abc import Iterator
from itertools import count

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from app.models import Base
from app.simulation.cluster import OWNER
from app.store.schema import HEAD
from tests.database import ROOT, Server, migrated_config, once_nobody_is_in_it

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))
BEFORE_THE_FIRST = "base"
NOT_OURS = ("alembic_version", "spatial_ref_sys", "geometry_columns", "geography_columns")

SCHEMA = """
SELECT 'column', table_name, column_name, concat_ws(' ', udt_name, is_nullable, column_default, generation_expression)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function', p.oid::regprocedure::text, '', p.prosrc || coalesce(p.proacl::text, '')
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'right', relname, '', coalesce(relacl, acldefault('r', relowner))::text
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
ORDER BY 1, 2, 3, 4
"""

_numbers = count(1)


@pytest.fixture
def empty_url(database_server: Server) -> Iterator[str]:
    """The owner's log-in to a database that nobody migrated."""
    name = f"empty_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"
    once_nobody_is_in_it(lambda: database_server.create_database(name))
    yield database_server.url(name, OWNER)
    once_nobody_is_in_it(lambda: database_server.drop_database(name))


@pytest.fixture
def config(empty_url: str) -> Config:
    return migrated_config(empty_url)


def schema(url: str) -> list[tuple[str, ...]]:
    """Everything that makes up the schema, PostGIS and the migrations' own table left out."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(SCHEMA))]
    engine.dispose()
    return [row for row in rows if not str(row[1]).startswith(NOT_OURS)]


def test_from_nothing_to_the_newest_schema(empty_url: str, config: Config) -> None:
    assert schema(empty_url) == []
    command.upgrade(config, "head")
    tables = {row[1] for row in schema(empty_url) if row[0] == "column"}
    assert tables >= set(Base.metadata.tables)


def test_models_and_migrations_tell_the_same(config: Config) -> None:
    command.upgrade(config, "head")
    command.check(config)


def test_down_leaves_nothing_and_up_again_gives_the_same(empty_url: str, config: Config) -> None:
    command.upgrade(config, "head")
    first = schema(empty_url)
    command.downgrade(config, BEFORE_THE_FIRST)
    assert schema(empty_url) == []
    command.upgrade(config, "head")
    assert schema(empty_url) == first


def test_each_step_can_be_taken_back(empty_url: str, config: Config) -> None:
    for version in VERSIONS:
        before = schema(empty_url)
        command.upgrade(config, "+1")
        assert schema(empty_url) != before, version.name
        command.downgrade(config, "-1")
        assert schema(empty_url) == before, version.name
        command.upgrade(config, "+1")


def test_one_line_of_migrations_with_one_end() -> None:
    script = ScriptDirectory.from_config(migrated_config(""))
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert script.get_heads() == [HEAD]
    assert sorted(revisions) == [f"{number:04d}" for number in range(1, len(VERSIONS) + 1)]
    assert [version.name.partition("_")[0] for version in VERSIONS] == sorted(revisions)


def test_migrations_do_not_change_with_the_code() -> None:
    """What was migrated stays migrated: a migration imports nothing of the service."""
    for version in VERSIONS:
        for node in ast.walk(ast.parse(version.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.partition(".")[0] in {"app", "tests"}], version.name


OUTLINE = "ST_Multi(ST_MakeEnvelope(118, 28, 119, 29, 4326))"


def test_areas_of_before_become_versions_and_back(empty_url: str, config: Config) -> None:
    """Outlines of two releases for one area: each holds for the time in which it was the newest."""
    command.upgrade(config, "0008")
    engine = create_engine(empty_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for n, day in ((1, "2026-01-01"), (2, "2026-02-01")):
            connection.execute(
                text(
                    "INSERT INTO areas (id, kind, code, name, source, created_at, boundary) VALUES "
                    f"(gen_random_uuid(), 'permitted', '330881', '江山市', 'release {n}', '{day}Z', {OUTLINE})"
                )
            )
    command.upgrade(config, "0009")
    with engine.begin() as connection:
        spans = connection.execute(text("SELECT source, in_force FROM areas ORDER BY source")).all()
        assert [(row.source, row.in_force.lower is None, row.in_force.upper is None) for row in spans] == [
            ("release 1", True, False),
            ("release 2", False, True),
        ]
        connection.execute(text("UPDATE areas SET source = 'one'"))
        connection.execute(
            text(
                "INSERT INTO areas (id, kind, code, name, source, created_at, boundary) VALUES "
                f"(gen_random_uuid(), 'county', '330881', '江山市', 'one', '2026-01-01Z', {OUTLINE})"
            )
        )
    command.downgrade(config, "0008")
    with engine.begin() as connection:
        left = connection.execute(text("SELECT kind, count(DISTINCT source) FROM areas GROUP BY kind")).all()
    engine.dispose()
    assert [tuple(row) for row in left] == [("permitted", 2)]
