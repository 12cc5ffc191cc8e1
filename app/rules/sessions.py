"""How long a log-in lasts, how often one may guess, and what a refresh token is still good for."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.errors import TooOften

SUBJECT_TERM = timedelta(days=30)
OFFICER_PHONE_TERM = timedelta(days=7)
BROWSER_TERM = timedelta(hours=12)


GUESSING_TIME = timedelta(minutes=15)
GUESSES_OF_CLIENT = 10
GUESSES_OF_ALL = 100


@dataclass(frozen=True)
class Guesses:
    """Log-ins under one name that failed within GUESSING_TIME: those of this client, and all of them."""

    of_client: int
    of_all: int


def refuse_guessing(guesses: Guesses) -> None:
    """TooOften `too_many_log_ins` after too many, whether the account exists or not, and before the password is
    looked at.

    One client is stopped early; everybody together late, so that nobody can lock another out with a few requests.
    """
    if guesses.of_client >= GUESSES_OF_CLIENT or guesses.of_all >= GUESSES_OF_ALL:
        raise TooOften("too_many_log_ins", {"retry_after_s": int(GUESSING_TIME.total_seconds())})


class Refresh(StrEnum):
    """What becomes of a refresh token that is presented."""

    ROTATE = "rotate"
    REUSED = "reused"
    OVER = "over"


@dataclass(frozen=True)
class SessionFacts:
    """A session under its lock. `live` while it has not ended or run out, and its owner and phone still count."""

    device_id: UUID | None
    generation: int
    live: bool


def term(owner_kind: str, device_id: UUID | None) -> timedelta:
    """How long a log-in lasts without being refreshed.

    A subject's phone that is used at all stays logged in. An officer's phone must be able to open an alert at night;
    a browser is not bound to anything and is left behind on desks: it lasts a working day.
    """
    if owner_kind == "subject":
        return SUBJECT_TERM
    return OFFICER_PHONE_TERM if device_id else BROWSER_TERM


def judge_refresh(session: SessionFacts | None, generation: int) -> Refresh:
    """Whether the token of this generation is exchanged for new ones.

    An older one than the session's has been used before: two hold it, and nobody can tell which is the thief.
    """
    if session is None or not session.live or generation > session.generation:
        return Refresh.OVER
    return Refresh.ROTATE if generation == session.generation else Refresh.REUSED
