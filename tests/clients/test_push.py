"""The values that go to a push channel and come back."""

from typing import Any
from uuid import UUID

import pytest

from app.clients.push import PushMessage, PushTarget


def test_an_address_does_not_show_where_a_target_is_printed() -> None:
    assert "secret-address" not in repr(PushTarget("token", "secret-address"))


@pytest.mark.parametrize(("kind", "address"), [("apns", "a"), ("token", ""), ("fid", "")])
def test_a_target_that_nobody_could_reach_is_refused(kind: Any, address: str) -> None:
    with pytest.raises(ValueError, match="push target"):
        PushTarget(kind, address)


def test_a_message_without_collapse_key_is_refused() -> None:
    with pytest.raises(ValueError, match="collapse key"):
        PushMessage(UUID(int=1), "")
