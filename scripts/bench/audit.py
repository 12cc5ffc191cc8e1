"""The chain over the audit: how fast a million acts are sealed and looked over, beside only reading the columns."""

import time
from datetime import UTC, datetime

from app.deps import Deps, make_deps
from app.jobs.audit_chain import seal
from app.queries.audit_chain import verify
from app.rules.audit_chain import Checkpoints
from app.store.audit_chain import COLUMNS
from scripts.bench.report import interleaved, ratios, spread, table, tell
from scripts.bench.service import Service, service

ACTS = 1_000_000
AT = datetime(2026, 3, 2, tzinfo=UTC)

SEED = """
    INSERT INTO audit (at, actor_kind, actor_id, action, subject_id, object_kind, object_id, reason, details)
    SELECT timestamptz '2026-03-02' + n * interval '1 second', 'user', gen_random_uuid(), 'tracks.read',
           gen_random_uuid(), NULL, NULL, '核实签到地点 ' || n,
           jsonb_build_object('from', '2026-03-01T00:00:00+00:00', 'to', '2026-03-02T00:00:00+00:00',
                              'points', n %% 500, 'of', n)
    FROM generate_series(1, %s) AS n
"""


def bench() -> str:
    """A section in Markdown: sealing and looking over in rows a second."""
    with service() as made:
        tell(f"adding {ACTS:,} acts")
        with made.connect() as connection:
            connection.execute(SEED, [ACTS])
        deps = make_deps(made.settings)
        begun = time.perf_counter()
        sealed = seal(deps, AT)["sealed"]
        sealing = sealed / (time.perf_counter() - begun)
        made.settle()
        found = interleaved({"read": lambda: _read(made), "verify": lambda: _verify(deps)})
        deps.engine.dispose()
    rows = [
        ("sealed by the job", f"{sealing:,.0f}", ""),
        ("only read, by COPY", spread(found["read"]), ""),
        ("looked over", spread(found["verify"]), spread(ratios(found["verify"], found["read"]), ".2f")),
    ]
    return f"### Audit\n\n{ACTS:,} acts.\n\n{table(('', 'rows a second', 'part of only reading'), rows)}"


def _read(made: Service) -> float:
    """Rows a second of nothing but reading the columns that are hashed."""
    begun, size = time.perf_counter(), 0
    read = f"COPY (SELECT {COLUMNS} FROM audit ORDER BY id) TO STDOUT"  # noqa: S608  (constants of our own)
    with made.connect() as connection, connection.cursor() as cursor, cursor.copy(read) as rows:
        for chunk in rows:
            size += len(chunk)
    if not size:
        message = "nothing was read"
        raise RuntimeError(message)
    return ACTS / (time.perf_counter() - begun)


def _verify(deps: Deps) -> float:
    """Rows a second of a whole look; RuntimeError where it does not end well."""
    begun = time.perf_counter()
    verdict = verify(deps.autocommit, Checkpoints(), now=AT)
    if verdict.broken or verdict.verified != ACTS:
        message = f"the chain is not whole: {verdict}"
        raise RuntimeError(message)
    return ACTS / (time.perf_counter() - begun)
