"""Whether a phone may speak for a subject: one active device a subject, and one subject a device."""

from dataclasses import dataclass
from uuid import UUID

from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import Channel, SubjectStatus


@dataclass(frozen=True)
class Device:
    """A phone as it names itself; `push_token` is its address at the push service, where it has one."""

    id: UUID
    platform: str
    model: str | None = None
    app_version: str | None = None
    push_token: str | None = None


@dataclass(frozen=True)
class PhoneFacts:
    """A phone that logs in for a subject. `bound` is the subject's device now, `holder` the device's subject now."""

    subject_id: UUID
    device_id: UUID
    status: SubjectStatus
    channel: Channel
    bound: UUID | None
    holder: UUID | None


def must_be_bound_first(phone: PhoneFacts) -> bool:
    """Whether the log-in binds the phone; False where it is the bound one already.

    NotAllowed `wrong_login` where correction has not begun or has ended: that there is such an account is not told.
    Conflict `device_not_bound` where the subject has another phone, or the phone another subject.
    """
    if phone.status is not SubjectStatus.IN_CORRECTION:
        raise NotAllowed("wrong_login")
    if phone.bound == phone.device_id:
        return False
    if phone.bound is not None or phone.holder is not None:
        raise Conflict("device_not_bound")
    return True
