"""From log-in, password and code, or from a refresh token, to tokens: one road for phones, officers and pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from app.access.tokens import (
    ACCESS_TERM,
    BadToken,
    PastToken,
    make_device_token,
    make_token,
    read_device_token,
    read_token,
)
from app.actions.log_in import (
    begin_log_in,
    compare_password,
    note_no_outcome,
    note_right_password,
    open_phone_session,
    open_user_session,
)
from app.actions.prove_code import asks_for_code, begin_proof, note_right_code, use_code
from app.actions.refresh_session import count_bad_token, refresh_session
from app.deps import Deps
from app.rules.devices import Device
from app.rules.errors import NotAllowed, Unavailable
from app.rules.sessions import Caller, KnownDevice

OWNERS = {"office": "user", "mobile": "subject"}


@dataclass(frozen=True)
class Tokens:
    """What a client keeps: seconds until the access token ends, and the instant at which the log-in ends.

    `device_token` says that its owner logged in here; a log-in that shows it is not delayed by others' failures.
    """

    session_id: UUID
    owner_id: UUID
    access_token: str
    refresh_token: str
    expires_in: int
    session_expires_at: datetime
    device_token: str | None = None


@dataclass(frozen=True)
class Proof:
    """What a log-in shows: the password, and where the account has a second factor a code of it."""

    login: str
    password: str
    code: str | None = None


def a_caller(deps: Deps, audience: str, address: str, device_token: str | None) -> Caller:
    """Who asks, by the address and by the token that the client kept; without one the device is as good as new."""
    try:
        known = read_device_token(device_token or "", deps.settings.token_secret, audience=audience, now=deps.now())
    except BadToken:
        known = None
    return Caller(address, known)


def log_in_user(
    deps: Deps, proof: Proof, device: Device | None, caller: Caller, *, client_name: str | None = None
) -> Tokens:
    """Log a user in; NotAllowed `wrong_login` whatever of log-in and password is wrong, after the same time.

    NotAllowed `totp_needed` and `totp_wrong` where the password was right and the account has a second factor.
    TooOften where tries come too soon.
    """
    user_id = confirm_password(deps, "user", proof.login, proof.password, caller)
    return finish_log_in(deps, user_id, proof.code, device, caller, client_name=client_name)


def finish_log_in(
    deps: Deps,
    user_id: UUID,
    code: str | None,
    device: Device | None,
    caller: Caller,
    *,
    client_name: str | None = None,
) -> Tokens:
    """The second half of a user's log-in, after the password was confirmed; refused as above."""
    prove_code(deps, user_id, code, caller)
    with deps.transaction() as tx:
        session = open_user_session(tx, uuid4(), user_id, device, now=deps.now(), client_name=client_name)
    tokens = _Issue(deps, "office", session.id, user_id)
    return tokens.pair(0, session.expires_at, _known(caller, user_id))


def log_in_subject(deps: Deps, proof: Proof, device: Device, caller: Caller) -> Tokens:
    """Log a subject in on its phone; refused as above, and Conflict `device_not_bound` on another phone."""
    subject_id = confirm_password(deps, "subject", proof.login, proof.password, caller)
    with deps.transaction() as tx:
        session = open_phone_session(tx, uuid4(), subject_id, device, now=deps.now())
    tokens = _Issue(deps, "mobile", session.id, subject_id)
    return tokens.pair(0, session.expires_at, _known(caller, subject_id))


def confirm_password(deps: Deps, owner_kind: str, login: str, password: str, caller: Caller) -> UUID:
    """Whose log-in and password these are; refused as above. No connection is held while the password is compared.

    The try is counted before its outcome is known, so that a hundred at once are a hundred; a right one is taken back.
    """
    login = login.replace("\0", "")
    with deps.transaction() as tx:
        begun = begin_log_in(tx, owner_kind, login, caller, now=deps.now())
    try:
        owner_id = compare_password(begun, password, deps.settings)
    except Unavailable:
        with deps.transaction() as tx:
            note_no_outcome(tx, begun)
        raise
    with deps.transaction() as tx:
        note_right_password(tx, begun)
    return owner_id


def prove_code(deps: Deps, user_id: UUID, code: str | None, caller: Caller) -> None:
    """That the user holds the second factor, where there is one. A code is good once.

    NotAllowed `totp_needed` without a code, `totp_wrong` for a wrong or used one, TooOften where tries come too soon.
    """
    with deps.autocommit() as tx:
        if not asks_for_code(tx, user_id):
            return
    if code is None:
        raise NotAllowed("totp_needed")
    with deps.transaction() as tx:
        tried = begin_proof(tx, user_id, caller, now=deps.now())
    with deps.transaction() as tx:
        use_code(tx, user_id, code, deps.settings, now=deps.now())
        note_right_code(tx, tried)


def refresh(deps: Deps, audience: str, refresh_token: str, caller: Caller) -> Tokens:
    """Exchange a refresh token of this audience, once; NotAllowed `session_ended` where it counts no more.

    Tokens that we never signed are counted against the address they come from: TooOften after many. Ours that ran out
    are nobody's guess.
    """
    now = deps.now()
    try:
        token = read_token(refresh_token, deps.settings.token_secret, use="refresh", audience=audience, now=now)
    except PastToken as error:
        raise NotAllowed("session_ended") from error
    except BadToken as error:
        with deps.transaction() as tx:
            count_bad_token(tx, caller, now=now)
        raise NotAllowed("session_ended") from error
    with deps.transaction() as tx:
        refreshed = refresh_session(tx, token.session_id, OWNERS[audience], token.owner_id, token.generation, now=now)
    if refreshed is None:
        raise NotAllowed("session_ended")
    tokens = _Issue(deps, audience, token.session_id, token.owner_id)
    return tokens.pair(refreshed.generation, refreshed.expires_at, None)


def _known(caller: Caller, owner_id: UUID) -> KnownDevice:
    """The device as its owner's from now on. Only a password that was right leads here."""
    return (caller.device or KnownDevice(uuid4().hex, ())).also_of(owner_id)


@dataclass(frozen=True)
class _Issue:
    """Makes the tokens of one session."""

    deps: Deps
    audience: str
    session_id: UUID
    owner_id: UUID

    def pair(self, generation: int, session_expires_at: datetime, device: KnownDevice | None) -> Tokens:
        now, secret = self.deps.now(), self.deps.settings.token_secret
        ends = {"access": now + ACCESS_TERM, "refresh": session_expires_at}
        access, following = (
            make_token(
                secret,
                use=use,
                audience=self.audience,
                session_id=self.session_id,
                owner_id=self.owner_id,
                generation=generation,
                expires_at=expires_at,
            )
            for use, expires_at in ends.items()
        )
        return Tokens(
            self.session_id,
            self.owner_id,
            access,
            following,
            int(ACCESS_TERM.total_seconds()),
            session_expires_at,
            make_device_token(secret, device, audience=self.audience, now=now) if device else None,
        )
