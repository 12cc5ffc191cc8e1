"""Mapped classes, one file per subject-matter. Importing this package fills the metadata."""

from app.models import (  # noqa: F401  (imported for their tables)
    alert,
    area,
    attachment,
    audit,
    channel,
    checkin,
    compliance,
    duty,
    intake,
    job,
    known_fact,
    leave,
    notice,
    occasion,
    office,
    order_paper,
    pattern,
    photo,
    place,
    policy,
    policy_draft,
    position,
    roster,
    search,
    service,
    session,
    spot_check,
    subject,
    tracker,
    visit,
    zone,
)
from app.models.base import Base

__all__ = ["Base"]
