"""Note that a handing organ got the decision on somebody who serves outside prison: its clock starts."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules import intake
from app.rules.effects import Decision, WriteAudit
from app.rules.facts import About, Actor
from app.store import effects, policies
from app.store import intake as judgments


def receive_decision(tx: Connection, actor: Actor, judgment_id: UUID, received_on: date, *, now: datetime) -> None:
    """Write the day of receipt and open the organ's intake duty; the same day again changes nothing.

    NotFound for a judgment out of reach; Conflict where nobody is handed over, nobody is awaited any more, or another
    day is on record; Refused `date_ahead` for a day that has not begun.
    """
    intake.refuse_ahead("received_on", received_on, now=now)
    noticed = judgments.within_reach(tx, actor, judgment_id)
    if noticed.judgment.received_on == received_on and noticed.duty is not None:
        return
    intake.refuse_receipt(noticed.judgment, noticed.status)
    judgment = replace(noticed.judgment, received_on=received_on)
    in_force = policies.of_office(tx, judgment.office_id, at=now)
    decision = intake.open_intake(judgment, in_force.policy, in_force.version_id, now=now, actor=actor)
    duty_id = intake.duty_id(judgment.subject_id, received_on)
    judgments.refuse_second_clock(tx, duty_id)
    judgments.set_receipt(tx, judgment_id, received_on)
    days = {"received_on": received_on.isoformat()}
    about = About("judgment", judgment_id)
    act = WriteAudit(now, actor, "judgment.receipt", judgment.subject_id, about, details=days)
    effects.apply(tx, [decision, Decision((act,))])
    judgments.name_duty(tx, judgment_id, duty_id)
