"""`zhifang roster`: the third door, in the name and within the reach of a user."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli import main
from app.rules.facts import Role
from app.store.session import make_engine, transaction
from tests.builders.offices import a_tree
from tests.builders.rosters import a_line, a_roster
from tests.builders.users import a_user
from tests.database import Database
from tests.jobs.processes import PATIENCE, environment
from tests.patience import PATIENT

pytestmark = [
    pytest.mark.usefixtures("_as_at_the_end_of_a_process"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def environ(fresh_database: Database) -> dict[str, str]:
    engine = make_engine(fresh_database.url, limits=PATIENT)
    with transaction(engine) as tx:
        tree = a_tree(tx)
        a_user(tx, tree.office, login="xu")
        a_user(tx, tree.county, Role.PROCURATOR, login="reader")
    engine.dispose()
    return {**environment(fresh_database.url), **PATIENCE}


def ask(environ: dict[str, str], *arguments: object) -> Result:
    return CliRunner().invoke(main, ["roster", *map(str, arguments)], env=environ)


def test_a_roster_is_looked_through_and_then_imported(
    environ: dict[str, str], fresh_database: Database, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.csv"
    good.write_bytes(a_roster(a_line(1, 司法所=None, 矫正止日=None), a_line(2, 矫正止日=None)))
    bad.write_bytes(a_roster(a_line(3, 类别="缓")))
    refused = ask(environ, "import", bad, "--as", "xu", "--dry-run")
    assert refused.exit_code == 1, refused.output
    assert "第 2 行 C 列(矫正类别)" in refused.output
    dry = ask(environ, "import", good, "--as", "xu", "--office", "双塔司法所", "--dry-run")
    assert (dry.exit_code, json.loads(dry.output)) == (0, {"rows": 2, "new": 2, "already_there": 0})
    for added, there in ((2, 0), (0, 2)):
        done = ask(environ, "import", good, "--as", "xu", "--office", "jiangshan-shuangta")
        assert json.loads(done.output) == {"rows": 2, "added": added, "already_there": there}
    engine = make_engine(fresh_database.url, limits=PATIENT)
    with transaction(engine) as tx:
        found = tx.execute(text("SELECT details ->> 'door' FROM audit WHERE action = 'roster.import'")).scalars()
        assert list(found) == ["command", "command"]
    engine.dispose()


@pytest.mark.parametrize(("login", "office"), [("nobody", None), ("reader", None), ("xu", "longyou-longzhou")])
def test_nobody_imports_beyond_what_they_may(
    environ: dict[str, str], tmp_path: Path, login: str, office: str | None
) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(a_roster(a_line(1)))
    asked = ask(environ, "import", file, "--as", login, *(["--office", office] if office else []))
    assert asked.exit_code == 2


def test_the_template_is_written(tmp_path: Path) -> None:
    assert ask({}, "template", tmp_path / "roster.xlsx").exit_code == 0
    assert (tmp_path / "roster.xlsx").read_bytes().startswith(b"PK")
