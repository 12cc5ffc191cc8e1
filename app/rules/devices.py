"""Whether a phone may speak for a subject: one active device a subject, and one subject a device."""

from dataclasses import dataclass
from uuid import UUID

from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import Channel, SubjectStatus


@dataclass(frozen=True)
class Device:
    """A phone as it names itself; `push_token` is its address at the push service, where it has one.

    `maker` and `carrier` are as `group_name` writes them.
    """

    id: UUID
    platform: str
    model: str | None = None
    app_version: str | None = None
    push_token: str | None = None
    maker: str | None = None
    carrier: str | None = None


CARRIERS = {
    "mobile": ("中国移动", "china mobile", "cmcc", "移动", "46000", "46002", "46004", "46007", "46008"),
    "unicom": ("中国联通", "china unicom", "chn-unicom", "cucc", "联通", "46001", "46006", "46009"),
    "telecom": ("中国电信", "china telecom", "chn-ct", "ctcc", "电信", "46003", "46005", "46011"),
    "broadnet": ("中国广电", "china broadnet", "cbn", "广电", "46015"),
}
"""How phones write the carriers of the country, by name or by the code of their network."""

_CARRIER = {written: name for name, spellings in CARRIERS.items() for written in spellings}


def group_name(written: str | None) -> str | None:
    """A maker or carrier as phones of one kind write it in many ways: in lower case, known carriers by one name.

    None for nothing: a phone that does not tell belongs to no group.
    """
    plain = " ".join((written or "").split()).casefold()
    return _CARRIER.get(plain, plain) or None


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
