"""`zhifang load-areas` and `zhifang import-areas`: administrative boundaries, for trials and as officially issued."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from app.starting import give_up, ready_deps


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


@click.command("import-areas")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Who issued the boundaries and in which edition, as it is to be kept.")
@click.option("--valid-from", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First local day, 2026-03-02.")
@click.option("--datum", required=True, type=click.Choice(["wgs84", "cgcs2000", "gcj02"]), help="Never guessed.")
@click.option("--mend", is_flag=True, help="Let PostGIS put invalid rings right instead of refusing them.")
@click.option("--replace", is_flag=True, help="Replace versions that begin on that very day.")
@click.option("--whole-cities", is_flag=True, help="Units of the file's cities that are not in it end on that day.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done and what has to be changed.")
def import_official_areas(
    *,
    file: Path,
    source: str,
    valid_from: datetime,
    datum: str,
    mend: bool,
    replace: bool,
    whole_cities: bool,
    dry_run: bool,
) -> None:
    """Import official boundaries out of FILE (GeoJSON with adcode, name and level); all or nothing."""
    from app.actions.import_areas import ImportAreas, import_areas
    from app.clients import boundary_file
    from app.rules.calendar import start_of_day
    from app.rules.wording import sentence

    if not source.strip():
        give_up("--source may not be empty: it is what tells later where a boundary came from.")
    deps = ready_deps()
    read = boundary_file.read(file.read_bytes(), boundary_file.DATUMS[datum])
    wanted = ImportAreas(read, source.strip(), start_of_day(valid_from.date()), mend, replace, whole_cities)
    with deps.transaction() as tx:
        done = import_areas(tx, wanted, dry_run=dry_run, now=deps.now())
    for fault in done.faults:
        where = f"feature {fault.n}" if fault.n else "file"
        click.echo(f"{where}{f' ({fault.unit})' if fault.unit else ''}: {sentence(fault.code)}", err=True)
    counts = {"units": done.units, "unchanged": done.unchanged, "people": done.people}
    lists = {name: getattr(done, name) for name in ("ended", "missing", "permitted", "unresolved")}
    click.echo(json.dumps({**counts, **lists, "faults": len(done.faults), "imported": not (dry_run or done.faults)}))
    sys.exit(1 if done.faults else 0)
