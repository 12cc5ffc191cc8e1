"""Facts for planning: what is known of a subject, and which class and policy hold over the time to be planned."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.calendar import end_of_day
from app.rules.facts import Channel, SupervisionClass
from app.rules.planning import CHAINED, END, ClassPeriod, OwingFacts, PlanningFacts, PolicyPeriod
from app.rules.policy import Policy
from app.store import policies
from app.store.scope import UPWARD

SUBJECTS = text(
    """
    SELECT s.id, s.office_id, s.channel, s.registered_at, s.term_to, t.planned_until,
           (SELECT upper(p.period) FROM supervision_periods p
            WHERE p.subject_id = s.id ORDER BY lower(p.period) DESC LIMIT 1) AS supervised_to
    FROM subjects s JOIN subject_states t ON t.subject_id = s.id
    WHERE s.id = ANY(:subject_ids) AND s.status = 'in_correction'
    ORDER BY s.id
    """
)

LAST_DUE = text(
    """
    SELECT d.subject_id, d.rule_code, max(d.due_at) AS due_at, min(d.due_at) AS first_due_at
    FROM duties d JOIN subjects s ON s.id = d.subject_id
    WHERE d.subject_id = ANY(:subject_ids) AND d.rule_code = ANY(:codes) AND d.state <> 'cancelled'
      AND d.opens_at >= s.registered_at AND d.occasion_id IS NULL
      AND (d.why IS NULL OR d.why->>'code' = ANY(:chained))
      AND (CAST(:since AS timestamptz) IS NULL OR d.state <> 'planned' OR d.opens_at < :since)
    GROUP BY d.subject_id, d.rule_code
    """
)

OF_OTHER_ENDS = text(
    """
    SELECT d.id FROM duties d JOIN subjects s ON s.id = d.subject_id
    WHERE d.subject_id = :subject_id AND d.state IN ('planned', 'open') AND d.why->>'code' = :end
      AND d.opens_at >= s.registered_at
      AND d.why->'params'->>'day' IS DISTINCT FROM CAST(s.term_to AS text)
    ORDER BY d.id
    """
)

CLASSES = text(
    """
    SELECT subject_id, class AS class_name, lower(period) AS from_at, upper(period) AS to_at
    FROM class_periods WHERE subject_id = ANY(:subject_ids) ORDER BY lower(period)
    """
)

VERSIONS = text(
    f"""
    SELECT o.id AS office_id, v.id AS version_id, length(scope.path) AS depth,
           lower(v.in_force) AS from_at, upper(v.in_force) AS to_at
    FROM offices o
    JOIN offices scope ON scope.path = {UPWARD}
    JOIN policy_versions v ON v.office_id = scope.id
     AND v.in_force && tstzrange(CAST(:from_at AS timestamptz), CAST(:to_at AS timestamptz))
    WHERE o.id = ANY(:office_ids)
    """  # noqa: S608  (put together from a constant)
)


def facts_for(
    tx: Connection, subject_ids: Sequence[UUID], *, until: datetime, since: datetime | None = None
) -> tuple[PlanningFacts, ...]:
    """The facts of those subjects that are in correction, by id; the caller holds their locks. Five queries for all.

    With `since`, as after a change that makes what is planned from then on fall away: those turns are left out.
    """
    found = tx.execute(SUBJECTS, {"subject_ids": list(subject_ids)}).all()
    if not found:
        return ()
    cursors = [row.planned_until or row.registered_at for row in found]
    from_at = min([*cursors, since] if since else cursors)
    classes = _classes(tx, [row.id for row in found])
    periods = policy_periods(tx, {row.office_id for row in found}, from_at=from_at, to_at=max(until, from_at))
    dues = _dues(tx, [row.id for row in found], periods.values(), since)
    return tuple(_facts(row, classes[row.id], periods[row.office_id], dues[row.id]) for row in found)


Dues = dict[str, tuple[datetime, datetime]]
"""The first and the last due of each item's chain."""


def _dues(
    tx: Connection,
    subject_ids: Sequence[UUID],
    periods: Iterable[Sequence[PolicyPeriod]],
    since: datetime | None,
) -> Mapping[UUID, Dues]:
    codes = sorted({code for each in periods for period in each for code in period.policy.items})
    found: dict[UUID, Dues] = defaultdict(dict)
    for row in tx.execute(
        LAST_DUE, {"subject_ids": list(subject_ids), "codes": codes, "since": since, "chained": list(CHAINED)}
    ):
        found[row.subject_id][row.rule_code] = (row.first_due_at, row.due_at)
    return found


