"""The first office and its admin; and the command that writes them."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from app.actions.found_province import Founding, found_province
from app.rules.errors import Conflict, Refused
from app.store import policies
from app.store.shipped_policies import shipped
from tests.builders.app import MONDAY
from tests.builders.users import PASSWORD, password_hash
from tests.database import Database

ROOT = Path(__file__).resolve().parents[2]


def zhejiang(code: str = "330000", login: str = "admin") -> Founding:
    return Founding(code, "浙江省司法厅", login, "管理员", password_hash(), shipped("jiangshan"))


def test_a_province_with_its_admin_and_policy(tx: Connection) -> None:
    office_id = found_province(tx, zhejiang(), now=MONDAY)
    roles = tx.execute(text("SELECT u.login, r.role, r.office_id FROM users u JOIN user_roles r ON r.user_id = u.id"))
    assert [tuple(row) for row in roles] == [("admin", "admin", office_id)]
    assert policies.of_office(tx, office_id, at=MONDAY).policy.name == "jiangshan"
    acts = tx.execute(text("SELECT actor_kind, action, object_id FROM audit")).all()
    assert [tuple(act) for act in acts] == [("job", "province.found", office_id)]


def test_a_province_is_founded_once(tx: Connection) -> None:
    found_province(tx, zhejiang(), now=MONDAY)
    with pytest.raises(Conflict, match="office_exists"):
        found_province(tx, zhejiang(login="second"), now=MONDAY)
    with pytest.raises(Conflict, match="login_taken"):
        found_province(tx, zhejiang("340000"), now=MONDAY)


def test_only_a_province_stands_alone(tx: Connection) -> None:
    with pytest.raises(Refused, match="adcode_unfit"):
        found_province(tx, zhejiang("330881"), now=MONDAY)


def zhifang(database: Database, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    key = base64.b64encode(os.urandom(32)).decode()
    settings = {
        "ZHIFANG_MODE": "test",
        "DATABASE_URL": database.url,
        "ZHIFANG_TOKEN_SECRET": os.urandom(24).hex(),
        "ZHIFANG_WEB_SECRET": os.urandom(24).hex(),
        "ZHIFANG_WINDOW_SECRET": os.urandom(24).hex(),
        "ZHIFANG_IDENTITY_KEY": key,
        "ZHIFANG_IDENTITY_HASH_KEY": key,
        "ZHIFANG_PASSWORD_ROUNDS": "1",
        "ZHIFANG_PASSWORD_MEMORY_KIB": "8",
        "ZHIFANG_ADMIN_PASSWORD": password,
    }
    options = ["--province", "330000", "--name", "浙江省司法厅", "--login", "admin", "--person", "管理员"]
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "found", *options],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_command(fresh_database: Database) -> None:
    weak = zhifang(fresh_database, "aaaaaaaaaa")
    assert (weak.returncode, weak.stdout) == (2, "")
    assert "密码" in weak.stderr
    assert zhifang(fresh_database).returncode == 0
    again = zhifang(fresh_database)
    assert (again.returncode, "Traceback" in again.stderr) == (2, False)
    engine = create_engine(fresh_database.owner_url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT json_agg(login)::text FROM users")).scalar_one()
    engine.dispose()
    assert json.loads(found) == ["admin"]
