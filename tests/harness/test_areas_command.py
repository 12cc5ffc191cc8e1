"""`zhifang load-areas` and `zhifang import-areas`: told first, done once, and each fault by its feature."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli import main
from app.store.boundaries import load_province, provinces_to_load
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY
from tests.builders.areas import a_boundary_file, a_unit
from tests.database import Database
from tests.jobs.processes import PATIENCE, environment
from tests.patience import PATIENT

pytestmark = [
    pytest.mark.usefixtures("_as_at_the_end_of_a_process"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


MACAO = "82"


def ask(fresh_database: Database, *arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), env={**environment(fresh_database.url), **PATIENCE})


def test_boundaries_are_told_and_then_imported(fresh_database: Database, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.geojson", tmp_path / "bad.geojson"
    good.write_bytes(a_boundary_file(a_unit()))
    bad.write_bytes(a_boundary_file(a_unit(), a_unit("3308", "某地")))
    options = ("--source", "省厅 2026 版", "--valid-from", "2026-07-01", "--datum", "cgcs2000")
    assert ask(fresh_database, "import-areas", good, *options[:4]).exit_code == 2, "the datum has to be said"
    refused = ask(fresh_database, "import-areas", bad, *options)
    assert (refused.exit_code, "feature 2" in refused.output) == (1, True)
    for dry, expected in ((["--dry-run"], (1, False)), ([], (1, True)), ([], (0, True))):
        done = ask(fresh_database, "import-areas", good, *options, *dry)
        told = json.loads(done.stdout)
        assert (done.exit_code, (told["units"], told["imported"])) == (0, expected)
    engine = make_engine(fresh_database.url, limits=PATIENT)
    with transaction(engine) as tx:
        found = tx.execute(text("SELECT lower(in_force) FROM areas WHERE source = '省厅 2026 版'")).scalars()
        assert [at.isoformat() for at in found] == ["2026-06-30T16:00:00+00:00"]
    engine.dispose()


def test_what_is_loaded_already_is_not_loaded_again(fresh_database: Database) -> None:
    engine = make_engine(fresh_database.url, limits=PATIENT)
    with transaction(engine) as tx:
        assert load_province(tx, MACAO, now=MONDAY) > 0
        assert load_province(tx, MACAO, now=MONDAY) == 0
        assert MACAO not in provinces_to_load(tx)
    engine.dispose()
