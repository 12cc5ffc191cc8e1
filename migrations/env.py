"""How Alembic connects: one lock for all migrations, short lock timeouts, one transaction a migration."""

import os
from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine, text

from app.config import driver_url
from app.models import Base

MIGRATION_LOCK = 7_234_001
"""The advisory lock that keeps two processes from migrating at once."""

NOT_OURS = {"spatial_ref_sys", "geometry_columns", "geography_columns"}


def include_object(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leave out what PostGIS brought and the partitions that a job makes."""
    if kind == "table" and name is not None and (name in NOT_OURS or name.startswith("positions_")):
        return False
    kept = alembic_helpers.include_object(thing, name, kind, reflected, compare_to)  # type: ignore[no-untyped-call]
    return bool(kept)


def process_revision_directives(migration_context: Any, revision: Any, directives: list[Any]) -> None:
    """Number a new migration after the highest there is, four digits, so that two branches clash in git."""
    if not directives:
        return
    head = migration_context.get_current_heads() or ("0000",)
    directives[0].rev_id = f"{int(head[0]) + 1:04d}"


def run() -> None:
    """Migrate the database of MIGRATION_DATABASE_URL (the owner's log-in), or of DATABASE_URL."""
    url = context.config.attributes.get("url") or os.environ.get("MIGRATION_DATABASE_URL") or os.environ["DATABASE_URL"]
    engine = create_engine(driver_url(url))
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=include_object,
            process_revision_directives=process_revision_directives,
            render_item=alembic_helpers.render_item,
            transaction_per_migration=True,
            compare_server_default=False,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
