"""When administrators hear of a fault: at once, each day that it lasts, when it is over; each step once."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.rules.calendar import SHANGHAI
from app.rules.effects import Notify
from app.rules.service_faults import Fault, tell

OPENED = datetime(2026, 2, 28, 23, 30, tzinfo=SHANGHAI)
ADMIN, OTHER = UUID(int=1), UUID(int=2)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def told(now: datetime, *, recovered_at: datetime | None = None, to: tuple[UUID, ...] = (ADMIN,)) -> list[Notify]:
    fault = Fault(UUID(int=9), "duties_unjudged", 3, OPENED, recovered_at)
    effects = tell([fault], to, now=now).effects
    assert all(isinstance(effect, Notify) for effect in effects)
    return [effect for effect in effects if isinstance(effect, Notify)]


@pytest.mark.parametrize(
    ("now", "step", "code"),
    [
        (OPENED, "opened", "service_fault"),
        (OPENED + DAY - SECOND, "opened", "service_fault"),
        (OPENED + DAY, "day.1", "service_fault_lasts"),
        (OPENED + 2 * DAY - SECOND, "day.1", "service_fault_lasts"),
        (OPENED + 2 * DAY, "day.2", "service_fault_lasts"),
    ],
)
def test_each_day_has_its_step(now: datetime, step: str, code: str) -> None:
    (notice,) = told(now)
    assert (notice.step, notice.wording.code, notice.recipient_id) == (step, code, ADMIN)


def test_its_end_is_told_once_whenever_it_comes() -> None:
    (notice,) = told(OPENED + 3 * DAY, recovered_at=OPENED + 3 * DAY)
    assert (notice.step, notice.wording.code) == ("recovered", "service_fault_over")


def test_every_administrator_hears_of_it_and_of_nobody() -> None:
    notices = told(OPENED, to=(ADMIN, OTHER))
    assert [notice.recipient_id for notice in notices] == [ADMIN, OTHER]
    assert all(notice.subject_id is None for notice in notices)
    assert told(OPENED, to=()) == []
