"""What lines about letting duties go do: asked for by an officer, answered by a second person."""

from app.simulation.replay.scenario import Event
from app.simulation.replay.staff import NOTE, Staff


def waive(staff: Staff, event: Event) -> bool:
    """The oldest open duty of that kind or item is let go, or asked to be."""
    kind = f"&kind={event['duty']}" if event.get("duty") else ""
    listed = staff.ask(
        event, event["officer"], "GET", f"/duties?subject_id={subject_of(staff, event)}{kind}&state=open&limit=200"
    )
    if listed is None:
        return False
    item = event.get("item")
    duties = [duty for duty in listed.body["items"] if item in {None, duty["rule_code"]}]
    if not duties:
        return refused(staff, event, "no_such_duty")
    first = min(duties, key=lambda duty: (duty["opens_at"], duty["id"]))
    body = {"reason": event.get("reason", NOTE), "not_applicable": bool(event.get("not_applicable"))}
    return staff.ask(event, event["officer"], "POST", f"/duties/{first['id']}/waive", body) is not None


def decide_waiver(staff: Staff, event: Event) -> bool:
    """The oldest request that waits for a second person is answered."""
    listed = staff.ask(event, event["officer"], "GET", "/waivers?state=waiting&limit=200")
    if listed is None:
        return False
    wanted, item = subject_of(staff, event), event.get("item")
    waiting = [one for one in listed.body["items"] if one["subject_id"] == wanted and item in {None, one["rule_code"]}]
    if not waiting:
        return refused(staff, event, "no_such_waiver")
    body = {"granted": event["granted"], "answer": event.get("answer") or (None if event["granted"] else NOTE)}
    path = f"/waivers/{waiting[-1]['id']}/decision"
    return staff.ask(event, event["officer"], "POST", path, body) is not None


def subject_of(staff: Staff, event: Event) -> str:
    """The id of the line's subject."""
    return str(staff.county.subjects[event["subject"]])


def actor_of(staff: Staff, event: Event) -> str:
    """Whoever the line names, or the first officer of the subject's office."""
    return staff.county.actor_for(event["subject"], event.get("officer"))


def refused(staff: Staff, event: Event, reason: str) -> bool:
    """Print that the line could not be done."""
    staff.outlet.say(staff.county.clock.now(), "refused", line=event.line, reason=reason)
    return False
