"""Layouts for one run lie in temporary folders that name their process; what a killed one left is removed."""

import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

from app.simulation.layout.part import children
from app.simulation.layout.places import NODES

THROWAWAY = "zhifang-layout-"


def layout_folder(owner_pid: int, parent: Path) -> Path:
    """A new folder for a layout that may be removed when the process `owner_pid` is gone. Clears away older ones."""
    for folder in parent.glob(f"{THROWAWAY}*-*"):
        pid = folder.name.removeprefix(THROWAWAY).split("-")[0]
        if pid.isdigit() and folder.stat().st_uid == os.geteuid() and not (Path("/proc") / pid).exists():
            remove_layout(folder)
    made = Path(tempfile.mkdtemp(prefix=f"{THROWAWAY}{owner_pid}-", dir=parent))
    made.chmod(0o711)  # the database's user walks through it to its own folder
    return made


def remove_layout(folder: Path) -> None:
    """Remove the folder, and kill what PostgreSQL still runs in it: its other parts ended with their process."""
    for node in NODES:
        with suppress(OSError, IndexError, ValueError):
            pid = int((folder / node / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
            if str(folder).encode() in (Path("/proc") / str(pid) / "cmdline").read_bytes():
                for each in (pid, *children(pid)):
                    os.kill(each, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
