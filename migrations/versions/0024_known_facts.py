"""四知道: statements about people with their source and verification, added only, and which took whose place."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)
ITEMS = ("知1", "知2", "知3", "知4")
SOURCES = ("subject", "family", "contact", "employer", "community", "police", "document", "officer", "other")
WAYS = ("seen", "document", "call", "visit", "talk", "third_party", "phone_report")
TABLES = ("known_facts", "known_fact_ends")


def upgrade() -> None:
    """Two new tables, in which rows are only added."""
    op.create_table(
        "known_facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("held", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("learned_at", TIME, nullable=False),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("verified_at", TIME, nullable=True),
        sa.Column("evidence_kind", sa.Text(), nullable=True),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("settles", sa.Boolean(), nullable=False),
        sa.Column("confirms_id", sa.Uuid(), nullable=True),
        sa.Column("written_by_kind", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(f"item IN ({_listed(ITEMS)})", name="ck_known_facts_item_known"),
        sa.CheckConstraint(f"source IN ({_listed(SOURCES)})", name="ck_known_facts_source_known"),
        sa.CheckConstraint(f"how IN ({_listed(WAYS)})", name="ck_known_facts_how_known"),
        sa.CheckConstraint("value IS NOT NULL OR held IS NOT NULL", name="ck_known_facts_says_something"),
        sa.CheckConstraint("(verified_by IS NULL) = (verified_at IS NULL)", name="ck_known_facts_verified_by_somebody"),
        sa.CheckConstraint("(evidence_kind IS NULL) = (evidence_id IS NULL)", name="ck_known_facts_evidence_whole"),
        sa.CheckConstraint("learned_at <= written_at", name="ck_known_facts_written_after_it_was_learned"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_known_facts_subject_id"),
        sa.ForeignKeyConstraint(["verified_by"], ["users.id"], name="fk_known_facts_verified_by"),
        sa.ForeignKeyConstraint(["confirms_id"], ["known_facts.id"], name="fk_known_facts_confirms_id"),
        sa.PrimaryKeyConstraint("id", name="pk_known_facts"),
    )
    op.create_index("ix_known_facts_subject_id", "known_facts", ["subject_id", "field", "learned_at"])
    op.create_index("ix_known_facts_check_id", "known_facts", ["check_id"])
    op.create_table(
        "known_fact_ends",
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["fact_id"], ["known_facts.id"], name="fk_known_fact_ends_fact_id"),
        sa.ForeignKeyConstraint(["ended_by"], ["known_facts.id"], name="fk_known_fact_ends_ended_by"),
        sa.PrimaryKeyConstraint("fact_id", name="pk_known_fact_ends"),
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON {', '.join(TABLES)} TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """What was learned goes; duties that it fulfilled stay fulfilled."""
    op.drop_table("known_fact_ends")
    op.drop_table("known_facts")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
