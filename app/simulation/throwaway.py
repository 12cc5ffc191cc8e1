"""Clusters for one run: a replay, a test session. They lie in a temporary folder and are removed at the end.

The folder's name tells the process that it belongs to. Where that process was killed before it could tidy up, whoever
makes the next throw-away cluster removes what it left.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.simulation.cluster import Cluster
from app.simulation.postgres import ClusterError, server_user

THROWAWAY = "zhifang-pg-"


@contextmanager
def throwaway_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A running cluster in a temporary folder; it is stopped and removed at the end."""
    folder = throwaway_folder(os.getpid())
    cluster = Cluster(folder, durable=durable)
    try:
        cluster.start()
        yield cluster
    finally:
        remove(folder)


def throwaway_folder(owner_pid: int) -> Path:
    """A new folder for a cluster that may be removed when the process `owner_pid` is gone. Clears away older ones."""
    remove_abandoned()
    return Path(tempfile.mkdtemp(prefix=f"{THROWAWAY}{owner_pid}-", dir=_temporary()))


def remove_abandoned() -> None:
    """Stop and remove throw-away clusters of ours whose process was killed before it could do so."""
    for folder in _temporary().glob(f"{THROWAWAY}*-*"):
        with suppress(ClusterError, FileNotFoundError):  # another process may be removing the same one
            if _is_abandoned(folder):
                remove(folder)


def _is_abandoned(folder: Path) -> bool:
    pid = folder.name.removeprefix(THROWAWAY).split("-")[0]
    ours = {os.geteuid(), server_user(folder).uid}
    return pid.isdigit() and folder.lstat().st_uid in ours and not folder.is_symlink() and not _is_alive(int(pid))


def remove(folder: Path) -> None:
    """Stop the throw-away cluster in `folder`, if one runs, and remove the folder."""
    try:
        Cluster(folder).stop(at_once=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _temporary() -> Path:
    """A folder for temporary files into which the server's user can walk."""
    chosen = Path(tempfile.gettempdir())
    return chosen if server_user(chosen).reaches(chosen) else Path("/tmp")  # noqa: S108 only names below are made, by mkdtemp


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
