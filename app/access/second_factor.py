"""Which roles count only with a second factor, and what is open without it: the way to get one."""

from collections.abc import Collection
from dataclasses import replace

from app.access.table import ACTIONS, allow
from app.rules.errors import NotAllowed
from app.rules.facts import Actor

OF_ONESELF = frozenset({"self.secure"})
"""Who one is, one's own password, second factor and log-ins."""


def counting(actor: Actor, required: Collection[str]) -> Actor:
    """The actor with those grants that count: a role in `required` does not before its holder has a second factor."""
    if actor.second_factor or not any(grant.role in required for grant in actor.grants):
        return actor
    return replace(actor, grants=tuple(grant for grant in actor.grants if grant.role not in required))


def admit(actor: Actor, action: str, required: Collection[str]) -> Actor:
    """The actor with the grants that permit `action` and count.

    NotAllowed `totp_enrol_needed` where a role would permit it that waits for a second factor, `not_allowed` otherwise.
    """
    if action in OF_ONESELF:
        return allow(actor, action)
    counted = counting(actor, required)
    try:
        return allow(counted, action)
    except NotAllowed:
        if counted is not actor and actor.has(*ACTIONS.get(action, ())):
            raise NotAllowed("totp_enrol_needed") from None
        raise
