"""One's own second factor: whether there is one, since when, and how many recovery codes are left."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from app.models.session import RecoveryCode, Totp
from app.rules.facts import Actor


@dataclass(frozen=True)
class SecondFactorView:
    """`since` is None without a second factor."""

    since: datetime | None
    codes_left: int


def own(connection: Connection, actor: Actor) -> SecondFactorView:
    """Of the actor alone."""
    unused = select(func.count()).where(
        RecoveryCode.user_id == actor.id, RecoveryCode.used_at.is_(None), RecoveryCode.ended_at.is_(None)
    )
    since = select(Totp.confirmed_at).where(
        Totp.user_id == actor.id, Totp.confirmed_at.is_not(None), Totp.ended_at.is_(None)
    )
    row = connection.execute(
        select(since.scalar_subquery().label("since"), unused.scalar_subquery().label("codes_left"))
    ).one()
    return SecondFactorView(row.since, row.codes_left)
