"""A phone that answers while nobody does: it may lie somewhere without its owner (人机分离).

What asks a person to look, and never more than that: who does not answer may sleep, work, or be ill.

- A spot check that nobody answered while the phone was heard and in order. It was asked for at a moment that nobody
  foresaw, so it asks alone, weakly.
- Windows in a row, ordinary ones among them, that nobody answered within a day while the phone was heard in each. Where
  a spot check is among them, or there are three, and the phone's own fixes show that it lay still, that weighs more.
  Without a spot check it has to be known that the phone lay still: two forgotten check-ins are nothing new.

A phone that moved meanwhile was carried, by its owner most likely, and asks nothing. One missed check-in asks nothing
either: `missed_check_in` tells it. Nor does a day at home: who has a cold stays where the phone is.
"""

from collections.abc import Iterator
from datetime import datetime

from app.rules.duties.facts import CHECKED_IN, JudgeFacts
from app.rules.duties.moments import moment, window
from app.rules.duties.reading import evidence, reading
from app.rules.effects import Effect, RaiseAlert
from app.rules.effects.causes import WeighCause
from app.rules.facts import About, AlertKind, Cause, Channel, DutyKind, Reason, Strength

DRIFTS = 2
"""A phone at rest may stray by the policy's drift to one side, and to the other."""

MANY = 3
"""So many windows in a row weigh more than two, a spot check among them or not."""

ORDER = tuple(Strength)
"""The strongest first."""


def suspected(facts: JudgeFacts, *, now: datetime) -> Iterator[Effect]:
    """The alert where a missed window asks a person to look. Within a day there is no second one: what stands is told
    anew, without a push, where more speaks for it by now.
    """
    if facts.duty.kind not in CHECKED_IN or not _live(facts):
        return
    told = _in_a_row(facts) or _alone(facts)
    if told is None:
        return
    why, strength = told
    asked = facts.unanswered.asked
    if asked is None:
        yield _alert(facts, why, strength, now)
    elif not asked.closed and ORDER.index(strength) < ORDER.index(asked.strength):
        kind, subject_id = AlertKind.SUSPECTED_SEPARATION, facts.duty.subject_id
        yield WeighCause(subject_id, kind, asked.source, asked.event_at, now, Cause.UNSURE, strength, why)


def _live(facts: JudgeFacts) -> bool:
    """Whether the phone was heard in the window, in order, so that a person beside it would have seen the check.

    An ordinary window is long: the phone has to be heard beyond its end.
    """
    phone, duty = facts.phone, facts.duty
    since = duty.opens_at if duty.kind is DutyKind.SPOT_CHECK else duty.due_at
    heard = phone.last_heard_at is not None and phone.last_heard_at >= since
    could = duty.channel is Channel.SMARTPHONE and not facts.unanswered.only_reports
    return heard and could and not phone.tried and reading(facts)[1] is not Cause.PHONE


def _in_a_row(facts: JudgeFacts) -> tuple[Reason, Strength] | None:
    """Several windows within a day that nobody answered."""
    row, duty = facts.unanswered, facts.duty
    lay_still = row.row_m is not None and row.row_m <= _still_m(facts)
    if not row.before or row.since is None or _moved(facts, row.row_m):
        return None
    spot_checks = row.spot_checks + (duty.kind is DutyKind.SPOT_CHECK)
    if not (spot_checks or lay_still):
        return None
    n = row.before + 1
    params = (("since", moment(row.since)), ("until", moment(duty.due_at)), ("n", str(n)))
    code = "apart_in_a_row_still" if lay_still else "apart_in_a_row"
    weighs = lay_still and (spot_checks or n >= MANY)
    return Reason(code, params), Strength.MEDIUM if weighs else Strength.WEAK


def _alone(facts: JudgeFacts) -> tuple[Reason, Strength] | None:
    """One spot check."""
    duty = facts.duty
    if duty.kind is not DutyKind.SPOT_CHECK or _moved(facts, facts.unanswered.window_m):
        return None
    params = (*window(duty.opens_at, duty.due_at), ("heard", moment(facts.phone.last_heard_at or duty.opens_at)))
    return Reason("apart_spot_check", params), Strength.WEAK


def _moved(facts: JudgeFacts, apart_m: float | None) -> bool:
    """Whether the fixes show that somebody carried the phone; few of them show nothing."""
    return apart_m is not None and apart_m > _still_m(facts)


def _still_m(facts: JudgeFacts) -> float:
    return DRIFTS * facts.policy.places.drift_m


def _alert(facts: JudgeFacts, why: Reason, strength: Strength, now: datetime) -> RaiseAlert:
    duty, row = facts.duty, facts.unanswered
    apart_m = row.row_m if row.before else row.window_m
    known = {**evidence(facts), "before": row.before}
    return RaiseAlert(
        subject_id=duty.subject_id,
        office_id=duty.office_id,
        kind=AlertKind.SUSPECTED_SEPARATION,
        about=About("subject", duty.subject_id),
        source=About("duty", duty.id),
        event_at=duty.opens_at,
        at=now,
        why=why,
        cause=Cause.UNSURE,
        strength=strength,
        rule_code=facts.rule_code,
        policy_version_id=facts.policy_version_id,
        evidence=known if apart_m is None else {**known, "apart_m": round(apart_m)},
    )
