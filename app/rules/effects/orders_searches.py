"""Effects of orders and of searches: what people did, added and never changed. Part of the union in `effects`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.rules.facts import Actor


class NoticeOutcome(StrEnum):
    """How the serving of a notice ended: signed for, or not signed, which is then described."""

    SIGNED = "signed"
    REFUSED = "refused"


class NoticeWay(StrEnum):
    """How a notice was served: face to face, or read out over a call that was kept on record."""

    IN_PERSON = "in_person"
    VIDEO_CALL = "video_call"


class SearchKind(StrEnum):
    """Who is looked for: somebody under correction out of contact, or somebody who never came (漏管)."""

    LOST_CONTACT = "lost_contact"
    MISSED_INTAKE = "missed_intake"


class SearchStep(StrEnum):
    """What a search owes by a deadline."""

    CALLS = "calls"
    VISIT = "visit"
    PROCURATORATE = "procuratorate"
    POLICE = "police"


class EntryKind(StrEnum):
    """What was done in a search. `police_later` is a supervisor's decision not to tell the police yet."""

    CALL = "call"
    VISIT = "visit"
    INFORMATION_CHECK = "information_check"
    INQUIRY = "inquiry"
    POLICE_NOTICE = "police_notice"
    POLICE_LATER = "police_later"
    PROCURATORATE_NOTICE = "procuratorate_notice"


class SearchOutcome(StrEnum):
    """How a search ended. The last two are confirmed by a named officer alone, never by a rule."""

    FOUND_COMPLYING = "found_complying"
    FOUND_REFUSING = "found_refusing"
    LOST_CONFIRMED = "lost_confirmed"
    MISSED_INTAKE_CONFIRMED = "missed_intake_confirmed"


@dataclass(frozen=True)
class WriteOrderNotice:
    """The notice of an order was served: when, by whom, how, signed for or not."""

    id: UUID
    order_id: UUID
    subject_id: UUID
    served_at: datetime
    served_by: UUID
    way: NoticeWay
    outcome: NoticeOutcome
    note: str
    at: datetime
    body_hash: bytes
    corrects_id: UUID | None = None


@dataclass(frozen=True)
class WriteOrderAssessment:
    """An officer's assessment before the end of an order: whether it is still needed, and why."""

    id: UUID
    order_id: UUID
    subject_id: UUID
    still_needed: bool
    why: str
    actor: Actor
    at: datetime
    body_hash: bytes


@dataclass(frozen=True)
class WriteLiftRequest:
    """Somebody asks that an order be lifted early: an officer, or the person it is about."""

    id: UUID
    order_id: UUID
    subject_id: UUID
    why: str
    actor: Actor
    at: datetime
    body_hash: bytes


@dataclass(frozen=True)
class AnswerLiftRequests:
    """The head's answer to a request (`request_id`), or to every open one of the order where that is None."""

    order_id: UUID
    request_id: UUID | None
    granted: bool
    answer: str
    actor: Actor
    at: datetime


@dataclass(frozen=True)
class OpenSearch:
    """A search begins, by a rule (`actor` is a job) or by a person; `steps` are the duties that it owes."""

    id: UUID
    subject_id: UUID
    office_id: UUID
    kind: SearchKind
    absent_since: datetime
    at: datetime
    actor: Actor
    why: str
    policy_version_id: UUID
    steps: Mapping[SearchStep, UUID]
    body_hash: bytes
    alert_id: UUID | None = None
    judgment_id: UUID | None = None


@dataclass(frozen=True)
class WriteSearchEntry:
    """One thing done in a search, with what was found and its evidence. A correction names the entry it puts right."""

    id: UUID
    search_id: UUID
    subject_id: UUID
    kind: EntryKind
    happened_at: datetime
    at: datetime
    actor: Actor
    with_whom: str
    found: str
    body_hash: bytes
    photo_id: UUID | None = None
    visit_id: UUID | None = None
    document_no: str | None = None
    corrects_id: UUID | None = None


@dataclass(frozen=True)
class EndSearch:
    """A named officer ends a search with its outcome. `found_at` is when the person was found, if they were."""

    search_id: UUID
    subject_id: UUID
    outcome: SearchOutcome
    found_at: datetime | None
    note: str
    actor: Actor
    at: datetime


OrderOrSearchEffect = (
    WriteOrderNotice
    | WriteOrderAssessment
    | WriteLiftRequest
    | AnswerLiftRequests
    | OpenSearch
    | WriteSearchEntry
    | EndSearch
)
