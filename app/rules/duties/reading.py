"""Why a duty counts as missed, in a sentence; whose doing it seems to be; and how much the evidence carries."""

from collections.abc import Mapping
from typing import Any

from app.rules.duties.facts import ALERTS, CHECKED_IN, DutyFacts, JudgeFacts, PhoneFacts
from app.rules.duties.moments import last_moment, moment, window
from app.rules.facts import AlertKind, Cause, Channel, DutyKind, Reason, Strength

# These word a cause, nothing is decided by them; they are the same for a silence (rules/silence.py).
LOW_BATTERY_PERCENT = 20
PERMISSION_LOST = frozenset({"denied", "services_off", "restricted", "never", "none", "off", "lost"})


def reading(facts: JudgeFacts) -> tuple[Reason, Cause, Strength]:
    """The reason, its cause and its strength, from what is known when the duty is judged.

    Where the phone was in order and heard beyond the end of the window, what was missing was the person: who forgot,
    slept or did not want to. Nothing that a phone says tells which, so it is never said strongly.
    """
    if facts.why is not None:
        return facts.why
    if facts.duty.kind in CHECKED_IN:
        reason, cause, strength = _check_in(facts.duty, facts.phone)
        return (_of_spot_check(reason) if facts.duty.kind is DutyKind.SPOT_CHECK else reason), cause, strength
    if ALERTS[facts.duty.kind] is AlertKind.HANDLING_OVERDUE:
        owed = (("duty_rule", facts.rule_code), ("due", last_moment(facts.duty.due_at)))
        return Reason("handling_overdue_no_record", owed), Cause.UNSURE, Strength.STRONG
    item = facts.policy.item(facts.rule_code)
    params = (("title", item.title if item else facts.rule_code), ("due", last_moment(facts.duty.due_at)))
    return Reason(f"{ALERTS[facts.duty.kind].value}_no_record", params), Cause.UNSURE, Strength.STRONG


def _check_in(duty: DutyFacts, phone: PhoneFacts) -> tuple[Reason, Cause, Strength]:
    """Without a word from the phone since before the window a miss proves little; a known fault points to the phone."""
    at = window(duty.opens_at, duty.due_at)
    if duty.channel is Channel.NO_SMARTPHONE:
        return Reason("missed_check_in_in_person", at), Cause.UNSURE, Strength.MEDIUM
    if phone.last_heard_at is None:
        return Reason("missed_check_in_never_heard", at), Cause.UNSURE, Strength.WEAK
    strength = Strength.WEAK if phone.last_heard_at < duty.opens_at else Strength.MEDIUM
    params = (*at, ("heard", moment(phone.last_heard_at)))
    silent = phone.last_heard_at < duty.due_at
    if fault := _fault(phone, silent=silent):
        battery = () if phone.battery_percent is None else (("battery", str(phone.battery_percent)),)
        return Reason(fault, (*params, *battery)), Cause.PHONE, strength
    if silent:
        return Reason("missed_check_in_silent", params), Cause.UNSURE, strength
    return Reason("missed_check_in_heard", params), Cause.PERSON, strength


def _of_spot_check(reason: Reason) -> Reason:
    """The same, said of a spot check: the list that officers read should tell the two apart."""
    return Reason(f"missed_spot_check_{reason.code.removeprefix('missed_check_in_')}", reason.params)


def _fault(phone: PhoneFacts, *, silent: bool) -> str | None:
    """A fault that the phone told of. What may switch a phone off explains nothing while it is still heard."""
    if phone.location_permission in PERMISSION_LOST:
        return "missed_check_in_no_permission"
    if silent and phone.battery_percent is not None and phone.battery_percent <= LOW_BATTERY_PERCENT:
        return "missed_check_in_low_battery"
    if silent and phone.network == "none":
        return "missed_check_in_no_network"
    if silent and phone.battery_saver:
        return "missed_check_in_battery_saver"
    return None


def evidence(facts: JudgeFacts) -> Mapping[str, Any]:
    """What an occurrence rests on: the window, and for a check-in what the phone told last."""
    duty, phone = facts.duty, facts.phone
    found: dict[str, Any] = {"duty_id": duty.id, "opens_at": duty.opens_at, "due_at": duty.due_at}
    if duty.kind in CHECKED_IN:
        found |= {
            "last_heard_at": phone.last_heard_at,
            "battery_percent": phone.battery_percent,
            "location_permission": phone.location_permission,
            "battery_saver": phone.battery_saver,
        }
    return found
