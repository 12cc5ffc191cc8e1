"""From a log-in and its password, or from a refresh token, to tokens: the same road for phones, officers and pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from app.access.tokens import ACCESS_TERM, BadToken, make_token, read_token
from app.actions.log_in import (
    compare_password,
    find_account,
    note_wrong_log_in,
    open_phone_session,
    open_user_session,
)
from app.actions.refresh_session import refresh_session
from app.deps import Deps
from app.rules.devices import Device
from app.rules.errors import NotAllowed

OWNERS = {"office": "user", "mobile": "subject"}


@dataclass(frozen=True)
class Tokens:
    """What a client keeps: seconds until the access token ends, and the instant at which the log-in ends."""

    session_id: UUID
    owner_id: UUID
    access_token: str
    refresh_token: str
    expires_in: int
    session_expires_at: datetime


def log_in_user(deps: Deps, login: str, password: str, device: Device | None, *, client: str = "") -> Tokens:
    """Log a user in; NotAllowed `wrong_login` whatever of the two is wrong, after the same time.

    `client` is where the request comes from; TooOften `too_many_log_ins` where too many were wrong lately.
    """
    user_id = confirm_password(deps, "user", login, password, client)
    with deps.transaction() as tx:
        session = open_user_session(tx, uuid4(), user_id, device, now=deps.now())
    return _tokens(deps, "office", session.id, user_id, 0, session.expires_at)


def log_in_subject(deps: Deps, login: str, password: str, device: Device, *, client: str = "") -> Tokens:
    """Log a subject in on its phone; refused as above, and Conflict `device_not_bound` on another phone."""
    subject_id = confirm_password(deps, "subject", login, password, client)
    with deps.transaction() as tx:
        session = open_phone_session(tx, uuid4(), subject_id, device, now=deps.now())
    return _tokens(deps, "mobile", session.id, subject_id, 0, session.expires_at)


def confirm_password(deps: Deps, owner_kind: str, login: str, password: str, client: str) -> UUID:
    """Whose log-in and password these are; refused as above. No connection is held while the password is compared."""
    login = login.replace("\0", "")
    with deps.autocommit() as tx:
        account = find_account(tx, owner_kind, login, client, now=deps.now())
    try:
        return compare_password(account, password, deps.settings)
    except NotAllowed:
        with deps.autocommit() as tx:
            note_wrong_log_in(tx, owner_kind, login, client, now=deps.now())
        raise


def refresh(deps: Deps, audience: str, refresh_token: str) -> Tokens:
    """Exchange a refresh token of this audience, once; NotAllowed `session_ended` where it counts no more."""
    now = deps.now()
    try:
        token = read_token(refresh_token, deps.settings.token_secret, use="refresh", audience=audience, now=now)
    except BadToken as error:
        raise NotAllowed("session_ended") from error
    with deps.transaction() as tx:
        refreshed = refresh_session(tx, token.session_id, OWNERS[audience], token.owner_id, token.generation, now=now)
    if refreshed is None:
        raise NotAllowed("session_ended")
    return _tokens(deps, audience, token.session_id, token.owner_id, refreshed.generation, refreshed.expires_at)


def _tokens(
    deps: Deps, audience: str, session_id: UUID, owner_id: UUID, generation: int, session_expires_at: datetime
) -> Tokens:
    ends = {"access": deps.now() + ACCESS_TERM, "refresh": session_expires_at}
    access, following = (
        make_token(
            deps.settings.token_secret,
            use=use,
            audience=audience,
            session_id=session_id,
            owner_id=owner_id,
            generation=generation,
            expires_at=expires_at,
        )
        for use, expires_at in ends.items()
    )
    return Tokens(session_id, owner_id, access, following, int(ACCESS_TERM.total_seconds()), session_expires_at)
