"""Facts about one subject's check-ins, read whole under the subject's lock."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from app.models.duty import Duty
from app.models.subject import Subject
from app.rules.calendar import end_of_day, legal_day, start_of_day
from app.rules.checkins import CheckInDuty, Episode, Evidence, Facts, ReviewFacts, Standing
from app.rules.duties import CHECKED_IN
from app.rules.errors import NotFound
from app.rules.facts import Actor, DutyState, Fix, Outcome
from app.rules.places import verdict
from app.store.measure import measure
from app.store.scope import subjects_of

# What a duty is judged by, with the missed check-ins whose alert is not over.
DUTY = """
    SELECT d.id, d.state, d.rule_code, d.opens_at, d.due_at, d.grace_until, d.judge_at, d.random, d.missed_at,
           CASE WHEN d.state = 'planned' THEN s.office_id ELSE d.office_id END AS office_id, d.policy_version_id,
           EXISTS (SELECT FROM duty_events v WHERE v.duty_id = d.id AND v.to_state = 'unjudged') AS excused,
           e.receipt_no, lower(p.covers) AS covered_from, upper(p.covers) AS covered_until,
           m.duty_ids AS episode_duties, m.times AS episode_times,
           coalesce(c.photo, false) OR coalesce(v.content #>> '{photos,check_ins}' = 'wanted', false) AS wants_photo,
           c.question IS NOT NULL AS wants_answer
    FROM duties d
    JOIN subjects s ON s.id = d.subject_id
    JOIN policy_versions v ON v.id = d.policy_version_id
    LEFT JOIN spot_checks c ON c.duty_id = d.id
    LEFT JOIN collection_powers p ON p.id = d.id
    LEFT JOIN attempts e ON d.evidence_kind = 'attempt' AND e.subject_id = d.subject_id AND e.id = d.evidence_id
    CROSS JOIN (
        SELECT array_agg(o.source_id ORDER BY o.event_at, o.n) AS duty_ids,
               array_agg(o.event_at ORDER BY o.event_at, o.n) AS times
        FROM alerts a JOIN alert_occurrences o ON o.alert_id = a.id
        WHERE a.subject_id = :subject_id AND a.kind = 'missed_check_in'
          AND o.recovered_at IS NULL AND o.source_kind = 'duty'
    ) m
"""

# No window is longer than a day and no grace either, so what opened two days before is over.
AROUND = text(
    f"""
    {DUTY}
    WHERE d.subject_id = :subject_id AND d.kind IN ('check_in', 'spot_check') AND d.state <> 'cancelled'
      AND (CAST(:only AS uuid) IS NULL OR d.id = :only)
      AND d.opens_at > CAST(:at AS timestamptz) - interval '2 days'
      AND d.opens_at <= greatest(CAST(:now AS timestamptz), CAST(:day_ends AS timestamptz))
      AND ((d.opens_at <= :at AND d.grace_until > :at)
        OR (d.opens_at <= :now AND d.grace_until > :now)
        OR d.id = (SELECT l.id FROM duties l
                   WHERE l.subject_id = :subject_id AND l.kind IN ('check_in', 'spot_check') AND l.state <> 'cancelled'
                     AND (CAST(:only AS uuid) IS NULL OR l.id = :only)
                     AND l.opens_at > CAST(:at AS timestamptz) - interval '2 days'
                     AND l.grace_until <= :at AND l.grace_until >= :day_starts
                   ORDER BY l.grace_until DESC, l.id LIMIT 1)
        OR d.id = (SELECT n.id FROM duties n
                   WHERE n.subject_id = :subject_id AND n.kind = 'check_in' AND n.state NOT IN ('cancelled', 'waived')
                     AND (CAST(:only AS uuid) IS NULL OR n.id = :only)
                     AND n.opens_at > :at AND n.opens_at < :day_ends
                   ORDER BY n.random AND n.opens_at > :now DESC, n.opens_at, n.id LIMIT 1))
    ORDER BY d.due_at, d.id
    """  # noqa: S608  (put together from constants of this file)
)

REVIEWED = text(
    f"""
    {DUTY} WHERE d.id = :duty_id
       OR d.id IN (SELECT o.duty_id FROM attempt_duties o
                   WHERE o.subject_id = :subject_id AND o.attempt_id = :attempt_id)
    ORDER BY d.id <> :duty_id, d.due_at, d.id
    """  # noqa: S608  (put together from constants of this file)
)

UNDER_REVIEW = text(
    """
    SELECT a.duty_id, a.outcome, a.reviewed_at IS NOT NULL AS reviewed,
           (SELECT upper(p.period) FROM supervision_periods p
            WHERE p.subject_id = a.subject_id AND p.period @> d.opens_at) AS ended_at
    FROM attempts a LEFT JOIN duties d ON d.id = a.duty_id
    WHERE a.subject_id = :subject_id AND a.id = :attempt_id
    """
)

STANDING = text(
    """
    SELECT a.id, a.recorded_at, a.received_at, a.effective_at, a.reviewed_at IS NOT NULL AS reviewed
    FROM attempts a
    WHERE a.subject_id = :subject_id AND a.outcome = 'to_review' AND a.review_accepted IS NOT FALSE
      AND (a.duty_id = :duty_id OR EXISTS (
          SELECT FROM attempt_duties o
          WHERE (o.duty_id, o.subject_id, o.attempt_id) = (:duty_id, a.subject_id, a.id)))
    ORDER BY a.received_at, a.id
    """
)


def facts(tx: Connection, subject_id: UUID, *, at: datetime, now: datetime, only: UUID | None = None) -> Facts:
    """What a try is judged by that happened at `at` and arrived `now`; with `only`, as if nothing but that duty was.

    The caller holds the subject's lock. One query.
    """
    day = legal_day(at)
    found = tx.execute(
        AROUND,
        {
            "subject_id": subject_id,
            "at": at,
            "now": now,
            "only": only,
            "day_starts": start_of_day(day),
            "day_ends": end_of_day(day),
        },
    ).all()
    return Facts(subject_id, tuple(map(_duty, found)), _episodes(found))


def review_facts(tx: Connection, subject_id: UUID, attempt_id: UUID) -> ReviewFacts | None:
    """What a review is judged by; None where the subject has no such try. The caller holds the subject's lock."""
    row = tx.execute(UNDER_REVIEW, {"subject_id": subject_id, "attempt_id": attempt_id}).one_or_none()
    if row is None:
        return None
    key = {"subject_id": subject_id, "duty_id": row.duty_id, "attempt_id": attempt_id}
    found = tx.execute(REVIEWED, key).all() if row.duty_id else []
    duties = [_duty(each) for each in found]
    stand = [_standing(tx, subject_id, duty) for duty in duties]
    return ReviewFacts(
        subject_id=subject_id,
        attempt_id=attempt_id,
        outcome=Outcome(row.outcome),
        reviewed=row.reviewed,
        duty=duties[0] if duties else None,
        standing=stand[0] if duties else (),
        episodes=_episodes(found),
        ended_at=row.ended_at,
        also=tuple(zip(duties[1:], stand[1:], strict=True)),
    )


def _standing(tx: Connection, subject_id: UUID, duty: CheckInDuty) -> tuple[Standing, ...]:
    """Every try that stands for the duty, the first to arrive first."""
    key = {"subject_id": subject_id, "duty_id": duty.id}
    return tuple(Standing(*each) for each in tx.execute(STANDING, key))


def evidence(tx: Connection, subject_id: UUID, fix: Fix | None, *, at: datetime) -> Evidence:
    """What is measured for a place, with the verdict on the subject's permitted area. One query, none without a fix."""
    if fix is None:
        return Evidence()
    measured = measure(tx, subject_id, fix.lon, fix.lat, at=at)
    area = verdict(inside=measured.inside_area, edge_distance_m=measured.edge_distance_m, accuracy_m=fix.accuracy_m)
    return Evidence(area, measured.edge_distance_m, measured.home_distance_m)


def refuse_out_of_reach(tx: Connection, actor: Actor, subject_id: UUID, *, duty_id: UUID | None = None) -> None:
    """NotFound for a subject that the actor's grants do not reach, and for a duty that is no check-in of theirs."""
    if tx.execute(select(Subject.id).where(Subject.id == subject_id, subjects_of(actor))).first() is None:
        raise NotFound("not_found")
    if duty_id is None:
        return
    theirs = select(Duty.id).where(Duty.id == duty_id, Duty.subject_id == subject_id, Duty.kind.in_(CHECKED_IN))
    if tx.execute(theirs).first() is None:
        raise NotFound("not_found", fields={"duty_id": "not_found"})


def _duty(row: Any) -> CheckInDuty:
    return CheckInDuty(
        id=row.id,
        state=DutyState(row.state),
        rule_code=row.rule_code,
        opens_at=row.opens_at,
        due_at=row.due_at,
        grace_until=row.grace_until,
        judge_at=row.judge_at,
        random=row.random,
        office_id=row.office_id,
        policy_version_id=row.policy_version_id,
        missed_at=row.missed_at,
        excused=row.excused,
        receipt_no=row.receipt_no,
        covered_from=row.covered_from,
        covered_until=row.covered_until,
        wants_photo=row.wants_photo,
        wants_answer=row.wants_answer,
    )


def _episodes(rows: Any) -> tuple[Episode, ...]:
    """The same on every row; none where there is no duty, for then nothing can end them."""
    if not rows or rows[0].episode_duties is None:
        return ()
    return tuple(map(Episode, rows[0].episode_duties, rows[0].episode_times))
