"""Where people are judged to be, and what is thought of each fix."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two new tables, and a column without a default: nothing is rewritten."""
    op.create_table(
        "place_episodes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("from_at", TIME, nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("over", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("fixes", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("judged_at", TIME, nullable=False),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.CheckConstraint("kind IN ('left_area', 'forbidden_zone', 'left_zone')", name="ck_place_episodes_kind_known"),
        sa.CheckConstraint(
            "from_at <= decided_at AND until <= ended_at", name="ck_place_episodes_decided_by_what_came_first"
        ),
        sa.CheckConstraint("(until IS NULL) = (ended_at IS NULL)", name="ck_place_episodes_end_is_whole"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_place_episodes_subject_id"),
        sa.PrimaryKeyConstraint("id", name="pk_place_episodes"),
    )
    op.create_index(
        "ix_place_episodes_subject_id",
        "place_episodes",
        ["subject_id", "ended_at"],
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "position_marks",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("marked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "at", "position_id", "mark", name="pk_position_marks"),
    )
    op.add_column("subject_states", sa.Column("look_again_at", TIME, nullable=True))
    op.create_index(
        "ix_subject_states_look_again_at",
        "subject_states",
        ["look_again_at"],
        postgresql_where=sa.text("look_again_at IS NOT NULL"),
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON place_episodes TO {APP_ROLE}; "
        f"GRANT SELECT, INSERT, DELETE ON position_marks TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """What was judged is lost; the fixes that it was judged by stay."""
    op.drop_index("ix_subject_states_look_again_at", table_name="subject_states")
    op.drop_column("subject_states", "look_again_at")
    op.drop_table("position_marks")
    op.drop_table("place_episodes")