def _facts(row: Any, classes: Sequence[ClassPeriod], periods: Sequence[PolicyPeriod], dues: Dues) -> PlanningFacts:
    return PlanningFacts(
        subject_id=row.id,
        office_id=row.office_id,
        channel=Channel(row.channel),
        registered_at=row.registered_at,
        supervised_until=_ends_at(row),
        planned_until=row.planned_until,
        classes=tuple(classes),
        policies=tuple(periods),
        last_due={code: last for code, (_, last) in dues.items()},
        first_due={code: first for code, (first, _) in dues.items()},
    )


def _classes(tx: Connection, subject_ids: Sequence[UUID]) -> Mapping[UUID, list[ClassPeriod]]:
    found: dict[UUID, list[ClassPeriod]] = defaultdict(list)
    for row in tx.execute(CLASSES, {"subject_ids": list(subject_ids)}):
        period = ClassPeriod(row.from_at, row.to_at, SupervisionClass(row.class_name))
        found[row.subject_id].append(period)
    return found


def policy_periods(
    tx: Connection, office_ids: Iterable[UUID], *, from_at: datetime, to_at: datetime
) -> Mapping[UUID, tuple[PolicyPeriod, ...]]:
    """Which version is in force for each office at each time in [from_at, to_at): that of the nearest office above.

    A time in which no version is in force is in no period: nobody owes anything by a rule that does not exist.
    """
    wanted = list(office_ids)
    rows = tx.execute(VERSIONS, {"office_ids": wanted, "from_at": from_at, "to_at": to_at}).all()
    parsed = policies.by_id(tx, {row.version_id for row in rows})
    by_office: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        by_office[row.office_id].append(row)
    return {office_id: _nearest(by_office[office_id], parsed) for office_id in wanted}


def _nearest(rows: Sequence[Any], parsed: Mapping[UUID, Policy]) -> tuple[PolicyPeriod, ...]:
    """Cut the versions' times at every start and end, and keep the deepest version of each piece."""
    cuts = sorted({at for row in rows for at in (row.from_at, row.to_at) if at is not None})
    pieces: list[PolicyPeriod] = []
    for from_at, to_at in zip([None, *cuts], [*cuts, None], strict=True):
        covering = [row for row in rows if _covers(row, from_at, to_at)]
        if not covering:
            continue
        version_id = max(covering, key=lambda row: row.depth).version_id
        if pieces and pieces[-1].version_id == version_id and pieces[-1].to_at == from_at:
            from_at = pieces.pop().from_at  # noqa: PLW2901  (one version goes on over another's cut)
        pieces.append(PolicyPeriod(from_at, to_at, version_id, parsed[version_id]))
    return tuple(pieces)


def _covers(row: Any, from_at: datetime | None, to_at: datetime | None) -> bool:
    begun = row.from_at is None or (from_at is not None and row.from_at <= from_at)
    lasts = row.to_at is None or (to_at is not None and to_at <= row.to_at)
    return begun and lasts


def of_other_ends(tx: Connection, subject_id: UUID) -> list[UUID]:
    """What is owed ahead of an end that is not the term's as it stands; the caller holds the subject's lock."""
    return list(tx.execute(OF_OTHER_ENDS, {"subject_id": subject_id, "end": END}).scalars())


OWING = text(
    """
    SELECT s.id, s.office_id, s.class AS class_name, s.term_to,
           (SELECT upper(p.period) FROM supervision_periods p
            WHERE p.subject_id = s.id ORDER BY lower(p.period) DESC LIMIT 1) AS supervised_to
    FROM subjects s WHERE s.id = ANY(:subject_ids) AND s.status = 'in_correction'
    """
)


def owing(tx: Connection, subject_ids: Sequence[UUID], *, at: datetime) -> Mapping[UUID, OwingFacts]:
    """Those of the subjects who are in correction, with the class and the policy that hold for them; the caller holds
    their locks. Whoever has no policy in force is left out. Two queries for all, and one for versions never read.
    """
    rows = tx.execute(OWING, {"subject_ids": list(subject_ids)}).all()
    in_force = policies.in_force(tx, {row.office_id for row in rows}, at=at) if rows else {}
    return {
        row.id: OwingFacts(
            subject_id=row.id,
            office_id=row.office_id,
            supervised_until=_ends_at(row),
            class_=SupervisionClass(row.class_name),
            version_id=in_force[row.office_id].version_id,
            policy=in_force[row.office_id].policy,
        )
        for row in rows
        if row.office_id in in_force
    }


def _ends_at(row: Any) -> datetime | None:
    ends = [row.supervised_to, end_of_day(row.term_to) if row.term_to else None]
    return min((end for end in ends if end is not None), default=None)
