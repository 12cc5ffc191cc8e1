"""The import contracts catch what they are for: a small house in which each of them is broken once."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HOUSE = {
    "cli.py": "from app import worker",
    "simulation/replay.py": "from app import main",
    "main.py": "import flask_smorest\nfrom app.api import errors",
    "worker.py": "import apscheduler\nfrom app.jobs import schedule",
    "jobs/schedule.py": "from app.actions import checkins",
    "api/errors.py": "import flask_smorest",
    "api/mobile/checkins.py": "from app.api import errors\nfrom app.actions import checkins",
    "api/office/alerts.py": "from app.queries import alerts",
    "web/pages.py": "from app.queries import alerts",
    "access/table.py": "from app.rules import facts",
    "deps.py": "from app.store import session",
    "actions/alerts.py": "from app.store import session",
    "actions/checkins.py": "from app.store import session\nfrom app.rules import checkins",
    "queries/alerts.py": "from app.models import alert",
    "clients/datum.py": "import fast_geocn",
    "clients/file_bucket.py": "import botocore",
    "clients/images.py": "import PIL",
    "clients/papers.py": "import docx",
    "clients/pdf_papers.py": "import reportlab",
    "clients/push_apprise.py": "import apprise",
    "clients/roster_file.py": "import openpyxl",
    "clients/workbooks.py": "import openpyxl",
    "clients/push_fcm.py": "import firebase_admin\nfrom app import config",
    "store/session.py": "import sqlalchemy\nfrom app.models import alert",
    "models/alert.py": "import sqlalchemy",
    "rules/facts.py": "import dataclasses",
    "rules/wording/alerts.py": "from app.rules import facts",
    "rules/checkins.py": "import hmac\nfrom app.rules import facts\nfrom app.rules.wording import alerts",
    "rules/visits.py": "from app.rules import facts",
    "config.py": "import os",
    "metrics.py": "import prometheus_client",
}

BREACHES = {
    "Floors: imports only go down": ("store/session.py", "from app.queries import alerts"),
    "Each audience has its own API": ("api/office/alerts.py", "from app.api.mobile import checkins"),
    "HTTP never reaches tables or SQL": ("web/pages.py", "from app.store import session"),
    "Rules are pure": ("rules/wording/alerts.py", "import time"),
    "Rooms of rules stand on the leaves": ("rules/visits.py", "from app.rules import checkins"),
    "Actions never call one another": ("actions/alerts.py", "from app.actions import checkins"),
    "No cycles among siblings": ("rules/facts.py", "from app.rules import visits"),
    "One door to flask-smorest": ("web/pages.py", "import flask_smorest"),
    "One door to Firebase": ("jobs/schedule.py", "import firebase_admin"),
    "One door to fast-geocn": ("store/session.py", "import fast_geocn"),
    "One door to Apprise": ("jobs/schedule.py", "import apprise"),
    "Two doors to openpyxl": ("actions/alerts.py", "import openpyxl"),
    "One door to python-docx": ("jobs/schedule.py", "import docx"),
    "One door to reportlab": ("jobs/schedule.py", "import reportlab"),
    "One door to Pillow": ("jobs/schedule.py", "import PIL"),
    "One door to botocore": ("jobs/schedule.py", "import botocore"),
    "One door to Prometheus": ("jobs/schedule.py", "import prometheus_client"),
    "One door to APScheduler": ("jobs/schedule.py", "import apscheduler"),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, text in HOUSE.items():
        file = tmp_path / "app" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        for folder in [file.parent, *file.parent.parents]:
            if folder.is_relative_to(tmp_path / "app"):
                (folder / "__init__.py").touch()
        file.write_text(text + "\n")
    return tmp_path


def broken_in(house: Path) -> list[str]:
    """The names of the broken contracts."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(
        command, cwd=house, capture_output=True, text=True, check=False, env={"COLUMNS": "200", "PYTHONPATH": "."}
    )
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return [line.removesuffix(" BROKEN") for line in done.stdout.splitlines() if " BROKEN" in line]


def test_a_sound_house_breaks_none(house: Path) -> None:
    assert broken_in(house) == []


def test_each_breach_breaks_its_contract(house: Path) -> None:
    for name, line in BREACHES.values():
        with (house / "app" / name).open("a") as file:
            file.write(line + "\n")
    broken = broken_in(house)
    missed = [contract for contract in BREACHES if not any(found.startswith(contract) for found in broken)]
    assert missed == []


def test_a_new_floor_needs_its_place_in_the_list(house: Path) -> None:
    (house / "app" / "helpers.py").write_text("")
    assert broken_in(house) == ["Floors: imports only go down"]
