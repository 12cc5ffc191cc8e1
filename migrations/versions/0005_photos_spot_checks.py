"""Photos of check-ins, spot checks, and what officers noted of patterns; a check-in may count for two duties."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
KINDS = ("check_in", "location_check", "intake", "visit", "talk")
KINDS_THEN = (*KINDS[:2], "spot_check", *KINDS[2:])
ADDED_ONLY = ("attempt_duties", "spot_checks", "pattern_notes")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """New tables, one column without a default, and one more kind of duty."""
    _kinds(KINDS_THEN)
    op.add_column("attempts", sa.Column("photo_id", sa.Uuid(), nullable=True))
    _photos()
    _spot_checks()
    _pattern_notes()
    for table in ADDED_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON {', '.join(ADDED_ONLY)} TO {APP_ROLE}; "
        f"GRANT SELECT, INSERT, UPDATE ON photos, photo_contents TO {APP_ROLE}; "
        f"GRANT DELETE ON photo_contents TO {APP_ROLE}; END IF; END $$"
    )


def _kinds(kinds: tuple[str, ...]) -> None:
    """Looks through the duties once, some seconds for ten million of them: nothing else here takes long."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE duties DROP CONSTRAINT ck_duties_kind_known")
    op.execute(f"ALTER TABLE duties ADD CONSTRAINT ck_duties_kind_known CHECK (kind IN ({listed}))")


def _photos() -> None:
    """What is known of a photo stays when the picture goes: they are two tables."""
    op.create_table(
        "photos",
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("device_model", sa.Text(), nullable=True),
        sa.Column("place", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("power_id", sa.Uuid(), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("keep_until", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint("place IS NULL OR power_id IS NOT NULL", name="ck_photos_place_needs_power"),
        sa.CheckConstraint("deleted_at IS NULL OR place IS NULL", name="ck_photos_deleted_keeps_no_place"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_photos_subject_id"),
        sa.PrimaryKeyConstraint("row_id", name="pk_photos"),
        sa.UniqueConstraint("subject_id", "id", name="uq_photos_subject_id_id"),
    )
    op.create_index("ix_photos_keep_until", "photos", ["keep_until"], postgresql_where=sa.text("deleted_at IS NULL"))
    op.create_table(
        "photo_contents",
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["row_id"], ["photos.row_id"], name="fk_photo_contents_row_id"),
        sa.PrimaryKeyConstraint("row_id", name="pk_photo_contents"),
    )
    # What is encrypted does not compress: trying costs time for nothing.
    op.execute("ALTER TABLE photo_contents ALTER COLUMN cipher SET STORAGE EXTERNAL")


def _spot_checks() -> None:
    op.create_table(
        "attempt_duties",
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name="fk_attempt_duties_duty_id"),
        sa.ForeignKeyConstraint(
            ["subject_id", "attempt_id"],
            ["attempts.subject_id", "attempts.id"],
            name="fk_attempt_duties_subject_id_attempt_id",
        ),
        sa.PrimaryKeyConstraint("duty_id", "subject_id", "attempt_id", name="pk_attempt_duties"),
    )
    op.create_table(
        "spot_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", TIME, nullable=False),
        sa.Column("limit_minutes", sa.Integer(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("photo", sa.Boolean(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("ground IN ('routine', 'unreached', 'to_confirm')", name="ck_spot_checks_ground_known"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_spot_checks_subject_id"),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name="fk_spot_checks_duty_id"),
        sa.ForeignKeyConstraint(["ordered_by"], ["users.id"], name="fk_spot_checks_ordered_by"),
        sa.PrimaryKeyConstraint("id", name="pk_spot_checks"),
        sa.UniqueConstraint("duty_id", name="uq_spot_checks_duty_id"),
    )
    op.create_index("ix_spot_checks_subject_id", "spot_checks", ["subject_id", "ordered_at"])


def _pattern_notes() -> None:
    op.create_table(
        "pattern_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("noted_at", TIME, nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "pattern IN ('first_minutes', 'same_minute', 'same_place', 'shared_phone')",
            name="ck_pattern_notes_pattern_known",
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_pattern_notes_subject_id"),
        sa.ForeignKeyConstraint(["noted_by"], ["users.id"], name="fk_pattern_notes_noted_by"),
        sa.PrimaryKeyConstraint("id", name="pk_pattern_notes"),
    )
    op.create_index("ix_pattern_notes_subject_id", "pattern_notes", ["subject_id", "noted_at"])


def downgrade() -> None:
    """Spot checks that were ordered stay on record as the check-ins that they asked for."""
    op.drop_table("pattern_notes")
    op.drop_table("spot_checks")
    op.drop_table("attempt_duties")
    op.drop_table("photo_contents")
    op.drop_table("photos")
    op.drop_column("attempts", "photo_id")
    op.execute("UPDATE duties SET kind = 'check_in' WHERE kind = 'spot_check'")
    _kinds(KINDS)
