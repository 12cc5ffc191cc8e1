"""The chain over the audit: how far it has come, what keeps it, and whether everything is as it was sealed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from app.rules.audit_chain import BREAKS, Break, Checkpoints, Head, Horizon, look
from app.store import audit_chain

CHUNK = 20_000
LATE = timedelta(minutes=10)

LAST_ID = 2**63 - 1

LATE_ACTS = text(
    """
    SELECT count(*) AS late, min(id) AS first
    FROM (SELECT id FROM audit WHERE id > :after AND id <= :until AND at < :before ORDER BY id LIMIT 1000) AS late
    """
)
SEALED_FROM = text("SELECT seq, sealed_at FROM audit_seals WHERE seq >= :seq ORDER BY seq LIMIT 1")
LINK_BEFORE = text("SELECT seq, audit_id, hash FROM audit_seals WHERE seq < :seq ORDER BY seq DESC LIMIT 1")

Reading = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True)
class Verdict:
    """How many acts were found as they were sealed, up to which link, and the first that was not."""

    verified: int
    head: Head
    broken: Break | None = None


def told(verdict: Verdict, checkpoints: Checkpoints, *, seconds: float) -> str:
    """The verdict in words, for those who look after the service."""
    speed = f"{seconds:.1f} s, {verdict.verified / max(seconds, 0.001):,.0f} rows/s"
    lines = [f"{verdict.verified:,} rows are as they were sealed ({speed})."]
    if (broken := verdict.broken) is not None:
        row = "" if broken.audit_id is None else f", row {broken.audit_id}"
        lines.append(f"BROKEN at link {broken.seq:,}{row}: {broken.code}: {BREAKS[broken.code]}.")
    else:
        lines.append(f"The chain ends with link {verdict.head.seq:,}, hash {verdict.head.hash.hex()}.")
    if not checkpoints.hashes:
        lines.append("No checkpoints were given: whether the end was cut off, or all made anew, is not shown.")
    return "\n".join(lines)


def settled(connection: Connection) -> Horizon:
    """Up to where the audit can be sealed, once those who write now have ended."""
    return audit_chain.horizon(connection)


def waited_for(connection: Connection, horizon: Horizon) -> int:
    """How many of those who wrote at the horizon are still at it."""
    return len(horizon.writers & audit_chain.writers(connection)) if horizon.writers else 0


def head(connection: Connection) -> Head:
    """The newest link; number 0 where nothing is sealed yet."""
    return audit_chain.head(connection)


def overdue(connection: Connection, horizon: Horizon, *, now: datetime, after: timedelta = LATE) -> int:
    """How many acts below the horizon wait for their seal longer than that, at most 1,000."""
    end = audit_chain.head(connection)
    values = {"after": end.audit_id, "until": horizon.audit_id, "before": now - after}
    return int(connection.execute(LATE_ACTS, values).one().late)


def verify(
    reading: Reading,
    checkpoints: Checkpoints,
    *,
    now: datetime,
    sealed_from: datetime | None = None,
    sealed_to: datetime | None = None,
    late: timedelta = LATE,
) -> Verdict:
    """Go over the chain and its acts in chunks, each on a connection of `reading`, and stop at the first break.

    With `sealed_from` or `sealed_to` only over what was sealed in that time; then the hash before it is taken on trust,
    and what comes after it is not looked at.
    """
    with reading() as connection:
        start = _before(connection, sealed_from) if sealed_from else Head()
        last = _before(connection, sealed_to).seq if sealed_to else None
    end, broken = _walked(reading, start, last, checkpoints)
    if broken is None and last is None:
        with reading() as connection:
            broken = _end(connection, end, checkpoints, now - late)
    return Verdict(end.seq - start.seq, end, broken)


def _walked(reading: Reading, at: Head, last: int | None, checkpoints: Checkpoints) -> tuple[Head, Break | None]:
    """The last link that fits, up to the one numbered `last`, and what is wrong with the next."""
    while last is None or at.seq < last:
        with reading() as connection:
            links = audit_chain.links(connection, after=at.seq, limit=min(CHUNK, (last or LAST_ID) - at.seq))
            if not links:
                break
            # One more than there are links: more of them stand between links to which they do not belong.
            until = max(one.audit_id for one in links)
            acts = audit_chain.acts(connection, after=at.audit_id, until=until, limit=len(links) + 1)
        looked = look(at, links, acts, checkpoints)
        at = looked.head
        if looked.broken is not None:
            return at, looked.broken
    return at, None


def _end(connection: Connection, end: Head, checkpoints: Checkpoints, before: datetime) -> Break | None:
    """What is wrong with the end of the chain."""
    beyond = checkpoints.beyond(end)
    if beyond is not None:
        return Break("cut", beyond)
    values = {"after": end.audit_id, "until": LAST_ID, "before": before}
    late = connection.execute(LATE_ACTS, values).one()
    return Break("unsealed", end.seq + 1, late.first) if late.first is not None else None


def _before(connection: Connection, moment: datetime) -> Head:
    """The last link that was sealed before that moment, searched by halves: links follow one another in time."""
    low, high = 1, audit_chain.head(connection).seq + 1
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(SEALED_FROM, {"seq": middle}).one_or_none()
        if row is None or row.sealed_at >= moment:
            high = middle
        else:
            low = row.seq + 1
    found = connection.execute(LINK_BEFORE, {"seq": low}).one_or_none()
    return Head(*found) if found else Head()
