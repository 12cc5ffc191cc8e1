"""The outbox: claim what is due, send it outside of any transaction, settle what came of it."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from app.actions.deliver_notices import AnyClaim, Claimed, claim_deliveries, settle_deliveries
from app.clients.push import PushChannel, PushMessage, PushOutcome, PushTarget, Rejected, Retry, Sent, Unregistered
from app.deps import Deps
from app.jobs.chunks import Stopped
from app.jobs.job import Counts
from app.metrics import PUSHES
from app.rules.deliveries import Answer, Tried

Claim = TypeVar("Claim", bound=AnyClaim)

LOG = logging.getLogger(__name__)

THREADS = 4
SENDING_S = 20.0
"""No try begins later than this after the run did, so that a run ends well within its deliveries' lease of 60 s."""


def deliver(deps: Deps, now: datetime, limit: int = 50, *, threads: int = THREADS) -> Counts:
    """Send every push that is due, `limit` at a time and `threads` at once (1: one after the other, in order).

    A worker that dies in between gives its deliveries back after their lease, and a push whose answer was lost is
    repeated under the same collapse key. Gives how many were sent, put off (`pending`), retired and given up. A process
    that was told to end begins no further try, gives back what it claimed, and raises `Stopped`.
    """
    return send_due(
        deps, now, claim_deliveries, lambda one, over: _try(deps.push, one, over), limit=limit, threads=threads
    )


def send_due(
    deps: Deps,
    now: datetime,
    claim: Callable[..., Sequence[Claim]],
    attempt: Callable[[Claim, Callable[[], bool]], Tried],
    *,
    limit: int,
    threads: int,
) -> Counts:
    """What `deliver` promises, for any channel: `claim` takes what is due, `attempt` tries one while there is time."""
    counts: Counter[str] = Counter()
    last_begin = time.monotonic() + SENDING_S
    while time.monotonic() < last_begin:
        lease = uuid4()
        with deps.transaction() as tx:
            claimed = claim(tx, lease, now=now, limit=limit)
        if not claimed:
            break
        answers = _answers(attempt, claimed, threads, lambda: deps.stopping.is_set() or time.monotonic() >= last_begin)
        for tried in answers.values():
            PUSHES.labels(tried.answer.value).inc()
        with deps.transaction() as tx:
            settled = settle_deliveries(tx, lease, claimed, answers, now=now)
        counts.update(settlement.state.value for settlement in settled.values())
        if deps.stopping.is_set():
            raise Stopped
        if len(claimed) < limit:
            break
    return counts


def _answers(
    attempt: Callable[[Claim, Callable[[], bool]], Tried],
    claimed: Sequence[Claim],
    threads: int,
    over: Callable[[], bool],
) -> Mapping[UUID, Tried]:
    """What each try came to; those that could not begin in time are untried."""
    with ThreadPoolExecutor(min(threads, len(claimed)), thread_name_prefix="push") as pool:
        tries = {one.id: pool.submit(attempt, one, over) for one in claimed}
    return {delivery_id: _answer(delivery_id, future) for delivery_id, future in tries.items()}


def _answer(delivery_id: UUID, future: "Future[Tried]") -> Tried:
    """A channel never raises; one that does holds up only its own delivery."""
    fault = future.exception()
    if fault is None:
        return future.result()
    LOG.error("delivery %s could not be tried", delivery_id, exc_info=fault)
    return Tried(Answer.RETRY, "fault")


def _try(push: PushChannel | None, one: Claimed, over: Callable[[], bool]) -> Tried:
    """One try. The collapse key is the notice's id: whoever receives a repeat can tell that it is one."""
    if one.pointless or one.kind is None or one.address is None:
        return Tried(Answer.UNREACHABLE, one.pointless or "endpoint_retired")
    if push is None:
        return Tried(Answer.UNREACHABLE, "channel_off")
    if over():
        return Tried(Answer.UNTRIED)
    outcome = push.send(PushTarget(one.kind, one.address), PushMessage(one.notice_id, str(one.notice_id)))
    return as_tried(outcome)


def as_tried(outcome: PushOutcome) -> Tried:
    """The vendor's outcome in the words of the rules."""
    match outcome:
        case Sent():
            return Tried(Answer.SENT)
        case Unregistered():
            return Tried(Answer.UNREGISTERED, "unregistered")
        case Retry(after_s, error_code):
            return Tried(Answer.RETRY, error_code, after_s)
        case Rejected(error_code):
            return Tried(Answer.REJECTED, error_code)
