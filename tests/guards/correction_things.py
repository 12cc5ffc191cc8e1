"""A member of a group and a version of a plan, for the walk over every route."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from tests.builders.app import MONDAY
from tests.builders.correction import a_member, a_plan


def a_volunteer(tx: Connection, place: Any) -> UUID:
    """A member who has not signed yet."""
    return a_member(tx, place.officer, place.subject_id, at=MONDAY, id=place.derived("member"))


def a_waiting_plan(tx: Connection, place: Any) -> UUID:
    """A version that waits, above one in force."""
    a_plan(tx, place.officer, place.subject_id, at=MONDAY, approved_by=place.head)
    return a_plan(tx, place.officer, place.subject_id, at=MONDAY, plan_id=place.derived("plan"), because="表现稳定")
