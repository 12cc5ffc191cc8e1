from datetime import timedelta
from uuid import uuid4

import pytest

from app.rules.sessions import Refresh, SessionFacts, judge_refresh, term

LIVE = SessionFacts(uuid4(), 3, live=True)
DEAD = SessionFacts(uuid4(), 3, live=False)


@pytest.mark.parametrize(
    ("session", "generation", "verdict"),
    [
        (LIVE, 3, Refresh.ROTATE),
        (LIVE, 2, Refresh.REUSED),
        (LIVE, 0, Refresh.REUSED),
        (LIVE, 4, Refresh.OVER),  # never issued: signed by an older state of the database
        (DEAD, 3, Refresh.OVER),
        (DEAD, 2, Refresh.OVER),
        (None, 0, Refresh.OVER),
    ],
)
def test_a_refresh_token_is_good_once(session: SessionFacts | None, generation: int, verdict: Refresh) -> None:
    assert judge_refresh(session, generation) is verdict


def test_how_long_a_log_in_lasts() -> None:
    phone = uuid4()
    assert term("subject", phone) == timedelta(days=30)
    assert term("user", phone) == timedelta(days=7)
    assert term("user", None) == timedelta(hours=12)
