"""Alerts, those who are told of them, the phones that are pushed to, and absences."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, select, text

from app.models.alert import Alert, AlertEvent, AlertOccurrence, AlertStep
from app.models.notice import Delivery, Notice
from app.rules.absences import Away
from app.rules.effects import Decision, Notify, RaiseAlert, RecoverAlert
from app.rules.facts import About, AlertKind, Cause, LadderStep, Reason, Role, Strength
from app.store import absences, alerts, effects, endpoints
from tests.builders.numbers import Numbers
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user

_numbers = Numbers()


@dataclass(frozen=True)
class Team:
    """Who works where in the tree: two officers and an aide in the first office, two at the county, one in the city."""

    officer: Worker
    colleague: Worker
    aide: Worker
    staff: Worker
    head: Worker
    city: Worker

    @property
    def everybody(self) -> tuple[Worker, ...]:
        return (self.officer, self.colleague, self.aide, self.staff, self.head, self.city)


def a_team(tx: Connection, tree: Tree) -> Team:
    return Team(
        a_user(tx, tree.office, login="xu", name="徐建国"),
        a_user(tx, tree.office, login="li", name="李梅"),
        a_user(tx, tree.office, Role.AIDE, login="aide", name="小周"),
        a_user(tx, tree.county, Role.COUNTY_STAFF, login="wang", name="王科员"),
        a_user(tx, tree.county, Role.COUNTY_HEAD, login="zhang", name="张局长"),
        a_user(tx, tree.city, Role.CITY_STAFF, login="zhao", name="赵处长"),
    )


def away(tx: Connection, user: Worker, from_at: datetime, to_at: datetime) -> None:
    """The user is not on duty in [from_at, to_at)."""
    absence = Away(uuid5(user.id, f"away:{from_at.isoformat()}"), user.id, from_at, to_at, None)
    absences.add(tx, absence, created_by=user.id, now=from_at)


def a_phone(tx: Connection, owner_id: UUID, address: str, *, at: datetime, owner_kind: str = "user") -> UUID:
    """A device of the owner's that listens at `address`; gives the device's id."""
    device_id = uuid5(owner_id, f"device:{address}")
    endpoints.take_over(tx, owner_kind, owner_id, device_id, address, now=at)
    return device_id


def raising(
    tree: Tree,
    subject_id: UUID,
    at: datetime,
    *,
    kind: AlertKind = AlertKind.LOST_CONTACT,
    about: About | None = None,
    source: About | None = None,
    event_at: datetime | None = None,
    strength: Strength = Strength.MEDIUM,
    cause: Cause = Cause.UNSURE,
    why: Reason | None = None,
    late: bool = False,
    evidence: dict[str, Any] | None = None,
) -> RaiseAlert:
    """An alert to be raised at `at`; without a source it is an episode of its own."""
    return RaiseAlert(
        subject_id=subject_id,
        office_id=tree.office.id,
        kind=kind,
        about=about or About("subject", subject_id),
        source=source or About("duty", uuid5(NAMESPACE_URL, f"test:episode:{next(_numbers)}")),
        event_at=event_at or at,
        at=at,
        why=why or Reason("silent", (("since", "2026-03-01T09:00+08:00"), ("hours", "24"))),
        cause=cause,
        strength=strength,
        rule_code="silence",
        policy_version_id=tree.policy_version_id,
        late=late,
        evidence=evidence or {},
    )


def an_alert(tx: Connection, tree: Tree, subject_id: UUID, at: datetime, **given: Any) -> UUID:
    """Raise an alert and give its id: that of the unclosed one, where there is one already."""
    effect = raising(tree, subject_id, at, **given)
    raise_all(tx, effect)
    return unclosed(tx, effect)


def raise_all(tx: Connection, *raised: RaiseAlert) -> None:
    effects.apply(tx, [Decision(tuple(raised))])


def unclosed(tx: Connection, effect: RaiseAlert) -> UUID:
    """The alert that counts what this effect tells of."""
    found: UUID = tx.execute(
        select(Alert.id).where(
            Alert.subject_id == effect.subject_id,
            Alert.kind == effect.kind,
            Alert.about_id == effect.about.id,
            Alert.handling != "closed",
        )
    ).scalar_one()
    return found


def recover(
    tx: Connection,
    subject_id: UUID,
    at: datetime,
    *,
    kind: AlertKind = AlertKind.LOST_CONTACT,
    about: About | None = None,
    recovered_at: datetime | None = None,
    source: About | None = None,
    cause: Cause | None = None,
) -> None:
    """What alerts of this kind told of is over."""
    about = about or About("subject", subject_id)
    reason = Reason("heard_again")
    recovered = RecoverAlert(subject_id, kind, about, recovered_at or at, at, reason, cause, source)
    effects.apply(tx, [Decision((recovered,))])


def a_notice(
    tx: Connection,
    recipient_id: UUID,
    at: datetime,
    *,
    recipient_kind: str = "user",
    step: str = "1.office",
    about: About | None = None,
    wording: Reason | None = None,
    push_at: datetime | None = None,
    subject_id: UUID | None = None,
) -> Notify:
    """Write one notice, with its deliveries."""
    effect = Notify(
        recipient_kind,
        recipient_id,
        about or About("alert", uuid5(NAMESPACE_URL, f"test:about:{next(_numbers)}")),
        step,
        wording or Reason("alert_raised", (("kind", "lost_contact"), ("step", "office"), ("n", "1"))),
        at,
        push_at or at,
        subject_id,
    )
    effects.apply(tx, [Decision((effect,))])
    return effect


def alert_row(tx: Connection, alert_id: UUID) -> Any:
    return tx.execute(select(Alert.__table__).where(Alert.id == alert_id)).one()


def ladder_of(tx: Connection, alert_id: UUID) -> tuple[str | None, datetime | None]:
    """Which step comes next, and when."""
    row = alert_row(tx, alert_id)
    return row.next_step, row.next_step_at


def steps_of(tx: Connection, alert_id: UUID) -> list[tuple[int, str, str]]:
    """(occurrence, step, reason) of the steps taken, in order."""
    statement = select(AlertStep).where(AlertStep.alert_id == alert_id).order_by(AlertStep.taken_at)
    order = [step.value for step in LadderStep]
    rows = sorted(tx.execute(statement).all(), key=lambda row: (row.taken_at, row.occurrence, order.index(row.step)))
    return [(row.occurrence, row.step, row.reason["code"]) for row in rows]


def events_of(tx: Connection, alert_id: UUID) -> list[Any]:
    return list(tx.execute(select(AlertEvent.__table__).where(AlertEvent.alert_id == alert_id).order_by(AlertEvent.id)))


def occurrences_of(tx: Connection, alert_id: UUID) -> list[Any]:
    statement = select(AlertOccurrence.__table__).where(AlertOccurrence.alert_id == alert_id)
    return list(tx.execute(statement.order_by(AlertOccurrence.n)))


def notices_about(tx: Connection, about_id: UUID) -> list[Any]:
    """Notices about one thing, in the order in which they were written."""
    return list(tx.execute(select(Notice.__table__).where(Notice.about_id == about_id).order_by(Notice.seq)))


def told_of(tx: Connection, about_id: UUID) -> list[tuple[str, UUID]]:
    """(step, recipient) of the notices about one thing."""
    return [(row.step, row.recipient_id) for row in notices_about(tx, about_id)]


def deliveries_about(tx: Connection, about_id: UUID, channel: str = "fcm") -> list[Any]:
    """Deliveries of the notices about one thing, by notice and endpoint."""
    statement = (
        select(Delivery.__table__)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Notice.about_id == about_id, Delivery.channel == channel)
        .order_by(Notice.seq, Delivery.id)
    )
    return list(tx.execute(statement))


def count_rows(tx: Connection, table: str) -> int:
    found: int = tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    return found


def alert_id_of(effect: RaiseAlert) -> UUID:
    """The id that an alert gets which this effect opens."""
    return alerts.alert_id(effect)
