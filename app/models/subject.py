"""The subject: identity, the narrow state row that is locked, and the periods that audits count by."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import (
    Category,
    Channel,
    EndReason,
    SubjectStatus,
    SupervisionClass,
)


class Subject(Base):
    """Who is supervised. Class, office and officer are the current ones; their history is in the period tables.

    `home_given` is the pair of coordinates and the datum as they were entered, `home` the same place in WGS-84.
    `registration_id` is the client's id of the registration, which need not be the row's: a judgment may have made
    the row before.
    """

    __tablename__ = "subjects"
    __table_args__ = (
        one_of("category", Category),
        one_of("status", SubjectStatus),
        one_of("class", SupervisionClass),
        one_of("channel", Channel),
        one_of("end_reason", EndReason),
        Index("ix_subjects_office_id", "office_id", "status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_no: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sex: Mapped[str | None]
    birth_date: Mapped[date | None]
    id_number_cipher: Mapped[bytes | None]
    id_number_key_version: Mapped[int | None]
    id_number_hash: Mapped[bytes | None] = mapped_column(unique=True)
    id_number_hash_version: Mapped[int] = mapped_column(server_default=text("1"))
    phone: Mapped[str | None]
    category: Mapped[str]
    status: Mapped[str]
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    class_: Mapped[str | None] = mapped_column("class")
    channel: Mapped[str]
    minor_regime: Mapped[bool]
    home_address: Mapped[str | None]
    home: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    home_given: Mapped[dict[str, Any] | None]
    permitted_area_id: Mapped[UUID | None] = mapped_column(ForeignKey("areas.id"))
    term_from: Mapped[date | None]
    term_to: Mapped[date | None]
    created_at: Mapped[datetime]
    registered_at: Mapped[datetime | None]
    registration_id: Mapped[UUID | None] = mapped_column(unique=True)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    body_hash: Mapped[bytes | None]


class SubjectState(Base):
    """What every message of the phone touches. Every change to one subject takes this row's lock first.

    `silence_check_at` is moved by the sweep alone, so that a post stays a HOT update; `heard_again_at` and
    `rejudge_from` are set rarely and cleared when the judge claims them, and so is `cause_check_at`: when the cause of
    a silence is weighed anew. `maker` and `carrier` are of the bound phone, in lower case. `look_again_at` is when
    something begins or ends by the clock that bounds the subject.
    """

    __tablename__ = "subject_states"
    __table_args__ = (
        Index(
            "ix_subject_states_silence_check_at",
            "silence_check_at",
            postgresql_where=text("silence_check_at IS NOT NULL"),
        ),
        Index(
            "ix_subject_states_heard_again_at", "heard_again_at", postgresql_where=text("heard_again_at IS NOT NULL")
        ),
        Index(
            "ix_subject_states_cause_check_at", "cause_check_at", postgresql_where=text("cause_check_at IS NOT NULL")
        ),
        Index("ix_subject_states_rejudge_from", "rejudge_from", postgresql_where=text("rejudge_from IS NOT NULL")),
        Index("ix_subject_states_look_again_at", "look_again_at", postgresql_where=text("look_again_at IS NOT NULL")),
        Index("ix_subject_states_planned_until", "planned_until", postgresql_where=text("planned_until IS NOT NULL")),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    last_heard_at: Mapped[datetime | None]
    last_position_at: Mapped[datetime | None]
    last_position: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    last_accuracy_m: Mapped[float | None]
    battery_percent: Mapped[int | None]
    silent: Mapped[bool] = mapped_column(server_default=text("false"))
    silence_check_at: Mapped[datetime | None]
    silence_counts_from: Mapped[datetime | None]
    heard_again_at: Mapped[datetime | None]
    rejudge_from: Mapped[datetime | None]
    look_again_at: Mapped[datetime | None]
    planned_until: Mapped[datetime | None]
    maker: Mapped[str | None]
    carrier: Mapped[str | None]
    cause_check_at: Mapped[datetime | None]


class SubjectAccount(Base):
    """The subject's own log-in."""

    __tablename__ = "subject_accounts"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    created_at: Mapped[datetime]


class SubjectContact(Base):
    """Who can reach the subject."""

    __tablename__ = "subject_contacts"
    __table_args__ = (Index("ix_subject_contacts_subject_id", "subject_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    name: Mapped[str]
    relation: Mapped[str]
    phone: Mapped[str]


def _no_overlap(table: str, column: str) -> ExcludeConstraint:
    return ExcludeConstraint(("subject_id", "="), (column, "&&"), name=f"ex_{table}_{column}", using="gist")


class SupervisionPeriod(Base):
    """When the subject is under correction, and in which category."""

    __tablename__ = "supervision_periods"
    __table_args__ = (_no_overlap("supervision_periods", "period"), one_of("category", Category))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    category: Mapped[str]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class ClassPeriod(Base):
    """Which class of supervision held when, and who set it why."""

    __tablename__ = "class_periods"
    __table_args__ = (_no_overlap("class_periods", "period"), one_of("class", SupervisionClass))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    class_: Mapped[str] = mapped_column("class")
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    set_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str]


class Assignment(Base):
    """Which office and officer had the subject when."""

    __tablename__ = "assignments"
    __table_args__ = (_no_overlap("assignments", "period"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class DeviceBinding(Base):
    """Which phone belonged to which subject when; one active device a subject, one subject a device."""

    __tablename__ = "device_bindings"
    __table_args__ = (
        _no_overlap("device_bindings", "bound"),
        ExcludeConstraint(("device_id", "="), ("bound", "&&"), name="ex_device_bindings_device", using="gist"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    device_id: Mapped[UUID]
    platform: Mapped[str]
    model: Mapped[str | None]
    app_version: Mapped[str | None]
    bound: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class DeviceHealth(Base):
    """What a phone said of itself: permissions, battery saver, network."""

    __tablename__ = "device_health"
    __table_args__ = (Index("ix_device_health_subject_id", "subject_id", "received_at"),)

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID]
    received_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    battery_percent: Mapped[int | None]
    location_permission: Mapped[str | None]
    battery_saver: Mapped[bool | None]
    network: Mapped[str | None]
    body_hash: Mapped[bytes]


class ClockProof(Base):
    """How far a phone's clock was from ours within one boot: ours minus the phone's, in seconds."""

    __tablename__ = "clock_proofs"
    __table_args__ = (CheckConstraint("length(boot_id) <= 64", name="boot_id_short"),)

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    boot_id: Mapped[str] = mapped_column(primary_key=True)
    offset_s: Mapped[float]
    proved_at: Mapped[datetime]
