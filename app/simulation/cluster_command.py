"""Starts or stops the private cluster of a folder, for the scripts.

`python -m app.simulation.cluster_command start FOLDER` prints the environment that the service needs to reach the
database, one NAME=value a line.
"""

import sys
from pathlib import Path

import psycopg

from app.simulation.cluster import APPLICATION, OWNER, Cluster
from app.simulation.postgres import ClusterError

DATABASE = "zhifang"


def main(words: list[str]) -> int:
    """Do what the words say; 0 when done, 1 with one sentence on standard error when not."""
    try:
        match words:
            case ["start", folder]:
                _start(Cluster(Path(folder)))
            case ["stop", folder]:
                Cluster(Path(folder)).stop()
            case _:
                sys.stderr.write("Say `start FOLDER` or `stop FOLDER`.\n")
                return 1
    except ClusterError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (psycopg.Error, OSError) as error:
        sys.stderr.write(f"The private database cannot be used: {str(error).splitlines()[0]}\n")
        return 1
    return 0


def _start(cluster: Cluster) -> None:
    cluster.start()
    if not cluster.has_database(DATABASE):
        cluster.create_database(DATABASE)
    sys.stdout.write(f"DATABASE_URL={cluster.url(DATABASE, APPLICATION)}\n")
    sys.stdout.write(f"MIGRATION_DATABASE_URL={cluster.url(DATABASE, OWNER)}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
