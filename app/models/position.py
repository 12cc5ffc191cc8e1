"""Positions, the powers that allow them, and what was set aside."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import Ground, PoisonForm, PowerKind


class PositioningOrder(Base):
    """An electronic positioning order: one of five grounds, a named approver, at most three months [Law 29].

    What was ordered stays as written; `term` is what is in force of it, shortened by lifting, empty where an order
    was lifted before it began. An extension is a row of its own that names the order it extends. Months are counted in
    local time, as everywhere in law.
    """

    __tablename__ = "positioning_orders"
    __table_args__ = (
        one_of("ground", Ground),
        CheckConstraint("ordered_from < ordered_until", name="begins_before_it_ends"),
        CheckConstraint(
            "(ordered_until AT TIME ZONE 'Asia/Shanghai')"
            " <= (ordered_from AT TIME ZONE 'Asia/Shanghai') + interval '3 months'",
            name="at_most_three_months",
        ),
        CheckConstraint("term <@ tstzrange(ordered_from, ordered_until)", name="within_what_was_ordered"),
        ExcludeConstraint(("subject_id", "="), ("term", "&&"), name="ex_positioning_orders_term", using="gist"),
        Index("ix_positioning_orders_notice_duty_id", "notice_duty_id"),
        Index("ix_positioning_orders_renewal_duty_id", "renewal_duty_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    ground: Mapped[str]
    approver_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    term: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    ordered_from: Mapped[datetime]
    ordered_until: Mapped[datetime]
    covers_phone: Mapped[bool]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    lift_reason: Mapped[str | None]
    purged_positions: Mapped[int | None]
    body_hash: Mapped[bytes]
    extends_id: Mapped[UUID | None] = mapped_column(ForeignKey("positioning_orders.id"))
    notice_duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duties.id"))
    renewal_duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duties.id"))


class CollectionPower(Base):
    """What allows a collection and when: a duty's window (`id` is the duty's) or an order (`id` is the order's)."""

    __tablename__ = "collection_powers"
    __table_args__ = (
        one_of("kind", PowerKind),
        Index("ix_collection_powers_covers", "subject_id", "covers", postgresql_using="gist"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    kind: Mapped[str]
    covers: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    phone: Mapped[bool]


FAR_CLOCK = "effective_at - recorded_at NOT BETWEEN interval '-1 hour' AND interval '1 hour'"
"""Fixes of a phone whose clock was far off. All others are found by effective time through the primary key, which is
ordered by the phone's own time, with an hour's slack on both sides; only these need an index of their own.
"""


class Position(Base):
    """One fix that a power covered. `power_id` has no foreign key: it is checked by the statement that inserts."""

    __tablename__ = "positions"
    __table_args__ = (
        Index("ix_positions_far_clock", "subject_id", "effective_at", postgresql_where=text(FAR_CLOCK)),
        {"postgresql_partition_by": "RANGE (recorded_at)"},
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    effective_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    time_proven: Mapped[bool]
    power_id: Mapped[UUID]
    place: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    lon: Mapped[float]
    lat: Mapped[float]
    datum: Mapped[str]
    accuracy_m: Mapped[float]
    speed_mps: Mapped[float | None]
    heading_deg: Mapped[float | None]
    altitude_m: Mapped[float | None]
    battery_percent: Mapped[int | None]
    provider: Mapped[str | None]
    mock: Mapped[bool | None]


class PositionBatch(Base):
    """One request of positions and its receipt: a repeat gets the same answer.

    `subject_id` has no foreign key: the statement that inserts holds the subject's state row, which has one.
    """

    __tablename__ = "position_batches"
    # Only deletion asks by this time, and receipts come in its order: a B-tree would be paid for with each request.
    __table_args__ = (Index("ix_position_batches_received_at", "received_at", postgresql_using="brin"),)

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes]
    receipt_no: Mapped[str]
    received_at: Mapped[datetime]
    stored: Mapped[int]
    repeated: Mapped[int]
    not_kept: Mapped[int]
    set_aside: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class Poison(Base):
    """What was set aside, encrypted, kept for 30 days and opened only by its replay through the gate.

    `replayed_at` is set once what it holds has become of use; until then each replay tries it again.
    """

    __tablename__ = "poison"
    __table_args__ = (one_of("form", PoisonForm), Index("ix_poison_received_at", "received_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    received_at: Mapped[datetime]
    client: Mapped[str]
    form: Mapped[str] = mapped_column(server_default=text("'report'"))
    reason: Mapped[str]
    body_cipher: Mapped[bytes]
    key_version: Mapped[int]
    replayed_at: Mapped[datetime | None]
