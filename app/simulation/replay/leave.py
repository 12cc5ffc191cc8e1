"""Leave in a replay: asked for at the office, decided by the one who is named or may, and the return."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.simulation.replay.phone import Answer
from app.simulation.replay.scenario import Event
from app.simulation.replay.staff import NOTE, Staff

PATH = "/leave-requests"
CONTACT = "情景推演,无联系方式"


def play_leave(staff: Staff, event: Event) -> bool:
    """A request, and its decision."""
    body = _body(event, event["from"].isoformat(), event["to"].isoformat(), [event["destination"]])
    return _ask_and_decide(staff, event, body, approve=event["decision"] == "approved")


def play_permit(staff: Staff, event: Event) -> bool:
    """A permit for frequent travel, approved by its county."""
    body = _body(event, event["from"].isoformat(), event["to"].isoformat(), event["places"])
    permit = {"kind": "permit", "ground": "family_or_work", "frequency": event.get("frequency") or NOTE}
    return _ask_and_decide(staff, event, {**body, **permit}, approve=True)


def _body(event: Event, from_at: str, until: str, destinations: list[str]) -> dict[str, Any]:
    return {
        "ground": "family_or_work",
        "reason": event.get("reason") or NOTE,
        "destinations": destinations,
        "place": NOTE,
        "from": from_at,
        "to": until,
        "travel": NOTE,
        "contact": CONTACT,
    }


def _ask_and_decide(staff: Staff, event: Event, body: dict[str, Any], *, approve: bool) -> bool:
    leave_id = str(staff.county.id("leave", event.line))
    asked = {**body, "id": leave_id, "subject_id": str(staff.county.subjects[event["subject"]])}
    office = staff.county.office_of[event["subject"]]
    enters = event.get("officer") or staff.county.first_officer.get(office) or event.get("by")
    if enters is None or staff.ask(event, enters, "POST", PATH, asked) is None:
        return False
    verdict = {"approve": approve, **({} if approve else {"reason": event.get("reason") or NOTE})}
    candidates = [event["by"]] if event.get("by") else _deciders(staff, event)
    return _decide(staff, event, f"{PATH}/{leave_id}/decision", verdict, candidates)


def _decide(staff: Staff, event: Event, path: str, verdict: dict[str, Any], candidates: list[str]) -> bool:
    """Each in turn, from the office upward, until somebody may: only the last refusal is told."""
    for officer in candidates[:-1]:
        answer = staff.county.ask_as(officer, "POST", path, verdict)
        if answer is not None and answer.taken:
            return True
    return bool(candidates) and staff.ask(event, candidates[-1], "POST", path, verdict) is not None


def _deciders(staff: Staff, event: Event) -> list[str]:
    """The first officer of the office, of its county, and of its city, as far as there are any."""
    office = staff.county.office_of[event["subject"]]
    county = staff.county.sites[office].path.rsplit(".", 2)[-2]
    places = (office, county, f"{county[:4]}00")
    return [staff.county.first_officer[place] for place in places if place in staff.county.first_officer]


def play_return(staff: Staff, event: Event) -> bool:
    """The person is back: told by phone, or at the office where the phone is not online; an officer confirms."""
    subject = event["subject"]
    officer = staff.county.actor_for(subject, event.get("officer"))
    leave_id = _running(staff, event, officer)
    if leave_id is None:
        return False
    told = {"id": str(staff.county.id("return", event.line)), "returned_at": event.at.isoformat()}
    phone = staff.county.phones.get(subject)
    if phone is not None and phone.online:
        answer = staff.county.ask_as_phone(subject, "POST", f"{PATH}/{leave_id}/return", told)
        if _was_enough(answer):
            return True
    told["id"] = str(staff.county.id("return at the office", event.line))
    return staff.ask(event, officer, "POST", f"{PATH}/{leave_id}/returns", told) is not None


def _was_enough(answer: Answer | None) -> bool:
    return answer is not None and answer.taken and answer.body["return_waiting_at"] is None


def _running(staff: Staff, event: Event, officer: str) -> str | None:
    """The leave that the person is back from: the one that began last."""
    query = f"{PATH}?subject_id={staff.county.subjects[event['subject']]}&kind=leave&limit=200"
    listed = staff.ask(event, officer, "GET", query)
    if listed is None:
        return None
    begun = [one for one in listed.body["items"] if _is_owed(one) and _begins(one) <= event.at]
    if not begun:
        staff.outlet.say(staff.county.clock.now(), "refused", line=event.line, reason="no_leave")
        return None
    found: str = max(begun, key=lambda one: (_begins(one), one["id"]))["id"]
    return found


def _is_owed(leave: dict[str, Any]) -> bool:
    granted = leave["state"] in {"approved", "revoked"} and leave["counts_from"] is not None
    return granted and leave["duty_state"] not in {"fulfilled", "late"}


def _begins(leave: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(leave["counts_from"])


LEAVE: dict[str, Callable[[Staff, Event], bool]] = {
    "leave": play_leave,
    "permit": play_permit,
    "returned": play_return,
}
