"""`zhifang load-areas` and `zhifang import-areas`: administrative boundaries, for trials and as officially issued."""

import json

import click

from app.starting import ready_deps


@click.command("load-areas")
def load_areas() -> None:
    """Load the trial outlines of every province that has none, at once; the worker does it by and by."""
    from app.actions.keep_up import load_units

    deps = ready_deps()
    loaded, more = 0, True
    while more:
        with deps.transaction() as tx:
            more = bool(units := load_units(tx, now=deps.now())["units"])
        loaded += units
    click.echo(json.dumps({"units": loaded}))
