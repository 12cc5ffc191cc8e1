"""What a private PostgreSQL server is told at its start: its socket, what its logs may hold, and how careful it is."""

from pathlib import Path

PORT = 5432
"""Only names the socket's file; no TCP port is opened."""

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
"""What a production server runs with, and what a test needs that kills something and looks what is left."""

QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "30min",
}
"""For data that may be lost with the machine."""

SILENT = {
    "log_error_verbosity": "terse",  # not the row that broke a rule
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""Rows, statements and their parameters may hold names and coordinates: logs never do."""

COMMON = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    **SILENT,
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "jit": "off",
}


def settings_file(socket_folder: Path, *, durable: bool) -> str:
    """The whole text of postgresql.conf for a server whose socket lies in `socket_folder`."""
    settings = {**COMMON, **(SAFE if durable else QUICK), "unix_socket_directories": f'"{socket_folder}"'}
    lines = [f"{name} = '{_quoted(value)}'\n" for name, value in settings.items()]
    return "# Written anew at each start; a change made by hand does not last.\n" + "".join(lines)


def _quoted(value: str) -> str:
    return value.replace("'", "''")
