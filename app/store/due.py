"""What time has made due: subjects to be planned, duties to be opened, reminded of, judged. Found by partial indexes.

A sweep first lists ids without a lock, then claims a chunk of them: whatever another sweeper holds, or has done in the
meantime, is left out. A claim takes the subject's lock first, as every change to one subject does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, TextClause, text

from app.rules.duties import DutyFacts, JudgeFacts, PhoneFacts
from app.rules.facts import Category, Channel, DutyKind, DutyState, Obligor
from app.rules.intake import Judgment
from app.rules.planning import HORIZON, STEP
from app.store import outages, policies, uptimes

AHEAD = HORIZON - STEP
"""A subject whose plan reaches less far than this is planned again."""


@dataclass(frozen=True)
class Sweep:
    """One kind of work: its column of time, its table's key, and which rows have it to do."""

    table: str
    key: str
    column: str
    waiting: str

    def listing(self) -> TextClause:
        """Ids that are due, after a place in their order."""
        return text(
            f"""
            SELECT {self.column} AS at, {self.key} AS id FROM {self.table}
            WHERE {self.waiting} AND {self.column} <= :due_by
              AND ({self.column}, {self.key}) > (coalesce(CAST(:after_at AS timestamptz), '-infinity'),
                                                 coalesce(CAST(:after_id AS uuid), CAST(:lowest AS uuid)))
            ORDER BY {self.column}, {self.key} LIMIT :limit
            """  # noqa: S608  (constants of this file)
        )


PLAN = Sweep("subject_states", "subject_id", "planned_until", "planned_until IS NOT NULL")
OPEN = Sweep("duties", "id", "opens_at", "state = 'planned'")
REMIND = Sweep(
    "duties", "id", "remind_at", "remind_at IS NOT NULL AND reminded_at IS NULL AND state IN ('planned', 'open')"
)
JUDGE = Sweep("duties", "id", "judge_at", "state IN ('planned', 'open')")
REJUDGE = Sweep("subject_states", "subject_id", "rejudge_from", "rejudge_from IS NOT NULL")
SILENCE = Sweep("subject_states", "subject_id", "silence_check_at", "silence_check_at IS NOT NULL")
LOOK_AGAIN = Sweep("subject_states", "subject_id", "look_again_at", "look_again_at IS NOT NULL")
HEARD_AGAIN = Sweep("subject_states", "subject_id", "heard_again_at", "heard_again_at IS NOT NULL")
OCCASIONS = Sweep("occasions", "id", "known_at", "planned_at IS NULL AND withdrawn_at IS NULL")
CAUSES = Sweep("subject_states", "subject_id", "cause_check_at", "cause_check_at IS NOT NULL")

_LISTINGS = {
    sweep: sweep.listing()
    for sweep in (PLAN, OCCASIONS, OPEN, REMIND, JUDGE, REJUDGE, LOOK_AGAIN, SILENCE, HEARD_AGAIN, CAUSES)
}
_LOWEST = UUID(int=0)


@dataclass(frozen=True)
class Due:
    """Something that is due: its place in the order of the sweep."""

    at: datetime
    id: UUID


def listed(tx: Connection, sweep: Sweep, *, now: datetime, limit: int, after: Due | None = None) -> tuple[Due, ...]:
    """The next ids that are due at `now`, the oldest first; nothing is locked."""
    rows = tx.execute(
        _LISTINGS[sweep],
        {
            "due_by": now + AHEAD if sweep is PLAN else now,
            "after_at": after.at if after else None,
            "after_id": after.id if after else None,
            "lowest": _LOWEST,
            "limit": limit,
        },
    )
    return tuple(Due(row.at, row.id) for row in rows)


CLAIM_SUBJECTS = text(
    """
    SELECT subject_id FROM subject_states
    WHERE subject_id = ANY(:ids) AND planned_until <= :due_by
    ORDER BY subject_id FOR UPDATE SKIP LOCKED
    """
)


