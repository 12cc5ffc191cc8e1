"""What lines about the work rule do: occasions entered, reported, withdrawn; periods. Waivers are in `waiving`."""

from collections.abc import Callable
from typing import Any

from app.simulation.replay.scenario import Event
from app.simulation.replay.staff import NOTE, Staff
from app.simulation.replay.waiving import actor_of, decide_waiver, refused, subject_of, waive


def occasion(staff: Staff, event: Event) -> bool:
    """An officer enters what happened."""
    body: dict[str, Any] = {
        "id": str(staff.county.id("occasion", event.line)),
        "kind": event["kind"],
        "note": event.get("note") or NOTE,
        "on": event.get("on"),
    }
    if event.get("known_since"):
        body["known_since"] = event["known_since"].isoformat()
    path = f"/subjects/{subject_of(staff, event)}/occasions"
    return staff.ask(event, actor_of(staff, event), "POST", path, body) is not None


def withdraw_occasion(staff: Staff, event: Event) -> bool:
    """The newest occasion of that kind is taken back."""
    listed = staff.ask(event, event["officer"], "GET", f"/subjects/{subject_of(staff, event)}/occasions?limit=200")
    if listed is None:
        return False
    of_kind = [one for one in listed.body["items"] if one["kind"] == event["kind"] and not one["withdrawn_at"]]
    if not of_kind:
        return refused(staff, event, "no_such_occasion")
    body = {"reason": event.get("reason", NOTE)}
    return staff.ask(event, event["officer"], "POST", f"/occasions/{of_kind[0]['id']}/withdraw", body) is not None


def report(staff: Staff, event: Event) -> bool:
    """The person reports a change by phone; the receipt is printed."""
    body = {
        "id": str(staff.county.id("report", event.line)),
        "kind": event["kind"],
        "on": event.get("on"),
        "text": event.get("text") or NOTE,
    }
    answer = staff.county.ask_as_phone(event["subject"], "POST", "/reports", body)
    taken = answer is not None and answer.taken
    code = "service_away" if answer is None else answer.body.get("code", str(answer.status))
    if not taken:
        return refused(staff, event, code)
    now = staff.county.clock.now()
    staff.outlet.say(now, "receipt", subject=event["subject"], **{"for": "report"}, outcome="accepted", reasons=[])
    return True


def period(staff: Staff, event: Event) -> bool:
    """A sensitive time, or security for a great event, is announced for an office or a county."""
    site = staff.county.sites[event["office"]] if event.get("office") else staff.county.county(event["county"])
    body = {
        "id": str(staff.county.id("period", event["title"])),
        "office_id": str(site.id),
        "kind": event.get("kind") or "sensitive",
        "title": event["title"],
        "from": event["from"],
        "to": event["to"],
        "reason": event.get("reason") or NOTE,
    }
    return staff.ask(event, event["officer"], "POST", "/announced-periods", body) is not None


def withdraw_period(staff: Staff, event: Event) -> bool:
    """The period of that title is withdrawn."""
    path = f"/announced-periods/{staff.county.id('period', event['title'])}/withdraw"
    return staff.ask(event, event["officer"], "POST", path, {"reason": event.get("reason") or NOTE}) is not None


WORK_RULE: dict[str, Callable[[Staff, Event], bool]] = {
    "waive": waive,
    "waiver_decision": decide_waiver,
    "occasion": occasion,
    "occasion_withdraw": withdraw_occasion,
    "report": report,
    "period": period,
    "period_withdraw": withdraw_period,
}
