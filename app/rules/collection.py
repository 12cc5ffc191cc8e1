"""What a phone may collect now: by an order that covers it, by a check whose window is open, or nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.rules.facts import DutyKind, Reason
from app.rules.policy import Policy


class Mode(StrEnum):
    """`continuous`: a fix each interval; `checks`: one fix, now; `none`: the phone leaves its receiver alone."""

    CHECKS = "checks"
    CONTINUOUS = "continuous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A check whose window is open and that nothing fulfilled yet; `until` is the end of the power to collect."""

    kind: DutyKind
    until: datetime


@dataclass(frozen=True, slots=True)
class CollectionFacts:
    """What allows a collection at this instant. `order_until` is None unless an order covers the phone itself."""

    order_until: datetime | None
    windows: tuple[OpenWindow, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """What the phone is told. Nothing in it depends on a window that is not open yet."""

    mode: Mode
    basis: Reason
    until: datetime | None
    interval_s: int | None
    poll_after_s: int


BASES = (
    (DutyKind.LOCATION_CHECK, "collect_for_check"),
    (DutyKind.SPOT_CHECK, "collect_for_spot_check"),
    (DutyKind.CHECK_IN, "collect_for_check_in"),
)
"""Which basis is told where several windows are open at once: the phone's own work first."""


def may_collect(facts: CollectionFacts, policy: Policy) -> Collection:
    """An order [Law 29] asks for a track; a check [Law 26] for one fix, and after that for nothing more."""
    if facts.order_until is not None:
        return Collection(
            Mode.CONTINUOUS, _order_basis(policy), facts.order_until, policy.order_interval_s, policy.poll_after_s
        )
    for kind, code in BASES:
        ends = [window.until for window in facts.windows if window.kind is kind]
        if ends:
            return Collection(Mode.CHECKS, Reason(code), max(ends), None, policy.poll_after_s)
    return Collection(Mode.NONE, Reason("collect_nothing"), None, None, policy.poll_after_s)


def _order_basis(policy: Policy) -> Reason:
    """A policy that lets a phone serve as the device says why; one that came later may not speak of it any more."""
    if not policy.phone_under_order:
        return Reason("collect_under_order_in_force")
    return Reason("collect_under_order", (("local_basis", policy.phone_under_order_basis),))
