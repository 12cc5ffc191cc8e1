"""Audited acts, and the audit's chain in the hands of somebody with all rights."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from app.rules.effects import WriteAudit
from app.rules.facts import About, Actor
from app.store import audit
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY

OFFICER = Actor("user", UUID(int=1))
SUBJECT = UUID(int=2)


def an_act(tx: Connection, n: int = 0, *, at: datetime = MONDAY, action: str = "tracks.read") -> None:
    """An act with something in every column."""
    about = About("device", UUID(int=n))
    details = {"points": n, "from": at.isoformat()}
    audit.write(tx, [WriteAudit(at + timedelta(seconds=n), OFFICER, action, SUBJECT, about, f"核对 {n}", details)])


def acts(engine: Engine, count: int, *, first: int = 1, at: datetime = MONDAY) -> None:
    """That many acts, each in a transaction of its own, with ids from `first` on in an empty audit."""
    for n in range(first, first + count):
        with transaction(engine) as tx:
            an_act(tx, n, at=at)


@contextmanager
def all_rights(owner_url: str) -> Iterator[Connection]:
    """The owner of the tables with their guards switched off; what is done is committed."""
    engine = make_engine(owner_url, pool_size=1)
    try:
        with transaction(engine) as tx:
            for table in ("audit", "audit_seals"):
                tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            yield tx
            for table in ("audit", "audit_seals"):
                tx.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    finally:
        engine.dispose()
