"""Commands for those who answer for the service: the audit's chain, keys, and what phones sent in vain."""

import json
import sys
import time
from datetime import timedelta
from typing import TextIO

import click

from app.starting import give_up, instant, ready_deps, refuse_missing_keys


@click.group()
def audit() -> None:
    """Whether the record of what was done and seen is as it was written."""


@audit.command("verify")
@click.option("--from", "since", help="Only what was sealed from this time on (RFC 3339 with offset).")
@click.option("--to", "until", help="Only what was sealed before this time.")
@click.option("--checkpoints", type=click.File(encoding="utf-8"), help="The file of ZHIFANG_AUDIT_CHECKPOINTS.")
@click.option("--late", default=10, show_default=True, help="Minutes within which an act must have been sealed.")
def verify_audit(since: str | None, until: str | None, checkpoints: TextIO | None, late: int) -> None:
    """Go over the chain; exits with 1 at the first row that is not as it was sealed."""
    from app.clients.checkpoints import read
    from app.queries.audit_chain import told, verify

    try:
        noted = read(checkpoints or ())
    except ValueError as error:
        give_up(f"The checkpoints cannot be read: {error}.")
    span = {"sealed_from": instant(since) if since else None, "sealed_to": instant(until) if until else None}
    deps, began = ready_deps(), time.perf_counter()
    verdict = verify(deps.autocommit, noted, now=deps.now(), late=timedelta(minutes=late), **span)
    click.echo(told(verdict, noted, seconds=time.perf_counter() - began))
    sys.exit(1 if verdict.broken else 0)


@audit.command("head")
def tell_audit_head() -> None:
    """The newest link as a checkpoint, to be noted where nobody who runs the database can change it."""
    from app.clients.checkpoints import line
    from app.queries.audit_chain import head

    deps = ready_deps()
    with deps.autocommit() as connection:
        click.echo(line(head(connection), at=deps.now()))


@click.group()
def keys() -> None:
    """The keys under which identity numbers, photos and other sealed things lie (docs/keys.md)."""


@keys.command("status")
def tell_keys() -> None:
    """Which rows need which key; exits with 1 where one is missing."""
    from app.queries.keys import keys_in_use

    deps = ready_deps()
    with deps.autocommit() as connection:
        found = keys_in_use(connection, deps.settings)
    click.echo("\n".join(one.told for one in found) or "Nothing is sealed yet.")
    sys.exit(0 if all(one.known for one in found) else 1)


@keys.command("rotate")
def rotate_keys() -> None:
    """Bring every row under the current keys; exits with 1 where some were held by others: run it again."""
    from app.jobs.rotate_keys import rotate
    from app.queries.keys import keys_in_use

    deps = ready_deps()
    refuse_missing_keys(deps)
    for table, rows in rotate(deps).items():
        click.echo(f"{table:<16} {rows:>9,} rows resealed")
    with deps.autocommit() as connection:
        left = sum(one.rows for one in keys_in_use(connection, deps.settings) if not one.current)
    click.echo(f"{left:,} rows are left." if left else "Everything is under the current keys.")
    sys.exit(1 if left else 0)


@click.group()
def poison() -> None:
    """What phones sent that could not be read or used: sealed for 30 days, opened by its replay alone."""


@poison.command("list")
def list_poison() -> None:
    """How much there is, by client and reason."""
    from app.queries.poison import all_poison_counts

    deps = ready_deps()
    with deps.autocommit() as connection:
        found = all_poison_counts(connection)
    now = deps.now()
    for one in found:
        age = f"oldest {(now - one.oldest_at).days} days" if one.oldest_at else ""
        told = f"{one.client:<10} {one.form:<8} {one.reason:<16}"
        click.echo(f"{told} {one.waiting:>7,} wait {one.replayed:>7,} replayed  {age}".rstrip())
    if not found:
        click.echo("Nothing is set aside.")


@poison.command("replay")
@click.option("--client", type=click.Choice(["mobile", "owntracks", "traccar"]), help="Only what this client sent.")
@click.option("--since", help="Only what was received from this time on (RFC 3339 with offset).")
def replay_poison(client: str | None, since: str | None) -> None:
    """Read it once more and send it through the gate, with the checks of the day on which it came. Is recorded."""
    from app.actions.replay_poison import Chosen
    from app.api.trackers.replaying import replay_poison as replay

    deps = ready_deps()
    refuse_missing_keys(deps)
    counts = replay(deps, Chosen(client, instant(since) if since else None))
    click.echo(json.dumps(counts))
