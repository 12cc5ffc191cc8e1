"""What becomes of requests that still wait when other leave of the same person is granted, or ends [Measures 27].

The total of two months is one number over all leave: what one decision adds or frees may put the next request before
somebody else. Whoever that is has to see it among what waits for them, and hears of it.
"""

from dataclasses import replace
from datetime import datetime

from app.rules.effects import Effect, WriteAudit
from app.rules.effects.leave import EndLeave, RecountLeave
from app.rules.facts import About, Actor, Reason
from app.rules.leave.facts import Leave, Person
from app.rules.leave.kinds import LeaveKind, LeaveState
from app.rules.leave.moments import span, tell_users
from app.rules.wording import sentence


def count_again(person: Person, now_is: Leave, actor: Actor, *, now: datetime) -> tuple[Effect, ...]:
    """Every other request that waits, counted with the leave as it `now_is`; told to whom it has come to."""
    leaves = tuple(now_is if one.id == now_is.id else one for one in person.leaves)
    after, effects = replace(person, leaves=leaves), list[Effect]()
    for one in leaves:
        if one.id == now_is.id or one.state is not LeaveState.PENDING or one.kind is LeaveKind.PERMIT:
            continue
        counted = after.counted(one.from_at, one.until, root_id=one.root_id if one.extends_id else None, now=now)
        decider = after.decider(one.kind, counted, now=now)
        effects.append(RecountLeave(one.id, counted.at_once, counted.cumulated, decider))
        if decider is not one.decider:
            asked = Reason("leave_asked", (*span(one.from_at, one.until), ("days", str(counted.at_once))))
            users = tuple(user for user in person.deciders.get(decider, ()) if user != actor.id)
            effects.extend(tell_users(users, person.subject_id, one.id, f"asked.{decider}", asked, now))
    return tuple(effects)


def count_after_the_end(
    person: Person, leave: Leave, ended_at: datetime, why: str, actor: Actor, *, now: datetime
) -> tuple[Effect, ...]:
    """The same after the leave has ended with all that it was extended from.

    A request to extend it has nothing left to go on from, and is taken back with the sentence `why`.
    """
    ended = tuple(
        replace(one, ended_at=min(one.ended_at or ended_at, ended_at)) if one.root_id == leave.root_id else one
        for one in person.leaves
    )
    moot = [one for one in ended if one.state is LeaveState.PENDING and one.extends_id == leave.id]
    taken_back: list[Effect] = []
    for one in moot:
        note, about = sentence(why), About("leave", one.id)
        taken_back.append(EndLeave(one.id, LeaveState.WITHDRAWN, now, None, actor, note=note))
        taken_back.append(WriteAudit(now, actor, "leave.withdraw", person.subject_id, about, note))
    rest = replace(person, leaves=tuple(one for one in ended if one not in moot))
    now_is = next(one for one in ended if one.id == leave.id)
    return (*taken_back, *count_again(rest, now_is, actor, now=now))
