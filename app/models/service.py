"""The service itself: its faults, and the account of each day."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import DayVerdict


class ServiceFault(Base):
    """A state that must not be, from the first look that found it to the first that found it gone."""

    __tablename__ = "service_faults"
    __table_args__ = (
        Index("uq_service_faults_lasting", "code", unique=True, postgresql_where=text("recovered_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    recovered_at: Mapped[datetime | None]
    count: Mapped[int] = mapped_column(BigInteger)


class DayAccount(Base):
    """Whether all checks of one local day were made; made anew until they are."""

    __tablename__ = "day_accounts"
    __table_args__ = (one_of("verdict", DayVerdict),)

    day: Mapped[date] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    verdict: Mapped[str]
    counts: Mapped[dict[str, Any]]
