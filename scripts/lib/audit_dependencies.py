"""Asks an advisory source about every pinned package, and says plainly when nobody could be asked.

Exits with 0 where no known fault was found, 1 where one was, 3 where the packages could not be audited: silence of the
source is never taken for a good answer.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOCKS = tuple(ROOT / "requirements" / name for name in ("runtime.txt", "development.txt"))
CLEAN, FAULTY, NOT_AUDITED = 0, 1, 3
LONGEST_S = 600


@dataclass(frozen=True)
class Answer:
    """What the source said of one lock file: how many packages it was asked about, and the faults it knows."""

    packages: int
    faults: tuple[str, ...]


class NotAudited(Exception):
    """The packages could not be asked about; the message says why."""


def main() -> int:
    """Audit each lock file and print what was found."""
    outcomes = set[int]()
    for lock in _arguments():
        try:
            answer = audit(lock)
        except NotAudited as error:
            sys.stderr.write(f"{lock.name}: NOT AUDITED: {error}\n")
            outcomes.add(NOT_AUDITED)
            continue
        sys.stdout.write("".join(f"{lock.name}: {fault}\n" for fault in answer.faults))
        sys.stdout.write(f"{lock.name}: {answer.packages} packages audited, {len(answer.faults)} known faults.\n")
        outcomes.add(FAULTY if answer.faults else CLEAN)
    return next(outcome for outcome in (FAULTY, NOT_AUDITED, CLEAN) if outcome in outcomes)


def audit(lock: Path) -> Answer:
    """Ask pip-audit (kept by the packaging authority), which reads the pins and hashes without resolving anything."""
    with tempfile.TemporaryDirectory(prefix="zhifang-audit-") as cache:
        told, complaint = _asked(lock, cache)
    try:
        packages: list[dict[str, Any]] = json.loads(told)["dependencies"]
    except (ValueError, KeyError):
        raise NotAudited(_why(complaint)) from None
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if skipped or not packages:
        raise NotAudited(f"no answer about {', '.join(skipped) or 'any package'}")
    faults = [_told(one, fault) for one in packages for fault in one["vulns"]]
    return Answer(len(packages), tuple(faults))


def _asked(lock: Path, cache: str) -> tuple[str, str]:
    """What the tool prints, and what it complains of."""
    command = [
        *(str(Path(sys.executable).parent / "pip-audit"), "--requirement", str(lock), "--require-hashes"),
        *("--disable-pip", "--vulnerability-service", "osv", "--format", "json", "--aliases", "on"),
        *("--progress-spinner", "off", "--timeout", "60", "--cache-dir", cache),
    ]
    try:
        done = subprocess.run(  # noqa: S603  (our own tool, our own arguments)
            command, capture_output=True, text=True, check=False, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired:
        raise NotAudited("the advisory source took too long") from None
    return done.stdout, done.stderr


def _told(package: dict[str, Any], fault: dict[str, Any]) -> str:
    ids = ", ".join([fault["id"], *fault["aliases"]])
    fixed = f"; fixed in {', '.join(fault['fix_versions'])}" if fault["fix_versions"] else ""
    return f"{package['name']} {package['version']}: {ids}{fixed}"


def _why(told: str) -> str:
    """The last line that says something; the rest is a traceback."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    source = os.environ.get("PIP_AUDIT_OSV_URL", "https://api.osv.dev/v1/query")
    return f"{source} gave no answer ({lines[-1][:300] if lines else 'nothing was said'})"


def _arguments() -> list[Path]:
    parser = argparse.ArgumentParser(description="Ask an advisory source about the pinned packages.")
    parser.add_argument("locks", nargs="*", type=Path, default=list(LOCKS), help="lock files; ours by default")
    found: list[Path] = parser.parse_args().locks
    return found


if __name__ == "__main__":
    sys.exit(main())
