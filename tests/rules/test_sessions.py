from datetime import timedelta
from uuid import uuid4

import pytest

from app.rules.errors import TooOften
from app.rules.sessions import Guesses, Refresh, SessionFacts, judge_refresh, refuse_guessing, term

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


@pytest.mark.parametrize(("of_client", "of_all"), [(0, 0), (9, 99)])
def test_some_wrong_log_ins_are_human(of_client: int, of_all: int) -> None:
    refuse_guessing(Guesses(of_client, of_all))


@pytest.mark.parametrize(("of_client", "of_all"), [(10, 10), (0, 100), (11, 500)])
def test_many_are_guesses(of_client: int, of_all: int) -> None:
    with pytest.raises(TooOften, match="too_many_log_ins"):
        refuse_guessing(Guesses(of_client, of_all))
