"""The red list of a week: people within reach whose week stands out, each with plain reasons."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from app.models.office import Office, User
from app.models.subject import Subject
from app.queries.names import Named, shown_name
from app.rules.calendar import start_of_day
from app.rules.facts import ABOUT_A_PERSON, Actor, Reason, SupervisionClass
from app.rules.red_list import WEEK, Sign, Week, order_of, reasons_of
from app.rules.weekly_reviews import Decided
from app.rules.wording import sentence
from app.store.scope import offices_of, subjects_of

# Check-ins are found by their person, since none lasts longer than a day; what the office owes, by the index of audits.
# What began in an earlier week and still goes on is this week's matter, too. Alerts about the office's own work, or
# about a phone, are nothing that somebody did, however real they were.
SIGNS = text(
    """
    SELECT subject_id, sign, count(*) AS n FROM (
        SELECT a.subject_id, 'alert_real' AS sign
        FROM alerts a
        WHERE a.subject_id = ANY(:ids) AND a.close_reason = 'real' AND a.kind = ANY(:of_person)
          AND a.opened_at >= CAST(:since AS timestamptz) - interval '100 days' AND a.opened_at < :until
          AND (a.opened_at >= :since OR (a.closed_at >= :since AND a.closed_at < :until))
        UNION ALL
        SELECT a.subject_id, CASE WHEN a.kind = 'lost_contact' THEN 'lost_contact' ELSE 'left' END
        FROM alerts a
        WHERE a.subject_id = ANY(:ids) AND a.handling <> 'closed' AND a.cause <> 'service'
          AND a.kind IN ('lost_contact', 'left_area', 'forbidden_zone', 'left_zone')
          AND a.opened_at < :until AND coalesce(a.recovered_at, 'infinity') >= :since
        UNION ALL
        SELECT d.subject_id, 'missed'
        FROM duties d
        WHERE d.subject_id = ANY(:ids) AND d.opens_at >= CAST(:since AS timestamptz) - interval '8 days'
          AND d.opens_at < :until AND d.due_at > :since AND d.due_at <= :until
          AND d.kind IN ('check_in', 'spot_check') AND d.state = 'missed'
        UNION ALL
        SELECT d.subject_id, 'overdue'
        FROM duties d
        WHERE d.office_id = ANY(:office_ids) AND d.due_at > :since AND d.due_at <= :until
          AND d.kind IN ('visit', 'talk', 'verification', 'review') AND d.state = 'missed'
          AND d.subject_id = ANY(:ids)
        UNION ALL
        SELECT o.subject_id, CASE WHEN o.kind IN ('violation', 'sanction', 'complaint') THEN o.kind
                                  ELSE 'trouble' END
        FROM occasions o
        WHERE o.subject_id = ANY(:ids) AND o.happened_at >= :since AND o.happened_at < :until
          AND o.withdrawn_at IS NULL
          AND o.kind IN ('violation', 'sanction', 'complaint', 'family_event', 'work_event', 'home_event',
                         'health_event')
        UNION ALL
        SELECT r.subject_id, 'unproven'
        FROM records r JOIN record_proofs p ON p.record_id = r.id AND p.verdict = 'contradicted'
        WHERE r.subject_id = ANY(:ids) AND r.happened_at >= :since AND r.happened_at < :until
    ) signs GROUP BY subject_id, sign
    """
)


@dataclass(frozen=True)
class Listed:
    """One person on the list. `told` are the reasons in words, the gravest first."""

    subject_id: UUID
    subject_name: str
    minor: bool
    class_: str | None
    office_id: UUID
    office_name: str
    officer_name: str | None
    reasons: tuple[Reason, ...]
    told: tuple[str, ...]


def red_list(
    connection: Connection,
    actor: Actor,
    week: date,
    *,
    office_id: UUID | None = None,
    only: Sequence[UUID] | None = None,
) -> tuple[Listed, ...]:
    """Who stands out in the week that begins on `week`, the gravest first; of one office and those below it, or of all
    within reach. With `only`, these people whether they stand out or not. Two queries.
    """
    people = {row.id: row for row in connection.execute(_people(actor, office_id, only))}
    weeks = sorted(_weeks(connection, people, week), key=lambda one: (*order_of(one), str(one.subject_id)))
    listed = [(one, reasons_of(one)) for one in weeks]
    return tuple(_listed(actor, people[one.subject_id], why) for one, why in listed if why or only is not None)


def with_reasons(connection: Connection, actor: Actor, week: date, people: Sequence[Decided]) -> tuple[Decided, ...]:
    """People who were talked about, each with the reasons for which they stand out now, if they do."""
    listed = red_list(connection, actor, week, only=[one.subject_id for one in people])
    reasons = {one.subject_id: [reason.as_json() for reason in one.reasons] for one in listed}
    return tuple(replace(one, reasons=reasons.get(one.subject_id, [])) for one in people)


def _people(actor: Actor, office_id: UUID | None, only: Sequence[UUID] | None) -> Any:
    statement = (
        select(
            *(Subject.id, Subject.name, Subject.minor_regime, Subject.class_.label("class_name"), Subject.office_id),
            *(Office.name.label("office_name"), User.name.label("officer_name")),
        )
        .join(Office, Office.id == Subject.office_id)
        .outerjoin(User, User.id == Subject.officer_id)
        .where(subjects_of(actor), Subject.status == "in_correction")
    )
    if office_id:
        path = select(Office.path).where(Office.id == office_id, offices_of(actor)).scalar_subquery()
        statement = statement.where((Office.path == path) | Office.path.like(path + ".%"))
    return statement.where(Subject.id.in_(only)) if only is not None else statement


def _weeks(connection: Connection, people: dict[UUID, Row[Any]], week: date) -> list[Week]:
    span = {"since": start_of_day(week), "until": start_of_day(week + WEEK), "of_person": list(ABOUT_A_PERSON)}
    counts: dict[UUID, dict[Sign, int]] = defaultdict(dict)
    offices = list({row.office_id for row in people.values()})
    for row in connection.execute(SIGNS, {"ids": list(people), "office_ids": offices, **span}):
        counts[row.subject_id][Sign(row.sign)] = row.n
    return [
        Week(subject_id, SupervisionClass(row.class_name) if row.class_name else None, counts[subject_id])
        for subject_id, row in people.items()
    ]


def _listed(actor: Actor, row: Row[Any], reasons: tuple[Reason, ...]) -> Listed:
    named = Named(row.name, row.minor_regime, row.office_id)
    return Listed(
        subject_id=row.id,
        subject_name=shown_name(actor, named),
        minor=row.minor_regime,
        class_=row.class_name,
        office_id=row.office_id,
        office_name=row.office_name,
        officer_name=row.officer_name,
        reasons=reasons,
        told=tuple(sentence(reason.code, dict(reason.params)) for reason in reasons),
    )
