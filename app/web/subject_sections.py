"""What the page of one person is made of, below its head: a room adds its line, its template and its query."""

from typing import Any
from uuid import uuid4

from app.queries import alerts as alert_queries
from app.queries import attachments as file_queries
from app.queries import correction as correction_queries
from app.queries import duties as duty_queries
from app.queries import known_facts as fact_queries
from app.queries import leaves as leave_queries
from app.queries import orders as order_queries
from app.queries import visits as visit_queries
from app.queries.attachments import Wanted
from app.queries.visits import RecordFilter
from app.rules.calendar import legal_day
from app.rules.facts import DutyKind, DutyState
from app.rules.wording import attachments as file_words
from app.rules.wording import correction as correction_words
from app.rules.wording import leave as leave_words
from app.rules.wording.known_facts import STANDINGS
from app.rules.wording.own_file import GROUNDS
from app.web.sections import Section, Seen
from app.web.shown_codes import FACT_TONES
from app.web.timeline import last_lines

ALERTS_SHOWN = 10
DUTIES_READ, DUTIES_SHOWN = 20, 5
FILES_SHOWN = 8
LEAVES_SHOWN = 2
RECORDS_SHOWN = 4
AWAITED = (DutyState.OPEN, DutyState.PLANNED, DutyState.SUBMITTED)
FILE_WORDS = {
    "purposes": {str(key): name for key, name in file_words.PURPOSES.items()},
    "deleted": file_words.DELETED_FOR,
}
LEAVE_WORDS = {
    "states": leave_words.STATES,
    "kinds": leave_words.KINDS,
    "grounds": leave_words.GROUNDS,
    "levels": leave_words.LEVELS,
}


def known(seen: Seen) -> Any:
    """What is known of the person, what is stale, missing or told in two ways."""
    return fact_queries.known_facts(seen.tx, seen.reader, seen.person.id, now=seen.now)


def alerts(seen: Seen) -> Any:
    """Alerts that nobody has closed."""
    return alert_queries.alerts(
        seen.tx, seen.reader, subject_id=seen.person.id, today=legal_day(seen.now), limit=ALERTS_SHOWN
    ).items


def duties(seen: Seen) -> Any:
    """What is due next, by its end."""
    listed = duty_queries.duties(
        seen.tx, seen.reader, now=seen.now, subject_id=seen.person.id, due_after=seen.now, limit=DUTIES_READ
    )
    return [duty for duty in listed.items if duty.state in AWAITED][:DUTIES_SHOWN]


def orders(seen: Seen) -> Any:
    """Positioning orders in force."""
    listed = order_queries.orders(seen.tx, seen.reader, subject_id=seen.person.id).items
    return [one for one in listed if one.from_at <= seen.now < (one.in_force_until or seen.now)]


def leave(seen: Seen) -> Any:
    """The last requests for leave."""
    return leave_queries.leaves(seen.tx, seen.reader, now=seen.now, subject_id=seen.person.id, limit=LEAVES_SHOWN).items


def records(seen: Seen) -> Any:
    """The last visits and talks, the latest first."""
    wanted = RecordFilter(subject_id=seen.person.id)
    listed = [
        record
        for kind in (DutyKind.VISIT, DutyKind.TALK)
        for record in visit_queries.records(seen.tx, seen.reader, kind, wanted, limit=RECORDS_SHOWN).items
    ]
    return sorted(listed, key=lambda record: record.happened_at, reverse=True)[:RECORDS_SHOWN]


def correction(seen: Seen) -> Any:
    """The group and the plan: whether they are complete, and what is owed about them. Nothing before intake."""
    if seen.person.registered_at is None:
        return None
    return {
        "group": correction_queries.group(seen.tx, seen.reader, seen.person.id, now=seen.now),
        "plan": correction_queries.plan(seen.tx, seen.reader, seen.person.id),
    }


CORRECTION_WORDS = {
    "answers": correction_words.COMPLETENESS,
    "needs": correction_words.NEEDS,
    "unknown": correction_words.UNKNOWN,
    "rules": correction_words.RULES,
}


def case_files(seen: Seen) -> Any:
    """The last papers of the file, also those whose content is gone."""
    wanted = Wanted(subject_id=seen.person.id)
    listed = file_queries.attachments(seen.tx, seen.reader, wanted, limit=FILES_SHOWN)
    return {"listed": listed.items, "more": listed.next_key is not None, "new_id": uuid4()}


SECTIONS: tuple[Section, ...] = (
    Section(
        *("_subject_known.html", "facts.read", known),
        statements=5,
        words={"standings": STANDINGS, "tones": FACT_TONES},
    ),
    Section("_subject_alerts.html", "alerts.read", alerts),
    Section("_subject_duties.html", "duties.read", duties),
    Section("_subject_leave.html", "leave.read", leave, statements=2, words=LEAVE_WORDS),
    Section("_subject_orders.html", "orders.read", orders, words={"grounds": GROUNDS}),
    Section("_subject_correction.html", "correction.read", correction, statements=8, words=CORRECTION_WORDS),
    Section("_subject_records.html", "visits.read", records, statements=2),
    Section("_subject_files.html", "attachments.read", case_files, words=FILE_WORDS),
    Section("_subject_timeline.html", "subjects.read", last_lines, statements=2),
)
"""Parts of the page in their order. A room with something to show of one person adds its line here."""
