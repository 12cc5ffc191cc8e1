"""Episodes and marks on disk."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.effects.places import DropEpisode, KeepEpisode, MarkFixes
from app.rules.facts import About, AlertKind
from app.rules.places import Known
from app.store.arrays import as_json

KNOWN = text(
    """
    SELECT e.subject_id, e.id, e.kind, e.about_kind, e.about_id, e.from_at, e.decided_at, e.until, e.ended_at,
           e.last_seen_at, e.fixes, e.judged_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:since AS timestamptz[])) AS t(subject_id, since)
    JOIN place_episodes e ON e.subject_id = t.subject_id AND e.withdrawn_at IS NULL
     AND (e.ended_at IS NULL OR e.ended_at >= t.since)
    ORDER BY e.subject_id, e.from_at, e.id
    """
)

KEEP = text(
    """
    INSERT INTO place_episodes (id, subject_id, kind, about_kind, about_id, from_at, decided_at, until, ended_at, over,
                                how, last_seen_at, fixes, late, judged_at)
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        id uuid, subject_id uuid, kind text, about_kind text, about_id uuid, from_at timestamptz,
        decided_at timestamptz, until timestamptz, ended_at timestamptz, over text, how text, last_seen_at timestamptz,
        fixes integer, late boolean, judged_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET
        from_at = excluded.from_at, decided_at = excluded.decided_at, until = excluded.until,
        ended_at = excluded.ended_at, over = excluded.over, last_seen_at = excluded.last_seen_at,
        fixes = excluded.fixes, judged_at = excluded.judged_at
    """
)

DROP = text("UPDATE place_episodes SET withdrawn_at = :at WHERE id = ANY(:ids)")

UNMARK = text(
    """
    DELETE FROM position_marks m USING unnest(CAST(:ids AS uuid[]), CAST(:since AS timestamptz[])) AS t(id, since)
    WHERE m.subject_id = t.id AND m.at >= t.since
    """
)

MARK = text(
    """
    INSERT INTO position_marks (subject_id, at, position_id, mark, marked_at)
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        subject_id uuid, at timestamptz, position_id uuid, mark text, marked_at timestamptz)
    ON CONFLICT DO NOTHING
    """
)


def known(tx: Connection, subjects: Mapping[UUID, datetime]) -> Mapping[UUID, list[Known]]:
    """The episodes of each subject that were not over by its instant. One query."""
    if not subjects:
        return {}
    found: dict[UUID, list[Known]] = defaultdict(list)
    for row in tx.execute(KNOWN, {"ids": list(subjects), "since": list(subjects.values())}):
        found[row.subject_id].append(
            Known(
                id=row.id,
                kind=AlertKind(row.kind),
                about=About(row.about_kind, row.about_id),
                from_at=row.from_at,
                decided_at=row.decided_at,
                until=row.until,
                ended_at=row.ended_at,
                last_seen_at=row.last_seen_at,
                fixes=row.fixes,
                judged_at=row.judged_at,
            )
        )
    return found


def keep(tx: Connection, effects: Sequence[KeepEpisode]) -> None:
    """Write episodes, or what is new of them; any number in one statement."""
    tx.execute(KEEP, {"rows": as_json([_row(effect) for effect in effects])})


def drop(tx: Connection, effects: Sequence[DropEpisode]) -> None:
    """Episodes that have no ground are kept as withdrawn."""
    tx.execute(DROP, {"ids": [effect.id for effect in effects], "at": effects[0].at})


def mark(tx: Connection, effects: Sequence[MarkFixes]) -> None:
    """Write what is thought of each subject's fixes from an instant on, in place of what was thought before."""
    tx.execute(UNMARK, {"ids": [e.subject_id for e in effects], "since": [e.since for e in effects]})
    rows = [
        {"subject_id": e.subject_id, "at": at, "position_id": fix_id, "mark": name, "marked_at": e.at}
        for e in effects
        for at, fix_id, name in e.marks
    ]
    if rows:
        tx.execute(MARK, {"rows": as_json(rows)})


def _row(effect: KeepEpisode) -> dict[str, object]:
    return {
        "id": effect.id,
        "subject_id": effect.subject_id,
        "kind": effect.kind,
        "about_kind": effect.about.kind,
        "about_id": effect.about.id,
        "from_at": effect.from_at,
        "decided_at": effect.decided_at,
        "until": effect.until,
        "ended_at": effect.ended_at,
        "over": effect.over,
        "how": effect.how,
        "last_seen_at": effect.last_seen_at,
        "fixes": effect.fixes,
        "late": effect.late,
        "judged_at": effect.at,
    }
