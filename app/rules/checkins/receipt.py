"""What a try at a check-in leaves in people's hands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.facts import AreaVerdict, Outcome, Reason


@dataclass(frozen=True)
class Receipt:
    """One try as it stands on disk. Distances and accuracy are metres; `area` is None where no place was looked at.

    `officer_id` is who recorded a check-in face to face, `review_accepted` what an officer answered to a doubtful one.
    """

    subject_id: UUID
    id: UUID
    receipt_no: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    duty_id: UUID | None
    recorded_at: datetime
    received_at: datetime
    effective_at: datetime | None
    area: AreaVerdict | None
    area_distance_m: float | None
    home_distance_m: float | None
    accuracy_m: float | None
    officer_id: UUID | None
    note: str | None
    reviewed_at: datetime | None
    review_accepted: bool | None
    photo_id: UUID | None = None
