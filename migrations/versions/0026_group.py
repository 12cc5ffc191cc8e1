"""Correction groups and plans."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
ADDED_ONLY = (
    "group_members",
    "group_member_ends",
    "group_letters",
    "correction_plans",
    "plan_decisions",
    "plan_reviews",
)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Six tables to which rows are only added."""
    _group()
    _plans()
    for table in ADDED_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON {', '.join(ADDED_ONLY)} TO {APP_ROLE}; END IF; END $$"
    )


def _keys(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
        for column, target in targets.items()
    ]


def _group() -> None:
    table = "group_members"
    kinds = ("justice_office", "social_worker", "volunteer", "village", "employer", "school", "family", "guarantor")
    listed = ", ".join(f"'{kind}'" for kind in (*kinds, "police", "other"))
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("knows_minors", sa.Boolean(), nullable=False),
        sa.Column("guardian", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("from_at", TIME, nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(f"kind IN ({listed})", name="ck_group_members_kind_known"),
        sa.CheckConstraint("sex IN ('male', 'female')", name="ck_group_members_sex_known"),
        sa.CheckConstraint("from_at <= added_at", name="ck_group_members_added_after_joining"),
        *_keys(table, subject_id="subjects", user_id="users", added_by="users"),
        sa.PrimaryKeyConstraint("id", name="pk_group_members"),
    )
    op.create_index("ix_group_members_subject_id", table, ["subject_id", "added_at"])
    table = "group_member_ends"
    op.create_table(
        table,
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("to_at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=False),
        *_keys(table, member_id="group_members", ended_by="users"),
        sa.PrimaryKeyConstraint("member_id", name="pk_group_member_ends"),
    )
    table = "group_letters"
    op.create_table(
        table,
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", TIME, nullable=False),
        sa.Column("noted_at", TIME, nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        *_keys(table, member_id="group_members", noted_by="users"),
        sa.PrimaryKeyConstraint("member_id", name="pk_group_letters"),
    )


def _plans() -> None:
    table = "correction_plans"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("basic_facts", sa.Text(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("state_of_mind", sa.Text(), nullable=False),
        sa.Column("special_matters", sa.Text(), nullable=False),
        sa.Column("measures", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        *_keys(table, subject_id="subjects", made_by="users"),
        sa.PrimaryKeyConstraint("id", name="pk_correction_plans"),
        sa.UniqueConstraint("subject_id", "version", name="uq_correction_plans_subject_id_version"),
    )
    table = "plan_decisions"
    op.create_table(
        table,
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        *_keys(table, plan_id="correction_plans", decided_by="users"),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plan_decisions"),
    )
    table = "plan_reviews"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reviewed_at", TIME, nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        *_keys(table, subject_id="subjects", plan_id="correction_plans", reviewed_by="users"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_reviews"),
    )
    op.create_index("ix_plan_reviews_plan_id", table, ["plan_id", "reviewed_at"])


def downgrade() -> None:
    """What was written of groups and plans goes; the duties about them stay, as those of any earlier rule."""
    for table in reversed(ADDED_ONLY):
        op.drop_table(table)
