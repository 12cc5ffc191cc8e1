"""The configuration of each part: the files of scripts/lib/compose with this layout's places in them."""

from pathlib import Path
from string import Template

from app.simulation.layout.places import APIS, CONFIGURATION, NODES, Places
from app.simulation.ports import HOST

QUICK = {"LEADER_TTL_S": "10", "LEADER_LOOP_S": "1", "LEADER_RETRY_S": "3"}
"""How soon a primary that fell silent is replaced. A county takes longer times (compose.yaml): its networks hiccup."""


def proxy_files(places: Places) -> dict[str, str]:
    """PgBouncer's and HAProxy's files by name."""
    run = places.folder / "front"
    values = {
        "PRIMARY_HOST": HOST,
        "PRIMARY_PORT": str(places.ports["primary"]),
        "PRIMARY_BIND": places.address("primary"),
        "BOUNCER_HOST": HOST,
        "BOUNCER_PORT": str(places.ports["bouncer"]),
        "BOUNCER_USERS": str(run / "users.txt"),
        "BOUNCER_POOL": "20",
        "PROXY_BIND": places.address("proxy"),
        "PROXY_ADMIN": str(run / "admin.sock"),
        "PROXY_AWAY": str(places.scripts / "away"),
    }
    values |= {f"API_{number}": places.address(api) for number, api in enumerate(APIS, 1)}
    for number, node in enumerate(NODES, 1):
        values[f"DATABASE_{number}"] = places.address(node)
        values[f"DATABASE_{number}_STATE_PORT"] = str(places.ports[f"{node}_state"])
    return {
        "pgbouncer.ini": _rendered("pgbouncer.ini", values),
        "haproxy.cfg": _rendered("haproxy.cfg", values),
        "users.txt": f'"zhifang_app" "{places.passwords["ZHIFANG_APP_PASSWORD"]}"\n',
    }


def node_files(places: Places, node: str, postgres_programs: Path) -> dict[str, str]:
    """Patroni's and pgBackRest's files of one database node by name."""
    run = places.folder / node
    values = {
        **QUICK,
        **places.passwords,
        "NODE_NAME": node,
        "NODE_HOST": HOST,
        "NODE_ADDRESS": HOST,
        "NODE_PORT": str(places.ports[node]),
        "NODE_STATE_PORT": str(places.ports[f"{node}_state"]),
        "NODE_DATA": str(places.data(node)),
        "NODE_RUN": str(run),
        "ETCD_HOSTS": places.address("etcd"),
        "POSTGRES_PROGRAMS": str(postgres_programs),
        "ROLES_SCRIPT": str(places.scripts / "roles.sh"),
        "SHARED_BUFFERS": "64MB",
        "MAX_WAL_SIZE": "256MB",
        "BACKUP_CONFIG": str(run / "pgbackrest.conf"),
    }
    return {
        "patroni.yml": _rendered("patroni.yml", values),
        "pgbackrest.conf": backup_file(places, [node], run),
    }


def backup_file(places: Places, nodes: list[str], run: Path) -> str:
    """The file of pgBackRest: a node knows itself alone, whoever makes backups knows both and takes the primary."""
    lines = []
    for number, node in enumerate(nodes, 1):
        lines += [
            f"pg{number}-path={places.data(node)}",
            f"pg{number}-port={places.ports[node]}",
            f"pg{number}-socket-path={places.folder / node}",
            f"pg{number}-user=postgres",
        ]
    values = {
        "BACKUP_REPOSITORY": str(places.repository),
        "BACKUP_KEY": places.passwords["BACKUP_KEY"],
        "BACKUP_FULLS": "2",
        "BACKUP_RUN": str(run),
        "BACKUP_NODES": "\n".join(lines),
    }
    return _rendered("pgbackrest.conf", values)


def _rendered(name: str, values: dict[str, str]) -> str:
    return Template((CONFIGURATION / name).read_text(encoding="utf-8")).substitute(values)
