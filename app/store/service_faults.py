"""Faults of the service: one lasting row for each code, and whom to tell."""

from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, text

from app.rules.service_faults import Fault

FAULTS = uuid5(NAMESPACE_URL, "zhifang:service_fault")

SEEN = text(
    """
    INSERT INTO service_faults (id, code, opened_at, seen_at, count)
    SELECT f.id, f.code, :now, :now, f.n
    FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[]), CAST(:counts AS bigint[])) AS f(id, code, n)
    ON CONFLICT (code) WHERE recovered_at IS NULL DO UPDATE SET seen_at = excluded.seen_at, count = excluded.count
    RETURNING id, code, count AS n, opened_at, recovered_at
    """
)

GONE = text(
    """
    UPDATE service_faults SET recovered_at = :now
    WHERE recovered_at IS NULL AND code = ANY(:looked_for) AND code <> ALL(:found)
    RETURNING id, code, count AS n, opened_at, recovered_at
    """
)

# A fault concerns whoever runs the service: the administrators of the highest office that has any.
ADMINISTRATORS = text(
    """
    SELECT r.user_id FROM user_roles r
    JOIN users u ON u.id = r.user_id AND u.disabled_at IS NULL
    JOIN offices o ON o.id = r.office_id
    WHERE r.role = 'admin' AND r.held @> CAST(:now AS timestamptz)
    GROUP BY r.user_id, u.login, o.path
    HAVING array_length(string_to_array(o.path, '.'), 1) = (
        SELECT min(array_length(string_to_array(p.path, '.'), 1)) FROM user_roles x
        JOIN users y ON y.id = x.user_id AND y.disabled_at IS NULL
        JOIN offices p ON p.id = x.office_id
        WHERE x.role = 'admin' AND x.held @> CAST(:now AS timestamptz))
    ORDER BY u.login
    """
)


def record(tx: Connection, found: Mapping[str, int], looked_for: tuple[str, ...], *, now: datetime) -> list[Fault]:
    """Note what was found, and what was looked for and is gone. Gives the faults that last, and those just over."""
    codes = sorted(code for code, n in found.items() if n)
    gone = tx.execute(GONE, {"now": now, "looked_for": list(looked_for), "found": codes}).all()
    rows = [*gone]
    if codes:
        ids = [uuid5(FAULTS, f"{code}|{now.isoformat()}") for code in codes]
        counts = [found[code] for code in codes]
        rows += tx.execute(SEEN, {"now": now, "ids": ids, "codes": codes, "counts": counts}).all()
    return [Fault(row.id, row.code, row.n, row.opened_at, row.recovered_at) for row in rows]


def administrators(tx: Connection, *, now: datetime) -> list[UUID]:
    """Whoever is told of faults, in the order of their log-ins."""
    return list(tx.execute(ADMINISTRATORS, {"now": now}).scalars())
