"""Offices as a tree, the users who work in them, their roles and their absences."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import OfficeLevel, Role


class Office(Base):
    """One office. `path` joins the codes from the province down with dots; row scope is a prefix of it."""

    __tablename__ = "offices"
    __table_args__ = (
        one_of("level", OfficeLevel),
        Index("ix_offices_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    level: Mapped[str]
    name: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("offices.id"))
    path: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str | None]
    created_at: Mapped[datetime]


class User(Base):
    """A person who works for the service's offices."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str | None]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class UserRole(Base):
    """A role in an office for a time; `held` without upper end until it is withdrawn."""

    __tablename__ = "user_roles"
    __table_args__ = (
        one_of("role", Role),
        ExcludeConstraint(
            ("user_id", "="), ("role", "="), ("office_id", "="), ("held", "&&"), name="ex_user_roles_held", using="gist"
        ),
        Index("ix_user_roles_office_id", "office_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    held: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class Absence(Base):
    """A time in which a user is not on duty, known beforehand."""

    __tablename__ = "absences"
    __table_args__ = (
        ExcludeConstraint(
            ("user_id", "="),
            ("away", "&&"),
            name="ex_absences_away",
            using="gist",
            where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    away: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    note: Mapped[str | None]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
