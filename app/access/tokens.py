"""Access, refresh and device tokens. PyJWT signs and reads them; times are judged by our own clock, never by its."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import jwt

from app.rules.sessions import KNOWN_DEVICE_TERM, KnownDevice

ACCESS_TERM = timedelta(minutes=15)
ALGORITHM = "HS256"

MOST_REMEMBERED = 8192
"""Access tokens whose signature each process remembers to have checked, some 1 kB each."""


class BadToken(Exception):
    """Not one of ours, altered, of another use or audience, or past its time."""


class PastToken(BadToken):
    """One of ours, of this use and audience, whose time is over."""


@dataclass(frozen=True)
class Token:
    """What a token says: whose session, at which refresh generation, and for whom it was made."""

    session_id: UUID
    owner_id: UUID
    generation: int
    expires_at: datetime


def make_token(
    secret: str, *, use: str, audience: str, session_id: UUID, owner_id: UUID, generation: int, expires_at: datetime
) -> str:
    """Sign a token. `use` is `access` or `refresh`, `audience` is `mobile` or `office`."""
    claims = {
        "use": use,
        "aud": audience,
        "sid": session_id.hex,
        "sub": owner_id.hex,
        "gen": generation,
        "exp": int(expires_at.timestamp()),
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def read_token(token: str, secret: str, *, use: str, audience: str, now: datetime) -> Token:
    """Check signature, use, audience and time; BadToken on anything else, PastToken where the time alone is over."""
    signed = _signed_before if use == "access" else _signed
    read = signed(token, secret, use, audience)
    if now >= read.expires_at:
        raise PastToken
    return read


def _signed(token: str, secret: str, use: str, audience: str) -> Token:
    """What the token says, if we signed it for that use and audience, at whatever time it is read."""
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=audience,
            options={"verify_exp": False, "require": ["exp", "aud", "sub"]},
        )
        read = Token(
            session_id=UUID(claims["sid"]),
            owner_id=UUID(claims["sub"]),
            generation=int(claims["gen"]),
            expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
        )
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, OverflowError, AttributeError) as error:
        raise BadToken from error
    if claims.get("use") != use:
        raise BadToken
    return read


_signed_before = lru_cache(maxsize=MOST_REMEMBERED)(_signed)
"""An access token comes with each request of its quarter of an hour. Only what does not change is remembered: that it
is signed and what it says. The time is judged at each reading, and the session looked up; what is no token of ours is
never remembered.
"""


def make_device_token(secret: str, device: KnownDevice, *, audience: str, now: datetime) -> str:
    """Sign that these owners logged in on a device. It opens nothing: it only spares them the waits of others."""
    claims = {
        "use": "device",
        "aud": audience,
        "did": device.id,
        "own": [owner_id.hex for owner_id in device.owner_ids],
        "exp": int((now + KNOWN_DEVICE_TERM).timestamp()),
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def read_device_token(token: str, secret: str, *, audience: str, now: datetime) -> KnownDevice:
    """The device and its owners; BadToken for anything else."""
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=audience,
            options={"verify_exp": False, "require": ["exp", "aud"]},
        )
        device = KnownDevice(str(claims["did"]), tuple(UUID(owner_id) for owner_id in claims["own"]))
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, OverflowError, AttributeError) as error:
        raise BadToken from error
    if claims.get("use") != "device" or now >= expires_at:
        raise BadToken
    return device
