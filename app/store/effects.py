"""From decisions to rows: a table of effect types and the functions that write them, in this order."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection

from app.rules import effects as e
from app.rules.effects import causes
from app.rules.effects import correction as c
from app.rules.effects import leave as away
from app.rules.effects import orders_searches as o
from app.rules.effects import places as p
from app.rules.effects.known_facts import KeepFact
from app.rules.effects.occasions import NoteOccasion, OccasionPlanned, WithdrawOccasion
from app.rules.effects.proofs import KeepProof
from app.rules.effects.waivers import AnswerWaiver, WriteWaiver
from app.rules.effects.zones import RemoveZone, SetZone
from app.store import (
    alerts,
    attempts,
    audit,
    correction,
    duties,
    episodes,
    handling,
    incidents,
    known_fact_writing,
    leave_writing,
    occasion_plans,
    occasions,
    order_papers,
    outbox,
    photos,
    proofs,
    searches,
    spot_checks,
    states,
    visits,
    waivers,
    weighing,
    zones,
)

Writer = Callable[[Connection, list[Any]], None]

WRITERS: dict[type, Writer] = {
    NoteOccasion: occasions.note,
    WithdrawOccasion: occasions.withdraw,
    OccasionPlanned: occasion_plans.mark_planned,
    e.CancelPlanned: duties.cancel_planned,
    e.PlanDuty: duties.plan,
    e.MovePlan: duties.move_plan,
    e.OrderSpotCheck: spot_checks.write,
    o.OpenSearch: searches.write_openings,
    o.WriteSearchEntry: searches.write_entries,
    o.EndSearch: searches.write_ends,
    o.WriteOrderNotice: order_papers.write_notices,
    o.WriteOrderAssessment: order_papers.write_assessments,
    o.WriteLiftRequest: order_papers.write_lift_requests,
    o.AnswerLiftRequests: order_papers.answer_lift_requests,
    away.RequestLeave: leave_writing.request,
    away.EndLeave: leave_writing.end,
    away.DecideLeave: leave_writing.decide,
    away.ReportLeave: leave_writing.report,
    away.ConfirmReturn: leave_writing.confirm,
    away.TellProcuratorate: leave_writing.tell_procuratorate,
    away.PermitReminded: leave_writing.reminded,
    away.RecountLeave: leave_writing.recount,
    away.JudgeAgain: leave_writing.judge_again,
    c.AddMember: correction.add_members,
    c.EndMember: correction.end_members,
    c.NoteLetter: correction.note_letters,
    c.WritePlan: correction.write_plans,
    c.DecidePlan: correction.decide_plans,
    c.WritePlanReview: correction.write_reviews,
    e.RecordAttempt: attempts.record,
    e.AttachPhoto: photos.attach,
    e.ReviewAttempt: attempts.review,
    e.WriteRecord: visits.write,
    KeepProof: proofs.keep,
    KeepFact: known_fact_writing.write,
    WriteWaiver: waivers.write,
    AnswerWaiver: waivers.answer,
    e.ChangeDuty: duties.change,
    e.PostponeJudgment: duties.postpone,
    e.MarkReminded: duties.mark_reminded,
    e.RecoverAlert: alerts.recover,
    e.RaiseAlert: alerts.raise_,
    p.DropEpisode: episodes.drop,
    p.KeepEpisode: episodes.keep,
    p.MarkFixes: episodes.mark,
    causes.WeighCause: weighing.weigh_cause,
    e.AcknowledgeAlert: handling.acknowledge,
    e.CloseAlert: handling.close,
    e.TakeStep: alerts.take_step,
    e.MoveLadder: alerts.move_ladder,
    e.Notify: outbox.notify,
    e.MoveSilenceCheck: states.move_silence_check,
    SetZone: zones.write,
    RemoveZone: zones.remove,
    causes.MoveCauseCheck: states.move_cause_check,
    e.OpenIncident: incidents.open_,
    causes.EndIncident: incidents.end,
    e.WriteAudit: audit.write,
}


def apply(tx: Connection, decisions: Iterable[e.Decision]) -> int:
    """Write the effects of any number of decisions, grouped by type; gives how many there were."""
    grouped: dict[type, list[Any]] = defaultdict(list)
    for decision in decisions:
        for effect in decision.effects:
            grouped[type(effect)].append(effect)
    for kind, write in WRITERS.items():
        if grouped[kind]:
            write(tx, grouped[kind])
    return sum(map(len, grouped.values()))
