from datetime import timedelta
from uuid import uuid4

import pytest

from app.rules.sessions import MOST_OWNERS, Caller, KnownDevice, Refresh, SessionFacts, judge_refresh, term

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


def test_a_device_remembers_its_last_owners() -> None:
    owners = [uuid4() for _ in range(MOST_OWNERS + 1)]
    device = KnownDevice("d", ())
    for owner in owners:
        device = device.also_of(owner)
    assert device.owner_ids == tuple(owners[1:])
    assert device.also_of(owners[3]).owner_ids[-1] == owners[3]
    assert len(device.also_of(owners[3]).owner_ids) == MOST_OWNERS


def test_a_device_is_known_to_its_owners_alone() -> None:
    owner = uuid4()
    assert Caller("10.0.0.1", KnownDevice("d", (owner,))).known_as(owner) == "d"
    assert Caller("10.0.0.1", KnownDevice("d", (owner,))).known_as(uuid4()) is None
    assert Caller("10.0.0.1").known_as(owner) is None
