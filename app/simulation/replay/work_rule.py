"""What lines about the work rule do: occasions entered, reported, withdrawn; periods; duties let go and confirmed."""

from collections.abc import Callable
from typing import Any

from app.simulation.replay.scenario import Event
from app.simulation.replay.staff import NOTE, Staff


def waive(staff: Staff, event: Event) -> bool:
    """The oldest open duty of that kind or item is let go, or asked to be."""
    kind = f"&kind={event['duty']}" if event.get("duty") else ""
    listed = staff.ask(
        event, event["officer"], "GET", f"/duties?subject_id={_subject(staff, event)}{kind}&state=open&limit=200"
    )
    if listed is None:
        return False
    item = event.get("item")
    duties = [duty for duty in listed.body["items"] if item in {None, duty["rule_code"]}]
    if not duties:
        return _none(staff, event, "no_such_duty")
    first = min(duties, key=lambda duty: (duty["opens_at"], duty["id"]))
    body = {"reason": event.get("reason", NOTE), "not_applicable": bool(event.get("not_applicable"))}
    return staff.ask(event, event["officer"], "POST", f"/duties/{first['id']}/waive", body) is not None


def decide_waiver(staff: Staff, event: Event) -> bool:
    """The oldest request that waits for a second person is answered."""
    listed = staff.ask(event, event["officer"], "GET", "/waivers?state=waiting&limit=200")
    if listed is None:
        return False
    wanted, item = _subject(staff, event), event.get("item")
    waiting = [one for one in listed.body["items"] if one["subject_id"] == wanted and item in {None, one["rule_code"]}]
    if not waiting:
        return _none(staff, event, "no_such_waiver")
    body = {"granted": event["granted"], "answer": event.get("answer") or (None if event["granted"] else NOTE)}
    path = f"/waivers/{waiting[-1]['id']}/decision"
    return staff.ask(event, event["officer"], "POST", path, body) is not None


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
    path = f"/subjects/{_subject(staff, event)}/occasions"
    return staff.ask(event, _actor(staff, event), "POST", path, body) is not None


def withdraw_occasion(staff: Staff, event: Event) -> bool:
    """The newest occasion of that kind is taken back."""
    listed = staff.ask(event, event["officer"], "GET", f"/subjects/{_subject(staff, event)}/occasions?limit=200")
    if listed is None:
        return False
    of_kind = [one for one in listed.body["items"] if one["kind"] == event["kind"] and not one["withdrawn_at"]]
    if not of_kind:
        return _none(staff, event, "no_such_occasion")
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
        return _none(staff, event, code)
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


def _subject(staff: Staff, event: Event) -> str:
    return str(staff.county.subjects[event["subject"]])


def _actor(staff: Staff, event: Event) -> str:
    return staff.county.actor_for(event["subject"], event.get("officer"))


def _none(staff: Staff, event: Event, reason: str) -> bool:
    staff.outlet.say(staff.county.clock.now(), "refused", line=event.line, reason=reason)
    return False


WORK_RULE: dict[str, Callable[[Staff, Event], bool]] = {
    "waive": waive,
    "waiver_decision": decide_waiver,
    "occasion": occasion,
    "occasion_withdraw": withdraw_occasion,
    "report": report,
    "period": period,
    "period_withdraw": withdraw_period,
}
