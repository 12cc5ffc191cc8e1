"""One-time codes of an authenticator app (RFC 6238): secrets, and which step a code belongs to. And recovery codes."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from pyotp import TOTP, random_base32

STEP_S = 30
STEPS_ASIDE = 1
"""A phone's clock may be half a minute off, either way."""

ISSUER = "知访"
RECOVERY_CODES = 10
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that are not taken for one another on paper."""

RECOVERY_SIGNS = 24
"""120 bits: a plain hash of it cannot be tried out."""

GROUP = 4


def new_secret() -> str:
    """160 random bits in base32, as an app takes them."""
    return random_base32(32)


def address_of(secret: str, login: str) -> str:
    """The `otpauth:` address that an app reads from the picture."""
    return TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The step whose code this is: the present one, or one beside it; None for any other. All are compared."""
    present = int(now.timestamp()) // STEP_S
    steps = range(present - STEPS_ASIDE, present + STEPS_ASIDE + 1)
    given = code.encode(errors="replace")
    fitting = [step for step in steps if hmac.compare_digest(_code(secret, step), given)]
    return fitting[0] if fitting else None


def code_at(secret: str, *, now: datetime) -> str:
    """What an app shows."""
    return _code(secret, int(now.timestamp()) // STEP_S).decode()


def new_recovery_codes() -> Sequence[str]:
    """Codes as they are shown once and kept on paper."""
    return [_grouped("".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_SIGNS))) for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> bytes:
    """By what a recovery code is kept and found, however it was typed."""
    return sha256(_typed(code).encode(errors="replace")).digest()


def is_recovery_code(code: str) -> bool:
    """Whether it has the length of one."""
    return len(_typed(code)) == RECOVERY_SIGNS


def _code(secret: str, step: int) -> bytes:
    return TOTP(secret).generate_otp(step).encode()


def _typed(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum())


def _grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
