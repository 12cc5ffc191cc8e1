"""What a check-in should hold beside the place, where its duty asks for more: a photo, an answer.

Nothing of it ever refuses a check-in. A camera that fails, a photo that does not come, or no wish to be photographed
lead to a person who looks [PIPL 29, 30]: that is the way without a face.
"""

from datetime import timedelta

from app.rules.checkins.facts import CheckInDuty, PhotoFacts, Try
from app.rules.facts import Reason

CLOCK_SLACK = timedelta(minutes=10)
"""By so much a camera's clock may differ before its photo looks older than the window."""


def asked_for(duties: tuple[CheckInDuty, ...], tried: Try) -> tuple[Reason, ...]:
    """What a person should look at before the try counts. An officer who met the subject vouches for all of it."""
    if tried.by_officer or not duties:
        return ()
    doubts = []
    if any(duty.wants_photo for duty in duties) or (tried.photo is not None and tried.photo.shot_at is not None):
        doubts += _photo(tried.photo, duties)
    if any(duty.wants_answer for duty in duties) and not tried.answers:
        doubts.append(Reason("answer_missing"))
    return tuple(doubts)


def _photo(photo: PhotoFacts | None, duties: tuple[CheckInDuty, ...]) -> list[Reason]:
    if photo is None:
        return [Reason("photo_missing")]
    if photo.used:
        return [Reason("photo_used")]
    if photo.shot_at is None:
        return [Reason("photo_awaited")]
    if photo.shot_at < min(duty.opens_at for duty in duties) - CLOCK_SLACK:
        return [Reason("photo_old")]
    return []
