"""The sweeps: each asks what is due and still undone, so a missed run heals itself."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from app.actions.announce_period import spread_period, unspread_periods
from app.actions.check_silence import check_silence, end_silence
from app.actions.climb_ladder import LIMIT, climb_ladder, due_steps
from app.actions.guard_outages import guard_is_late, guard_outages
from app.actions.judge_duties import judge_duties
from app.actions.judge_positions import judge_positions
from app.actions.look_after_alerts import look_after_alerts
from app.actions.look_ahead_absences import look_ahead_absences
from app.actions.look_at_phones import carried_phones, look_at_phones
from app.actions.open_duties import open_duties
from app.actions.owe_correction import (
    looked_through,
    newly_asking,
    of_age,
    owe_correction,
    reconsider_groups,
    without_duties,
)
from app.actions.plan_duties import plan_duties
from app.actions.plan_occasions import plan_occasions
from app.actions.remind_duties import remind_duties
from app.actions.remind_permits import remind_permits
from app.actions.weigh_causes import weigh_causes
from app.deps import Deps
from app.jobs import chunks
from app.jobs.job import Counts
from app.store import due

GUARDED_WITHIN = timedelta(minutes=5)
"""A guard over outages that has not looked for longer looks before anybody is judged."""

Sweeping = Callable[[Deps, datetime], Counts]


def plan(deps: Deps, now: datetime) -> Counts:
    """Plan the duties of the days ahead."""
    key = deps.settings.window_secret
    swept = chunks.sweep(
        due.PLAN,
        lambda tx, ids: plan_duties(tx, now=now, key=key, ids=ids),
        deps.transaction,
        now=now,
        reading=deps.autocommit,
        stopping=deps.stopping,
    )
    return swept.as_counts()


def swept(kind: due.Sweep, action: Callable[..., object]) -> Sweeping:
    """A job that does `action` for everything that is due of that kind."""

    def run(deps: Deps, now: datetime) -> Counts:
        return chunks.sweep(
            kind,
            lambda tx, ids: action(tx, now=now, ids=ids),
            deps.transaction,
            now=now,
            reading=deps.autocommit,
            stopping=deps.stopping,
        ).as_counts()

    return run


plan_what_follows = swept(due.OCCASIONS, plan_occasions)
open_windows = swept(due.OPEN, open_duties)
_judge = swept(due.JUDGE, judge_duties)


def judge(deps: Deps, now: datetime) -> Counts:
    """Duties past their end; after the scheduler was away, first whether one thing is behind the silence of many."""
    _guard_first(deps, now)
    return _judge(deps, now)


remind = swept(due.REMIND, remind_duties)
weigh = swept(due.CAUSES, weigh_causes)
_judge_new_fixes = swept(due.REJUDGE, judge_positions)
_judge_by_the_clock = swept(due.LOOK_AGAIN, judge_positions)


def judge_fixes(deps: Deps, now: datetime) -> Counts:
    """Who has new fixes, and for whom something begins or ends that bounds them."""
    return Counter(_judge_new_fixes(deps, now)) + Counter(_judge_by_the_clock(deps, now))


def silence(deps: Deps, now: datetime) -> Counts:
    """Who was not heard for long, and who was heard again; after the scheduler was away, first whether it is one
    thing.
    """
    _guard_first(deps, now)
    gone = chunks.sweep(
        due.SILENCE,
        lambda tx, ids: check_silence(tx, now=now, ids=ids),
        deps.transaction,
        now=now,
        reading=deps.autocommit,
        stopping=deps.stopping,
    )
    back = chunks.sweep(
        due.HEARD_AGAIN,
        lambda tx, ids: end_silence(tx, now=now, ids=ids),
        deps.transaction,
        now=now,
        reading=deps.autocommit,
        stopping=deps.stopping,
    )
    return Counter(gone.as_counts()) + Counter(back.as_counts())


def _guard_first(deps: Deps, now: datetime) -> None:
    """A scheduler that was away finds everything due at once, and its guard may not have looked yet."""
    with deps.autocommit() as connection:
        late = guard_is_late(connection, since=now - GUARDED_WITHIN)
    if late:
        outages(deps, now)


@dataclass(frozen=True)
class Climbed:
    """How many alerts were looked at, steps taken, notices written, and alerts that told nobody to the end."""

    alerts: int = 0
    steps: int = 0
    notices: int = 0
    told_nobody: int = 0


def ladder(deps: Deps, now: datetime, *, limit: int = LIMIT) -> Counts:
    """Tell whoever the due steps concern; a step that cannot be taken stays due and holds up no other."""
    total = chunks.Swept()
    while True:
        with deps.transaction() as tx:
            # What failed stays due and comes first again: it must not take the places of those behind it.
            found = due_steps(tx, now=now, limit=limit + len(total.failed))
        due_ids = [alert for alert in found if alert not in total.failed]
        if not due_ids:
            return total.as_counts()
        done = chunks.in_chunks(due_ids, lambda tx, ids: _climb(tx, ids, now), deps.transaction, stopping=deps.stopping)
        total.counts.update(done.counts)
        total.failed.extend(done.failed)


def _climb(tx: Connection, ids: Sequence[UUID], now: datetime) -> Climbed:
    return Climbed(**climb_ladder(tx, now=now, only=ids))


def outages(deps: Deps, now: datetime) -> Counts:
    """Phones that fell silent together, and those that are back."""
    with deps.transaction() as tx:
        guarded = guard_outages(tx, now=now)
    return {name: n for name, n in asdict(guarded).items() if n}


def phones(deps: Deps, now: datetime) -> Counts:
    """Phones that need a hand, once a day."""
    with deps.autocommit() as connection:
        carried = carried_phones(connection)
    done = chunks.in_chunks(
        carried, lambda tx, ids: look_at_phones(tx, ids, now=now), deps.transaction, stopping=deps.stopping
    )
    return done.as_counts()


def correction_owed(deps: Deps, now: datetime) -> Counts:
    """People who came before a version that asks for groups, once for each version; and who came of age since."""
    counts: Counter[str] = Counter()
    with deps.autocommit() as connection:
        versions = newly_asking(connection, now=now)
        grown = of_age(connection, now=now)
    for version_id in versions:
        with deps.autocommit() as connection:
            found = without_duties(connection, version_id)
        done = _in_chunks(deps, found, lambda tx, ids: owe_correction(tx, ids, now=now))
        counts += Counter(done.as_counts())
        if not done.failed:
            with deps.transaction() as tx:
                looked_through(tx, version_id, now=now)
    done = _in_chunks(deps, grown, lambda tx, ids: reconsider_groups(tx, ids, now=now))
    return counts + Counter(done.as_counts())


def _in_chunks(deps: Deps, ids: Sequence[UUID], work: chunks.Work) -> chunks.Swept:
    return chunks.in_chunks(ids, work, deps.transaction, stopping=deps.stopping)


def left_alerts(deps: Deps, now: datetime) -> Counts:
    """Alerts that go on and that nobody closes."""
    with deps.transaction() as tx:
        return {name: n for name, n in asdict(look_after_alerts(tx, now=now)).items() if n}


def absences(deps: Deps, now: datetime) -> Counts:
    """Days ahead on which nobody will be on duty."""
    with deps.transaction() as tx:
        return look_ahead_absences(tx, now=now)


def announced(deps: Deps, now: datetime) -> Counts:
    """Announced and withdrawn periods, in everybody's file: chunk by chunk, each committed."""
    with deps.autocommit() as connection:
        waiting = unspread_periods(connection)
    people = 0
    for period_id in waiting:
        while not deps.stopping.is_set():
            with deps.transaction() as tx:
                done = spread_period(tx, period_id, now=now)
            people += done
            if not done:
                break
    return {"people": people} if people else {}


def permits(deps: Deps, now: datetime) -> Counts:
    """Permits for frequent travel that end soon."""
    with deps.transaction() as tx:
        return remind_permits(tx, now=now)
