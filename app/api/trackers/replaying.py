"""What was set aside goes through the gate once more, after whatever could not read it was mended."""

from collections import Counter

from app.actions.replay_poison import (
    FIRST,
    Chosen,
    Connection,
    Opened,
    claim_poison,
    note_replay,
    put_back,
    settle_poison,
)
from app.actions.report_positions import ReportPositions, report_positions
from app.api.trackers import owntracks_reading, traccar_reading
from app.api.trackers.messages import TOO_LARGE, Held, Poisoned, opened
from app.config import Settings
from app.deps import Deps
from app.rules.facts import Actor, PoisonForm, TrackerClient
from app.rules.positions import Report, sort_out
from app.rules.timing import Sending

READERS = {
    TrackerClient.OWNTRACKS.value: owntracks_reading.read,
    TrackerClient.TRACCAR.value: traccar_reading.read,
}


def replay_poison(handle: Deps, chosen: Chosen) -> dict[str, int]:
    """Try all that was chosen and of no use so far, each as of the time at which it arrived; what became of how many.

    A body goes in whole or not at all: `still` are those that are no fixes yet. The same checks hold as on the day:
    powers decide, and what no power covered is counted and not kept.
    """
    counts: Counter[str] = Counter(taken=0, still=0, stored=0, repeated=0, not_kept=0)
    after = FIRST
    while True:
        with handle.transaction() as tx:
            claimed = claim_poison(tx, chosen, handle.settings, after=after)
            for one in claimed:
                counts.update(_again(tx, one, handle))
        if not claimed:
            break
        after = claimed[-1].id
    with handle.transaction() as tx:
        note_replay(tx, chosen, counts, now=handle.now())
    return dict(counts)


def _again(tx: Connection, one: Opened, handle: Deps) -> dict[str, int]:
    held = _read(one)
    reports = [each for each in held if isinstance(each, Report)]
    reasons = [each.reason for each in held if isinstance(each, Poisoned)]
    reasons += [aside.reason for aside in sort_out(reports, Sending(one.received_at)).set_aside]
    if reasons:
        put_back(tx, one.id, reasons[0])
        return {"still": 1}
    counts = _through_the_gate(tx, one, reports, handle.settings) if reports else {}
    settle_poison(tx, one, now=handle.now())
    return {"taken": 1, **counts}


def _read(one: Opened) -> list[Held]:
    if one.form is PoisonForm.REPORT:
        return [one.report()]
    message = opened(one.content)
    if one.reason == TOO_LARGE and not message.query:
        return [Poisoned(message, TOO_LARGE)]  # nothing of it was kept to be read
    return READERS[one.client](message)


def _through_the_gate(tx: Connection, one: Opened, reports: list[Report], settings: Settings) -> dict[str, int]:
    command = ReportPositions(one.id, one.id.bytes, reports, client=one.client)
    receipt = report_positions(tx, Actor("subject", one.subject_id), command, settings, now=one.received_at)
    return {"stored": receipt.stored, "repeated": receipt.repeated, "not_kept": receipt.not_kept}
