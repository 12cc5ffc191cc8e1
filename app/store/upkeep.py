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
}


def ensure_partitions(tx: Connection, *, from_month: date, months: int) -> int:
    """Make the monthly partitions of positions that are not there yet; gives how many were made."""
    return int(tx.execute(PARTITIONS, {"from_month": from_month, "months": months}).scalar_one())


def purge(tx: Connection, table: str, *, before: datetime) -> int:
    """Delete the rows of one of PURGES that are older than `before`; gives how many."""
    return int(tx.execute(PURGES[table], {"before": before}).rowcount)
