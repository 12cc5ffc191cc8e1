"""The checks of a record beside its place: who else was there, when it was written, photos, signature, device."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.rules.calendar import legal_day
from app.rules.facts import DutyKind, FilePurpose, Reason
from app.rules.proof.circle import near
from app.rules.proof.facts import Check, Photographed, ProofFacts, Verdict

KEPT, BROKEN, UNKNOWN = Verdict.KEPT, Verdict.BROKEN, Verdict.UNKNOWN


def subject_there(facts: ProofFacts) -> Iterator[Check]:
    """Whether the subject was near the officer, by what the phone told under a power that held anyhow.

    Only whoever talked with somebody must have been with them: a family may be visited without them.
    """
    seen = facts.subject
    if seen is None or facts.where is None or facts.where.mock:
        return
    minutes = ("minutes", str(_minutes_off(facts, seen.at)))
    accuracy_m = facts.where.accuracy_m + seen.accuracy_m if facts.where.accuracy_m > 0 < seen.accuracy_m else 0.0
    verdict = near(seen.distance_m, accuracy_m, facts.rules.apart_m)
    metres = (("metres", f"{seen.distance_m:.0f}"), ("accuracy", f"{accuracy_m:.0f}"), minutes)
    if verdict is BROKEN and (facts.kind is not DutyKind.TALK or not facts.where.then):
        said_of = "proof_subject_later" if facts.kind is DutyKind.TALK else "proof_subject_elsewhere"
        yield Check("subject_there", UNKNOWN, Reason(said_of, metres))
        return
    said = {KEPT: "proof_subject_near", BROKEN: "proof_subject_far", UNKNOWN: "proof_subject_unsure"}
    yield Check("subject_there", verdict, Reason(said[verdict], metres))


def written_soon(facts: ProofFacts) -> Check:
    """Whether it was written within the days that the policy gives; a draft counts only as its phone's own word."""
    days = (legal_day(facts.written_at) - legal_day(facts.over_at)).days
    took = facts.written_at - facts.over_at
    minutes, hours = ("minutes", str(took // timedelta(minutes=1))), ("hours", f"{took / timedelta(hours=1):.1f}")
    params = (minutes, hours, ("days", str(days)), ("limit", str(facts.write_within_days)))
    if days <= facts.write_within_days:
        said = "proof_written_at_once" if took < timedelta(hours=1) else "proof_written_soon"
        return Check("written_soon", KEPT, Reason(said, params))
    if facts.drafted_at is not None and legal_day(facts.drafted_at) <= legal_day(facts.over_at) + timedelta(
        days=facts.write_within_days
    ):
        return Check("written_soon", UNKNOWN, Reason("proof_drafted_soon", params))
    return Check("written_soon", BROKEN, Reason("proof_written_late", params))


def photo_time(facts: ProofFacts) -> Check:
    """Whether a photo was taken about then. One that was proves it; that none was needs all of them to say so."""
    told = [photo.taken_at for photo in facts.photos if photo.taken_at is not None]
    if not facts.photos:
        return Check("photo_time", UNKNOWN, Reason("proof_no_photo"))
    if not told:
        return Check("photo_time", UNKNOWN, Reason("proof_photo_timeless", (("photos", str(len(facts.photos))),)))
    nearest = min((_minutes_off(facts, at) for at in told), default=0)
    params = (("minutes", str(nearest)), ("limit", str(facts.rules.around_min)))
    if nearest <= facts.rules.around_min:
        return Check("photo_time", KEPT, Reason("proof_photo_then", params))
    if len(told) < len(facts.photos):
        return Check("photo_time", UNKNOWN, Reason("proof_photo_some_timeless", params))
    return Check("photo_time", BROKEN, Reason("proof_photo_other_time", params))


def photo_place(facts: ProofFacts) -> Iterator[Check]:
    """Whether a photo of then was taken near the officer; nothing is said where no photo tells its place."""
    placed = [photo for photo in facts.photos if photo.distance_m is not None and _is_of_then(facts, photo)]
    if not placed or facts.where is None or facts.where.mock:
        return
    verdicts = [_placed(facts, photo) for photo in placed]
    nearest = min(photo.distance_m or 0.0 for photo in placed)
    params = (("metres", f"{nearest:.0f}"), ("limit", str(facts.rules.photo_near_m)))
    if KEPT in verdicts:
        yield Check("photo_place", KEPT, Reason("proof_photo_there", params))
    elif all(verdict is BROKEN for verdict in verdicts):
        said_of = "proof_photo_elsewhere" if facts.where.then else "proof_photo_place_later"
        yield Check("photo_place", BROKEN if facts.where.then else UNKNOWN, Reason(said_of, params))
    else:
        yield Check("photo_place", UNKNOWN, Reason("proof_photo_place_unsure", params))


def signed(facts: ProofFacts) -> Check:
    """Whether the subject's signature is there. That it is not may have many reasons."""
    there = FilePurpose.SIGNATURE_SUBJECT in facts.attached
    return Check("signed", KEPT if there else UNKNOWN, Reason("proof_signed" if there else "proof_not_signed"))


def device(facts: ProofFacts) -> Check:
    """Whether it was written on a device on which the officer was logged in before: the one that was taken along."""
    if facts.here_since is None:
        return Check("device", UNKNOWN, Reason("proof_device_unknown"))
    if facts.here_since <= facts.happened_at:
        return Check("device", KEPT, Reason("proof_device_known"))
    return Check("device", UNKNOWN, Reason("proof_device_new"))


def _placed(facts: ProofFacts, photo: Photographed) -> Verdict:
    officer = facts.where.accuracy_m if facts.where else 0.0
    both = officer + photo.accuracy_m if officer > 0 and photo.accuracy_m > 0 else 0.0
    return near(photo.distance_m or 0.0, both, facts.rules.photo_near_m)


def _is_of_then(facts: ProofFacts, photo: Photographed) -> bool:
    return photo.taken_at is None or _minutes_off(facts, photo.taken_at) <= facts.rules.around_min


def _minutes_off(facts: ProofFacts, at: datetime) -> int:
    """How many minutes before it began or after it was over; 0 during it."""
    off = max(facts.happened_at - at, at - facts.over_at, timedelta())
    return int(off / timedelta(minutes=1))
