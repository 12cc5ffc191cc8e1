"""What the walks look for of occasions, waivers and announced periods: one of each thing in every place."""

from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlalchemy import Connection

from app.actions.announce_period import announce_period
from app.actions.write_occasion import write_occasion
from app.rules.announced_periods import Announced
from app.rules.effects import Decision
from app.rules.effects.occasions import PeriodKind
from app.rules.effects.waivers import WaiverKind, WaiverState, WriteWaiver
from app.rules.facts import DutyKind, OccasionKind
from app.rules.occasions import Written
from app.store import effects
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty
from tests.builders.offices import Tree
from tests.builders.users import Worker


def an_occasion(tx: Connection, officer: Worker, subject_id: UUID) -> UUID:
    """Something that the officer in charge learned of."""
    new = Written(uuid5(subject_id, "test:walk:occasion"), OccasionKind.FAMILY_EVENT, "母亲住院", b"body")
    write_occasion(tx, officer.actor, subject_id, new, now=MONDAY)
    return new.id


def a_period(tx: Connection, head: Worker, office_id: UUID) -> UUID:
    """A sensitive time that the county's head announced for one office."""
    period = Announced(
        *(uuid5(office_id, f"test:walk:period:{head.id}"), office_id, PeriodKind.SENSITIVE, "省两会"),
        *(date(2026, 3, 10), date(2026, 3, 15), "县委通知", b"body"),
    )
    announce_period(tx, head.actor, period, now=MONDAY)
    return period.id


def a_waiver(tx: Connection, tree: Tree, officer: Worker, subject_id: UUID) -> UUID:
    """A visit that the officer in charge asked to let go."""
    opens_at, due_at = MONDAY + timedelta(hours=2), MONDAY + timedelta(days=9)
    duty_id = a_duty(tx, tree, subject_id, opens_at, due_at, kind=DutyKind.VISIT)
    waiver_id = uuid5(duty_id, "test:walk:waiver")
    asked = WriteWaiver(
        *(waiver_id, duty_id, subject_id, WaiverKind.LET_GO, WaiverState.WAITING, "本人住院", officer.id, MONDAY)
    )
    effects.apply(tx, [Decision((asked,))])
    return waiver_id
