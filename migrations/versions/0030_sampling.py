"""Samples of records, and weekly reviews."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)
TABLES = ("samples", "sampled_records", "sample_entries", "weekly_reviews", "weekly_review_people")


def upgrade() -> None:
    """New tables, all of them only added to; nothing that exists is touched."""
    _samples()
    _entries()
    _reviews()
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON {', '.join(TABLES)} TO {APP_ROLE}; END IF; END $$"
    )


def _samples() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("drawn_by", sa.Uuid(), nullable=False),
        sa.Column("drawn_at", TIME, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("from_day <= to_day", name="ck_samples_days_in_order"),
        sa.CheckConstraint("size BETWEEN 1 AND 200", name="ck_samples_size_known"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_samples_office_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name="fk_samples_officer_id"),
        sa.ForeignKeyConstraint(["drawn_by"], ["users.id"], name="fk_samples_drawn_by"),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
    )
    op.create_index("ix_samples_drawn_at", "samples", ["drawn_at", "id"])
    op.create_table(
        "sampled_records",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_sampled_records_sample_id"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_sampled_records_record_id"),
        sa.PrimaryKeyConstraint("sample_id", "record_id", name="pk_sampled_records"),
    )
    op.create_index("ix_sampled_records_record_id", "sampled_records", ["record_id"])


def _entries() -> None:
    op.create_table(
        "sample_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('looked', 'note', 'question', 'answer', 'closed')", name="ck_sample_entries_kind_known"
        ),
        sa.CheckConstraint("(kind = 'looked') = (note IS NULL)", name="ck_sample_entries_all_but_looks_have_words"),
        sa.ForeignKeyConstraint(
            ["sample_id", "record_id"],
            ["sampled_records.sample_id", "sampled_records.record_id"],
            name="fk_sample_entries_sample_id_record_id",
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name="fk_sample_entries_actor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sample_entries"),
        sa.UniqueConstraint("sample_id", "record_id", "n", name="uq_sample_entries_sample_id_record_id_n"),
    )


def _reviews() -> None:
    op.create_table(
        "weekly_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("attended", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_weekly_reviews_office_id"),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name="fk_weekly_reviews_written_by"),
        sa.PrimaryKeyConstraint("id", name="pk_weekly_reviews"),
    )
    op.create_index("ix_weekly_reviews_week", "weekly_reviews", ["week", "written_at", "id"])
    op.create_table(
        "weekly_review_people",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["weekly_reviews.id"], name="fk_weekly_review_people_review_id"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_weekly_review_people_subject_id"),
        sa.PrimaryKeyConstraint("review_id", "subject_id", name="pk_weekly_review_people"),
    )
    op.create_index("ix_weekly_review_people_subject_id", "weekly_review_people", ["subject_id"])


def downgrade() -> None:
    """Records stay; what supervisors saw and decided goes."""
    for table in reversed(TABLES):
        op.drop_table(table)
