"""How a search ends: always by a named officer. That somebody is lost (脱管) no rule ever finds [Measures 38]."""

from dataclasses import dataclass
from datetime import datetime

from app.rules.effects import ChangeDuty, Decision, Effect, RaiseAlert, WriteAudit
from app.rules.effects.occasions import occasion
from app.rules.effects.orders_searches import EndSearch, EntryKind, SearchKind, SearchOutcome, SearchStep
from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import JOB, About, Actor, DutyState, OccasionKind, Reason
from app.rules.searches.absence import absence_days
from app.rules.searches.record import SearchFile, step_over

FOUND = frozenset({SearchOutcome.FOUND_COMPLYING, SearchOutcome.FOUND_REFUSING})
LOOKED = frozenset({EntryKind.VISIT, EntryKind.INFORMATION_CHECK, EntryKind.INQUIRY})


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How the search ended: `found_at` is when the person was found, None where they were not."""

    outcome: SearchOutcome
    found_at: datetime | None
    note: str


def conclude(search: SearchFile, ended: Conclusion, actor: Actor, *, now: datetime) -> Decision:
    """End the search, and what it still owes; telling the procuratorate stays owed, and for the lost the police too.

    Conflict `search_ended`; `confirm_by_judgment` where 漏管 is confirmed with the judgment instead; and
    `search_record_thin` where somebody should be called lost whom nobody called and looked for.
    """
    if actor.kind != "user" or actor.id is None:
        raise NotAllowed("not_allowed")
    if search.outcome is not None:
        raise Conflict("search_ended")
    confirms = ended.outcome not in FOUND
    if confirms and (search.kind is SearchKind.MISSED_INTAKE or ended.outcome is not SearchOutcome.LOST_CONFIRMED):
        raise Conflict("confirm_by_judgment")
    if confirms and (EntryKind.CALL not in search.done or not search.done & LOOKED):
        raise Conflict("search_record_thin")
    _refuse_time(search, ended, now)
    return _ended(search, ended, actor, now)


def confirmed_by_judgment(search: SearchFile, reason: str, actor: Actor, *, now: datetime) -> Decision:
    """A named officer has confirmed 漏管 with the judgment: the search for that person ends with it."""
    return _ended(search, Conclusion(SearchOutcome.MISSED_INTAKE_CONFIRMED, None, reason), actor, now)


def excuse(judged: Decision, search: SearchFile, *, contact_back: bool, now: datetime) -> Decision:
    """A step that nobody recorded in time, while contact had come back or the search was over, is owed no more.

    The procuratorate is told of every search, whatever became of it.
    """
    owed = {duty.id: step for step, duty in search.steps.items()}
    changes = [effect for effect in judged.effects if isinstance(effect, ChangeDuty)]
    over = contact_back or search.outcome is not None
    missed = [one for one in changes if one.state is DutyState.MISSED]
    if not over or not missed or owed.get(missed[0].duty_id) is SearchStep.PROCURATORATE:
        return judged
    rest = tuple(effect for effect in judged.effects if not isinstance(effect, ChangeDuty | RaiseAlert))
    return Decision((ChangeDuty(missed[0].duty_id, DutyState.CANCELLED, now, Reason("search_not_needed"), JOB), *rest))


def _refuse_time(search: SearchFile, ended: Conclusion, now: datetime) -> None:
    if ended.outcome not in FOUND:
        if ended.found_at is not None:
            raise Refused("not_found_has_no_time", fields={"found_at": "not_found_has_no_time"})
        return
    if ended.found_at is None:
        raise Refused("found_when", fields={"found_at": "found_when"})
    if not search.absent_since <= ended.found_at <= now:
        raise Refused("found_out_of_range", fields={"found_at": "found_out_of_range"})


def _ended(search: SearchFile, ended: Conclusion, actor: Actor, now: datetime) -> Decision:
    days = absence_days(search.absent_since, ended.found_at or now)
    details = {"outcome": ended.outcome.value, "days": days}
    about = About("search", search.id)
    act = WriteAudit(now, actor, "searches.end", search.subject_id, about, ended.note, details)
    end = EndSearch(search.id, search.subject_id, ended.outcome, ended.found_at, ended.note, actor, now)
    found = Decision((end, act, *_settled(search, ended.outcome, actor, now)))
    if ended.outcome is not SearchOutcome.FOUND_REFUSING or search.kind is SearchKind.MISSED_INTAKE:
        return found
    # Somebody under correction who was found and will not be supervised: a named officer has confirmed a violation.
    violation = occasion(search.subject_id, OccasionKind.VIOLATION, about, ended.found_at or now, actor, now=now)
    return found + Decision((violation,))


def _settled(search: SearchFile, outcome: SearchOutcome, actor: Actor, now: datetime) -> tuple[Effect, ...]:
    kept = {SearchStep.PROCURATORATE} | (set() if outcome in FOUND else {SearchStep.POLICE})
    why = Reason("search_over")
    effects: list[Effect] = []
    for step, duty in search.steps.items():
        if step in kept:
            continue
        if duty.state in {DutyState.PLANNED, DutyState.OPEN}:
            effects.append(ChangeDuty(duty.id, DutyState.CANCELLED, now, why, actor))
        if duty.state is DutyState.MISSED:
            effects.append(step_over(search.subject_id, duty.id, why, now=now))
    return tuple(effects)
