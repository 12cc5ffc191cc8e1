"""What the tables need from time to time: partitions ahead, and the end of what may be kept no longer."""

from datetime import date, datetime

from sqlalchemy import Connection, text

PARTITIONS = text("SELECT ensure_position_partitions(CAST(:from_month AS date), :months)")

PURGES = {
    "poison": text("DELETE FROM poison WHERE received_at < :before"),
    "job_runs": text("DELETE FROM job_runs WHERE started_at < :before"),
    "uptimes": text("DELETE FROM uptimes WHERE last_at < :before"),
    "throttles": text("DELETE FROM throttles WHERE at < :before"),
    "wrong_log_ins": text("DELETE FROM wrong_log_ins WHERE at < :before"),
    "totps": text("DELETE FROM totps WHERE ended_at < :before"),
    "recovery_codes": text("DELETE FROM recovery_codes WHERE ended_at < :before"),
    "user_channels": text(
        "UPDATE user_channels SET cipher = NULL, hint = '' WHERE retired_at < :before AND cipher IS NOT NULL"
    ),
}


def ensure_partitions(tx: Connection, *, from_month: date, months: int) -> int:
    """Make the monthly partitions of positions that are not there yet; gives how many were made."""
    return int(tx.execute(PARTITIONS, {"from_month": from_month, "months": months}).scalar_one())


def purge(tx: Connection, table: str, *, before: datetime) -> int:
    """Delete what one of PURGES names, where it is older than `before`; gives how many rows."""
    return int(tx.execute(PURGES[table], {"before": before}).rowcount)
