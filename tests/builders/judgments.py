"""Judgment notices as an officer enters them."""

from datetime import date
from uuid import NAMESPACE_URL, uuid5

from app.rules.facts import Category
from app.rules.intake import Announced
from app.rules.offices import Site
from tests.builders.numbers import Numbers

_numbers = Numbers()


def an_announcement(
    office: Site,
    *,
    key: str | None = None,
    name: str = "李晓东",
    category: Category = Category.PROBATION,
    effective_on: date = date(2026, 3, 2),
    received_on: date | None = None,
    papers_on: date | None = None,
    id_number: str | None = None,
    birth_date: date | None = None,
) -> Announced:
    """A notice about somebody new. The same `key` gives the same ids."""
    key = key or f"judgment-{next(_numbers)}"
    return Announced(
        id=uuid5(NAMESPACE_URL, f"test:judgment:{key}"),
        body_hash=key.encode(),
        subject_id=uuid5(NAMESPACE_URL, f"test:announced:{key}"),
        name=name,
        office_id=office.id,
        category=category,
        effective_on=effective_on,
        received_on=received_on,
        papers_on=papers_on,
        decided_by="江山市人民法院",
        birth_date=birth_date,
        id_number=id_number,
    )
