"""What every command starts with: settings and a database that fit, or one sentence that says what does not."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

import click

from app.config import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from app.deps import Deps


def own_settings() -> Settings:
    """The settings of this process, or every fault of them at once."""
    try:
        return load_settings()
    except SettingsError as error:
        give_up("The settings do not fit:\n  " + "\n  ".join(error.problems))


def ready_deps(*, pushes: bool = False) -> "Deps":
    """A handle on a database that is there and has the schema of this program; one clear sentence otherwise."""
    from app.deps import make_deps
    from app.queries.health import fitness
    from app.rules.errors import Unavailable

    deps = make_deps(own_settings(), pushes=pushes)
    click.get_current_context().call_on_close(deps.engine.dispose)
    try:
        with deps.autocommit() as connection:
            faults = fitness(connection, durable=False).faults
    except Unavailable:
        give_up("The database cannot be reached; is it running, and does DATABASE_URL name it?")
    if faults:
        give_up("The database has another schema than this program needs: run `zhifang migrate` first.")
    return deps


def refuse_missing_keys(deps: "Deps") -> None:
    """Give up where rows need a key that the settings lack. A database that is away is none of this one's business."""
    from app.queries.health import fitness
    from app.queries.keys import keys_missing
    from app.rules.errors import Unavailable

    try:
        with deps.autocommit() as connection:
            fit = not fitness(connection, durable=False).faults
            missing = keys_missing(connection, deps.settings) if fit else ()
    except Unavailable:
        return
    if missing:
        give_up(
            f"Rows need keys that the settings do not hold: {', '.join(missing)}. Put them back (docs/keys.md): "
            "a key may go when `zhifang keys rotate` has left no row under it."
        )


def give_up(sentence: str) -> NoReturn:
    """Say why on standard error and end with 2."""
    click.echo(sentence, err=True)
    sys.exit(2)


def instant(value: str) -> datetime:
    """A time that was typed in RFC 3339."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        give_up(f"{value} is no time in RFC 3339, such as 2026-03-02T08:00:00+08:00")
    if at.tzinfo is None:
        give_up(f"{value} has no offset; write for instance 2026-03-02T08:00:00+08:00")
    return at
