"""When administrators are told of a fault of the service: at once, each day that it lasts, and when it is over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.effects import Decision, Notify
from app.rules.facts import About, Reason

AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Fault:
    """One fault as it stands: how many rows or jobs it concerns, and when it was over, if it is."""

    id: UUID
    code: str
    count: int
    opened_at: datetime
    recovered_at: datetime | None


def tell(faults: Iterable[Fault], administrators: Sequence[UUID], *, now: datetime) -> Decision:
    """One notice for each administrator, fault and step; asked again it gives the same ones, which are written once."""
    return Decision(tuple(_notice(fault, administrator, now) for fault in faults for administrator in administrators))


def _notice(fault: Fault, administrator: UUID, now: datetime) -> Notify:
    step, code = _step(fault, now)
    return Notify(
        recipient_kind="user",
        recipient_id=administrator,
        about=About("service_fault", fault.id),
        step=step,
        wording=Reason(code, (("fault", fault.code), ("n", str(fault.count)), ("since", fault.opened_at.isoformat()))),
        at=now,
        push_at=now,
    )


def _step(fault: Fault, now: datetime) -> tuple[str, str]:
    if fault.recovered_at is not None:
        return "recovered", "service_fault_over"
    days = (now - fault.opened_at) // AGAIN_AFTER
    return (f"day.{days}", "service_fault_lasts") if days else ("opened", "service_fault")
