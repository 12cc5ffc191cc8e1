"""The installed PostgreSQL: where its programs are, which user may run them, and running one."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LIBRARIES = Path("/usr/lib/postgresql")
SHARED = Path("/usr/share/postgresql")
"""Where Debian and Ubuntu keep the programs and the extensions of each major version."""

SYSTEM_USER = "postgres"
"""The user that the distribution's package creates, and that runs the server when we are root."""

TIMEOUT_S = 120


class ClusterError(Exception):
    """A private cluster could not be made, started or stopped; the message is one sentence for a person."""


@dataclass(frozen=True)
class ServerUser:
    """The user that runs the server. It may not be root: PostgreSQL refuses to."""

    uid: int
    gid: int

    def owns_itself(self) -> bool:
        """Whether that user is the one who runs this process, so that no change of user is needed."""
        return self.uid == os.geteuid()

    def prefix(self) -> list[str]:
        """The words in front of a command that make it run as this user."""
        if self.owns_itself():
            return []
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", "--"]

    def reaches(self, folder: Path) -> bool:
        """Whether this user may walk into `folder` (an existing one)."""
        if self.owns_itself():
            return os.access(folder, os.X_OK)
        command = [*self.prefix(), "test", "-x", str(folder)]
        return subprocess.run(command, check=False, cwd="/").returncode == 0  # noqa: S603 fixed words and a path


def server_user(folder: Path) -> ServerUser:
    """Who runs the server of `folder`: ourselves; for root, whoever owns the folder already, else the system's user."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid())
    if folder.exists() and folder.stat().st_uid != 0:
        return ServerUser(folder.stat().st_uid, folder.stat().st_gid)
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        message = f"PostgreSQL is not installed: the system has no user {SYSTEM_USER} to run it."
        raise ClusterError(message) from None
    return ServerUser(entry.pw_uid, entry.pw_gid)


def programs(data: Path) -> Path:
    """The folder of programs that fits the cluster in `data`: its own version, or the newest that has PostGIS."""
    marker = data / "PG_VERSION"
    if marker.exists():
        version = marker.read_text(encoding="ascii").strip()
        folder = LIBRARIES / version / "bin"
        if not (folder / "postgres").exists():
            message = f"The database in {data} was made by PostgreSQL {version}, which is not installed here."
            raise ClusterError(message)
        return folder
    versions = [place.parent.parent for place in SHARED.glob("*/extension/postgis.control")]
    found = [LIBRARIES / place.name / "bin" for place in versions if place.name.isdigit()]
    usable = sorted((folder for folder in found if (folder / "initdb").exists()), key=lambda f: int(f.parent.name))
    if not usable:
        message = "PostgreSQL with PostGIS is not installed; ./scripts/run and ./scripts/test install it."
        raise ClusterError(message)
    return usable[-1]


def run(user: ServerUser, command: Sequence[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as `user`, free of whatever PG* variables the caller's shell has set."""
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
    return subprocess.run(  # noqa: S603 the words are ours, no shell reads them
        [*user.prefix(), *command],
        check=False,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
    )
