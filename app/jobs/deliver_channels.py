"""What is due for users' own channels: claimed apart from pushes, so that neither holds up the other."""

from collections.abc import Callable
from datetime import datetime

from cryptography.exceptions import InvalidTag

from app.actions.deliver_channels import ChannelClaim, claim_channels, tell_of_gone
from app.config import Settings
from app.deps import Deps
from app.jobs.deliver import as_tried, send_due
from app.jobs.job import Counts
from app.rules import channels
from app.rules.deliveries import Answer, Tried
from app.rules.errors import Unavailable
from app.rules.wording import sentence
from app.store import channels as rows
from app.store.identity import keys_of
from app.store.sealing import Purpose, open_sealed

THREADS = 4
BATCH = 20


def deliver_channels(deps: Deps, now: datetime, limit: int = BATCH, *, threads: int = THREADS) -> Counts:
    """Send what is due for channels, and tell in the app of channels that turned out to be gone."""
    counts = send_due(deps, now, claim_channels, lambda one, over: _try(deps, one, over), limit=limit, threads=threads)
    if counts.get("retired"):
        with deps.transaction() as tx:
            tell_of_gone(tx, now=now)
    return counts


def _try(deps: Deps, one: ChannelClaim, over: Callable[[], bool]) -> Tried:
    """One try. Nothing but the address and an opaque text leaves the house."""
    if one.pointless:
        return Tried(Answer.UNREACHABLE, one.pointless)
    if deps.channels is None:
        return Tried(Answer.UNREACHABLE, "channel_off")
    if over():
        return Tried(Answer.UNTRIED)
    try:
        url = open_sealed(keys_of(deps.settings), Purpose.CHANNEL, one.channel_id, one.sealed).decode()
    except (InvalidTag, Unavailable):
        return Tried(Answer.RETRY, "key_missing")
    address = channels.opened(url)
    if address is None:
        return Tried(Answer.REJECTED, "refused_by_vendor")
    return as_tried(deps.channels.send(address, text_of(one, deps.settings)))


def text_of(one: ChannelClaim, settings: Settings) -> str:
    """What is written: that something waits, where to read it, and by what a repeat is told. Never of whom."""
    if one.about_kind == "channel":
        return sentence("channel_code", {"code": rows.code(settings, one.channel_id, one.tests)})
    base = settings.channels.public_url
    params = {"link": f"{base}/notices " if base else "", "ref": channels.ref(one.notice_id)}
    return sentence("channel_alert" if one.about_kind == "alert" else "channel_notice", params)
