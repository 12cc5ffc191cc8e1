"""What was said of patterns of officers' records; records by when they were written and by who wrote them."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
PATTERNS = ("many_in_minutes", "written_far", "same_text", "same_photo", "last_day")


def upgrade() -> None:
    """One table that is only added to, and two indexes: some seconds for a million records."""
    listed = ", ".join(f"'{pattern}'" for pattern in PATTERNS)
    op.create_table(
        "record_pattern_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(f"pattern IN ({listed})", name="ck_record_pattern_notes_pattern_known"),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name="fk_record_pattern_notes_officer_id"),
        sa.ForeignKeyConstraint(["noted_by"], ["users.id"], name="fk_record_pattern_notes_noted_by"),
        sa.PrimaryKeyConstraint("id", name="pk_record_pattern_notes"),
    )
    op.create_index("ix_record_pattern_notes_officer_id", "record_pattern_notes", ["officer_id", "noted_at"])
    op.create_index("ix_records_written_at", "records", ["written_at"])
    op.create_index("ix_records_officer_id", "records", ["officer_id", "happened_at"])
    op.execute(
        "CREATE TRIGGER record_pattern_notes_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON record_pattern_notes "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON record_pattern_notes TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """What was said is lost."""
    op.drop_index("ix_records_officer_id", "records")
    op.drop_index("ix_records_written_at", "records")
    op.drop_table("record_pattern_notes")
