"""What the walks look for of drafts of policies, samples and weekly meetings: one of each thing in every place."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from sqlalchemy import Connection

from app.actions.draft_policy import NewDraft, begin_draft, submit_draft
from app.actions.review_week import review_week
from app.actions.sample_records import add_to_sampled, draw_sample, look_at_sampled
from app.actions.set_visit_point import set_visit_point
from app.rules.facts import GivenPlace, OfficeLevel, Role
from app.rules.offices import Site
from app.rules.policy.items import Place as VisitPlace
from app.rules.sampling import EntryKind, NewEntry, NewSample, Span
from app.rules.visit_points import NewPoint
from app.rules.weekly_reviews import Decided, NewReview
from app.store.shipped_policies import shipped
from tests.builders.app import MONDAY
from tests.builders.offices import an_office
from tests.builders.users import Worker, a_user

TODAY = MONDAY.date()


def a_draft(tx: Connection, county: Site, name: str, *, handed_in: bool = False) -> UUID:
    """Of an office of the county that is there for it: each office has one draft at a time."""
    code = f"{'handed-in' if handed_in else 'drafts'}-{name}"
    office = an_office(tx, code, OfficeLevel.JUSTICE_OFFICE, "起草司法所", county)
    writer = a_user(tx, county, Role.COUNTY_STAFF, login=f"writer-{code}")
    new = NewDraft(uuid5(office.id, "test:walk:draft"), office.id, b"walk", shipped("demo"))
    begin_draft(tx, writer.actor, new, now=MONDAY)
    if handed_in:
        submit_draft(tx, writer.actor, new.id, 1, "缩短失联时限", effective_from=None, now=MONDAY)
    return new.id


def a_sample(tx: Connection, office: Site, head: Worker, things: Mapping[str, UUID]) -> UUID:
    """A draw of all records of the office: the place's visit was looked at, its talk is asked about."""
    new = NewSample(
        uuid5(things["talk_id"], "test:walk:sample"), office.id, None, None, Span(TODAY, TODAY), 200, "抽检", b"walk"
    )
    draw_sample(tx, head.actor, new, b"key", now=MONDAY)
    for record_id in (things["visit_id"], things["talk_id"]):
        look_at_sampled(tx, head.actor, new.id, record_id, noted=True, now=MONDAY)
    question = NewEntry(uuid5(new.id, "question"), EntryKind.QUESTION, "请说明", b"walk")
    add_to_sampled(tx, head.actor, new.id, things["talk_id"], question, now=MONDAY)
    return new.id


def a_point(tx: Connection, head: Worker, subject_id: UUID) -> UUID:
    """Where the place's subject works."""
    point_id, at = uuid5(subject_id, "test:walk:point"), GivenPlace(118.6, 28.7, 118.6, 28.7, "wgs84")
    new = NewPoint(point_id, None, subject_id, VisitPlace.WORKPLACE, "竹编厂", at, b"walk")
    set_visit_point(tx, head.actor, new, now=MONDAY)
    return point_id


def a_review(tx: Connection, office: Site, head: Worker, subject_id: UUID) -> UUID:
    """A meeting that talked about the place's subject."""
    people = (Decided(subject_id, "下周走访", None),)
    review_id = uuid5(subject_id, "test:walk:review")
    review_week(
        tx, head.actor, NewReview(review_id, office.id, TODAY, TODAY, "全所", "例会", people, b"walk"), now=MONDAY
    )
    return review_id
