"""Second factors, and the codes that their owners' phones show."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.store import one_time_codes, second_factor
from app.store.sealing import sealing_keys
from tests.builders.app import MONDAY, settings_for_tests

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def an_offered_totp(tx: Connection, user_id: UUID, *, at: datetime = MONDAY) -> None:
    """SECRET was shown to this user, who has not typed a code of it yet."""
    second_factor.offer(tx, user_id, SECRET, sealing_keys(settings_for_tests()), now=at)


def a_totp(tx: Connection, user_id: UUID, *, at: datetime = MONDAY) -> None:
    """A log-in of this user asks for a code of SECRET."""
    an_offered_totp(tx, user_id, at=at)
    offered = second_factor.offered(tx, user_id)
    assert offered
    second_factor.confirm(tx, user_id, offered.id, 0, now=at)


def a_code(at: datetime = MONDAY) -> str:
    """What an authenticator with SECRET shows."""
    return one_time_codes.code_at(SECRET, now=at)