def claim_subjects(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> tuple[UUID, ...]:
    """Lock those of the subjects whose plan is still too short."""
    rows = tx.execute(CLAIM_SUBJECTS, {"ids": list(subject_ids), "due_by": now + AHEAD})
    return tuple(rows.scalars())


def claim_duties(tx: Connection, sweep: Sweep, duty_ids: Sequence[UUID], *, now: datetime) -> tuple[UUID, ...]:
    """Lock those of the duties that the sweep still has to do, with their subjects."""
    return tuple(tx.execute(_CLAIMS[sweep], {"ids": list(duty_ids), "due_by": now}).scalars())


def _claim(sweep: Sweep) -> TextClause:
    return text(
        f"""
        SELECT d.id FROM duties d JOIN subject_states t ON t.subject_id = d.subject_id
        WHERE d.id = ANY(:ids) AND {sweep.waiting} AND d.{sweep.column} <= :due_by
        ORDER BY d.{sweep.column}, d.id FOR UPDATE OF t, d SKIP LOCKED
        """  # noqa: S608  (constants of this file)
    )


_CLAIMS = {sweep: _claim(sweep) for sweep in (OPEN, REMIND, JUDGE)}

FACTS = """
    SELECT d.id, d.subject_id, d.kind, d.obligor, d.state, d.opens_at, d.due_at, d.random, d.rule_code,
           d.policy_version_id, d.created_at, s.channel, s.ended_at, t.last_heard_at,
           CASE WHEN d.state = 'planned' THEN s.office_id ELSE d.office_id END AS office_id{more}
    FROM duties d
    JOIN subjects s ON s.id = d.subject_id
    JOIN subject_states t ON t.subject_id = d.subject_id{joined}
    WHERE d.id = ANY(:ids)
    ORDER BY d.due_at, d.id
"""

PLAIN_FACTS = text(FACTS.format(more="", joined=""))

# What another phone said before the present one was bound says nothing of this one.
JUDGE_FACTS = text(
    FACTS.format(
        more=""", h.battery_percent, h.location_permission, coalesce(h.battery_saver, false) AS battery_saver,
           h.network, d.kind IN ('check_in', 'spot_check') AND EXISTS (SELECT FROM attempts a
               WHERE a.subject_id = d.subject_id AND a.received_at >= d.opens_at AND a.officer_id IS NULL) AS tried""",
        joined="""
    LEFT JOIN LATERAL (
        SELECT battery_percent, location_permission, battery_saver, network FROM device_health
        WHERE subject_id = d.subject_id AND received_at >= coalesce(
            (SELECT max(lower(b.bound)) FROM device_bindings b WHERE b.subject_id = d.subject_id), '-infinity')
        ORDER BY received_at DESC LIMIT 1) h ON true""",
    )
)


def facts(tx: Connection, duty_ids: Sequence[UUID]) -> tuple[DutyFacts, ...]:
    """The duties as their rule needs them, in order of time. The caller has claimed them."""
    return tuple(_duty(row) for row in tx.execute(PLAIN_FACTS, {"ids": list(duty_ids)}))


def judge_facts(tx: Connection, duty_ids: Sequence[UUID], *, now: datetime) -> tuple[JudgeFacts, ...]:
    """The duties with all that their judgment looks at. The caller has claimed them. Four queries for any number."""
    rows = tx.execute(JUDGE_FACTS, {"ids": list(duty_ids)}).all()
    if not rows:
        return ()
    versions = policies.by_id(tx, {row.policy_version_id for row in rows})
    gaps = uptimes.gaps(tx, uptimes.API, since=min(row.opens_at for row in rows), now=now)
    holds = outages.holds(tx, [row.subject_id for row in rows], since=min(row.opens_at for row in rows))
    return tuple(
        JudgeFacts(
            duty=_duty(row),
            rule_code=row.rule_code,
            planned_at=row.created_at,
            policy_version_id=row.policy_version_id,
            policy=versions[row.policy_version_id],
            gaps=tuple(gap for gap in gaps if gap.touches(row.opens_at, row.due_at)),
            holds=holds.get(row.subject_id, ()),
            phone=PhoneFacts(
                row.last_heard_at,
                row.battery_percent,
                row.location_permission,
                row.battery_saver,
                row.network,
                row.tried,
            ),
        )
        for row in rows
    )


def _duty(row: Any) -> DutyFacts:
    return DutyFacts(
        id=row.id,
        subject_id=row.subject_id,
        office_id=row.office_id,
        kind=DutyKind(row.kind),
        obligor=Obligor(row.obligor),
        state=DutyState(row.state),
        opens_at=row.opens_at,
        due_at=row.due_at,
        random=row.random,
        channel=Channel(row.channel),
        ended_at=row.ended_at,
    )


JUDGMENTS = text(
    """
    SELECT id, subject_id, office_id, category, effective_on, received_on, papers_on, duty_id
    FROM judgments WHERE duty_id = ANY(:ids) ORDER BY created_at, id
    """
)


def judgments(tx: Connection, duty_ids: Sequence[UUID]) -> Mapping[UUID, Judgment]:
    """The judgment behind each intake duty, by the duty's id: the latest, where one before it was called off."""
    rows = tx.execute(JUDGMENTS, {"ids": list(duty_ids)})
    return {
        row.duty_id: Judgment(
            row.id,
            row.subject_id,
            row.office_id,
            Category(row.category),
            row.effective_on,
            row.received_on,
            row.papers_on,
        )
        for row in rows
    }


NEXT = text(
    """
    SELECT least(
        (SELECT min(opens_at) FROM duties WHERE state = 'planned'),
        (SELECT min(judge_at) FROM duties WHERE state IN ('planned', 'open')),
        (SELECT min(remind_at) FROM duties
         WHERE remind_at IS NOT NULL AND reminded_at IS NULL AND state IN ('planned', 'open')),
        (SELECT min(planned_until) - CAST(:ahead AS interval) FROM subject_states WHERE planned_until IS NOT NULL))
    """
)


def next_due(connection: Connection) -> datetime | None:
    """The earliest instant at which a sweep of duties has work, in the past or to come; None where nothing waits."""
    found: datetime | None = connection.execute(NEXT, {"ahead": AHEAD}).scalar_one()
    return found
