"""Access tokens: what is remembered of them is that they are signed, never that they still count."""

from datetime import timedelta
from uuid import UUID

import jwt
import pytest

from app.access.tokens import MOST_REMEMBERED, BadToken, _signed_before, make_token, read_token
from tests.builders.app import MONDAY

SECRET, OTHER = "8e1b6c0f4d2a97e35c7f10b8d64a92e3", "f0c2a57d9b1e4863a7d5e90c13b8f264"
TERM = timedelta(minutes=15)
SECOND = timedelta(seconds=1)


def a_token(number: int = 1, *, use: str = "access", audience: str = "mobile", secret: str = SECRET) -> str:
    return make_token(
        secret,
        use=use,
        audience=audience,
        session_id=UUID(int=number),
        owner_id=UUID(int=2),
        generation=0,
        expires_at=MONDAY + TERM,
    )


def test_a_token_that_was_read_before_ends_with_its_time_all_the_same() -> None:
    token = a_token()
    assert read_token(token, SECRET, use="access", audience="mobile", now=MONDAY).session_id == UUID(int=1)

    read_token(token, SECRET, use="access", audience="mobile", now=MONDAY + TERM - SECOND)
    with pytest.raises(BadToken):
        read_token(token, SECRET, use="access", audience="mobile", now=MONDAY + TERM)


@pytest.mark.parametrize(
    ("secret", "use", "audience"),
    [(OTHER, "access", "mobile"), (SECRET, "refresh", "mobile"), (SECRET, "access", "office")],
)
def test_a_token_that_was_read_before_opens_nothing_else(secret: str, use: str, audience: str) -> None:
    token = a_token()
    read_token(token, SECRET, use="access", audience="mobile", now=MONDAY)

    for _ in range(2):
        with pytest.raises(BadToken):
            read_token(token, secret, use=use, audience=audience, now=MONDAY)


def test_an_altered_token_is_refused_though_the_true_one_was_read_before() -> None:
    token = a_token()
    read_token(token, SECRET, use="access", audience="mobile", now=MONDAY)
    head, claims, signature = token.split(".")
    forged = jwt.encode({**jwt.decode(token, options={"verify_signature": False}), "sub": "f" * 32}, OTHER, "HS256")

    for altered in (f"{head}.{forged.split('.')[1]}.{signature}", f"{head}.{claims}.{'A' * len(signature)}", forged):
        with pytest.raises(BadToken):
            read_token(altered, SECRET, use="access", audience="mobile", now=MONDAY)


def test_so_many_are_remembered_at_most_and_refresh_tokens_not_at_all() -> None:
    assert _signed_before.cache_parameters()["maxsize"] == MOST_REMEMBERED

    _signed_before.cache_clear()
    read_token(a_token(use="refresh"), SECRET, use="refresh", audience="mobile", now=MONDAY)
    assert _signed_before.cache_info().currsize == 0
