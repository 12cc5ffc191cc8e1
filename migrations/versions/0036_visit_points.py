"""Points of the places where visits are made beside the home."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One table; nothing that exists is touched."""
    op.create_table(
        "visit_points",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("given", JSONB(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name="ck_visit_points_on_earth"),
        sa.CheckConstraint(
            "place IN ('workplace', 'neighbours', 'community', 'police_station')", name="ck_visit_points_place_known"
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_visit_points_ended_by_somebody"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_visit_points_office_id"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_visit_points_subject_id"),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name="fk_visit_points_set_by"),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name="fk_visit_points_ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_points"),
    )
    of_person, of_office = sa.text("subject_id IS NOT NULL"), sa.text("subject_id IS NULL")
    op.create_index("ix_visit_points_subject_id", "visit_points", ["subject_id"], postgresql_where=of_person)
    op.create_index("ix_visit_points_office_id", "visit_points", ["office_id"], postgresql_where=of_office)
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON visit_points TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """Nobody knows any more where these places are; what was proven stays."""
    op.drop_table("visit_points")
