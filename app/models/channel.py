"""A user's own way to be told beside the app: a robot of DingTalk, WeCom or Feishu, or a mailbox."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class UserChannel(Base):
    """One address at one vendor, sealed: whoever has it can write to that chat. One live row a user.

    Nothing but tests goes to it before `verified_at`. `hint` is what may be shown of it; `wait_min` is how long a
    notice may stay unread where an app was pushed to as well. A month after it was retired, address and hint go.
    """

    __tablename__ = "user_channels"
    __table_args__ = (
        CheckConstraint("wait_min BETWEEN 0 AND 30", name="wait_short"),
        Index("uq_user_channels_user_id", "user_id", unique=True, postgresql_where=text("retired_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    schema: Mapped[str]
    cipher: Mapped[bytes | None]
    key_version: Mapped[int]
    hint: Mapped[str]
    wait_min: Mapped[int]
    created_at: Mapped[datetime]
    fingerprint: Mapped[bytes]
    tests: Mapped[int] = mapped_column(server_default=text("0"))
    tested_at: Mapped[datetime | None]
    wrong_codes: Mapped[int] = mapped_column(server_default=text("0"))
    verified_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    retire_reason: Mapped[str | None]
