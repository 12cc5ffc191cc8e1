from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.rules.absences import refuse_for_others, refuse_unfit_time
from app.rules.errors import NotAllowed, Refused
from app.rules.facts import Actor, Grant, Role

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ME, COLLEAGUE = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("from_at", "to_at", "reason"),
    [
        (NOW, NOW, "ends_before_it_begins"),
        (NOW + DAY, NOW, "ends_before_it_begins"),
        (NOW - DAY, NOW, "absence_over"),
        (NOW, NOW + 366 * DAY + SECOND, "absence_too_long"),
    ],
)
def test_a_time_that_does_not_fit(from_at: datetime, to_at: datetime, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        refuse_unfit_time(from_at, to_at, now=NOW)


@pytest.mark.parametrize(("from_at", "to_at"), [(NOW - DAY, NOW + SECOND), (NOW, NOW + SECOND), (NOW, NOW + 366 * DAY)])
def test_a_time_that_fits(from_at: datetime, to_at: datetime) -> None:
    refuse_unfit_time(from_at, to_at, now=NOW)


@pytest.mark.parametrize("role", Role)
def test_who_speaks_for_others(role: Role) -> None:
    actor = Actor("user", ME, (Grant(role, uuid4(), "33"),))
    refuse_for_others(actor, ME)
    if role in {Role.COUNTY_STAFF, Role.COUNTY_HEAD, Role.ADMIN}:
        refuse_for_others(actor, COLLEAGUE)
    else:
        with pytest.raises(NotAllowed):
            refuse_for_others(actor, COLLEAGUE)
