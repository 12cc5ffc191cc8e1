"""Where the parts of a layout are: folders, ports, passwords; noted in its folder for other processes to find."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from app.simulation.ports import HOST, free_ports

ROOT = Path(__file__).resolve().parents[3]
CONFIGURATION = ROOT / "scripts" / "lib" / "compose"
"""The very files that the containers run with."""

NODES = ("database1", "database2")
APIS = ("api1", "api2")
WORKERS = ("worker1", "worker2")

PORTS = ("etcd", "etcd_peers", *NODES, "database1_state", "database2_state", "primary", "bouncer", *APIS, "proxy")
PASSWORDS = (
    "PATRONI_PASSWORD",
    "REPLICATION_PASSWORD",
    "REWIND_PASSWORD",
    "ZHIFANG_OWNER_PASSWORD",
    "ZHIFANG_APP_PASSWORD",
    "BACKUP_KEY",
)


@dataclass(frozen=True)
class Places:
    """The addresses and passwords of one layout. They stay the same from start to start."""

    folder: Path
    ports: dict[str, int]
    passwords: dict[str, str]

    def address(self, name: str) -> str:
        """`host:port` of a part."""
        return f"{HOST}:{self.ports[name]}"

    def http(self, name: str) -> str:
        """The base address of a part that speaks HTTP."""
        return f"http://{self.address(name)}"

    def data(self, node: str) -> Path:
        """The cluster of a database node."""
        return self.folder / node / "data"

    @property
    def scripts(self) -> Path:
        """Copies of the scripts that the database's user runs: our own folder may be closed to that user."""
        return self.folder / "scripts"

    @property
    def repository(self) -> Path:
        """Where backups and archived logs lie."""
        return self.folder / "repository"

    @property
    def pooled_url(self) -> str:
        """The database as the service uses it: through PgBouncer."""
        return f"postgresql://zhifang_app:{self.passwords['ZHIFANG_APP_PASSWORD']}@{self.address('bouncer')}/zhifang"

    def node_url(self, node: str) -> str:
        """One database node, whatever it is, as the application."""
        return f"postgresql://zhifang_app:{self.passwords['ZHIFANG_APP_PASSWORD']}@{self.address(node)}/zhifang"

    def direct_url(self, role: str) -> str:
        """The database past PgBouncer: both nodes are named, and the one that may be written to is taken."""
        password = self.passwords[f"{role}_password".upper()]
        hosts, ports = ",".join(HOST for _ in NODES), ",".join(str(self.ports[node]) for node in NODES)
        limits = "connect_timeout=2&keepalives_idle=10&keepalives_interval=5&keepalives_count=3"
        return (
            f"postgresql://{role}:{quote(password)}@/zhifang?host={hosts}&port={ports}"
            f"&target_session_attrs=read-write&{limits}"
        )


def places_of(folder: Path) -> Places:
    """The places of the layout in `folder`, drawn at its first start. The folder must exist."""
    notes = folder / "places.json"
    if not notes.exists():
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        drawn = {"ports": ports, "passwords": {name: secrets.token_hex(24) for name in PASSWORDS}}
        notes.touch(mode=0o600)
        notes.write_text(json.dumps(drawn, indent=1), encoding="utf-8")
    return Places(folder, **json.loads(notes.read_text(encoding="utf-8")))
