"""Drafts of the policy, their history, and trials of them on the last days."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)
OPEN = "state IN ('draft', 'submitted', 'returned')"


def upgrade() -> None:
    """Three new tables; nothing that exists is touched."""
    _drafts()
    _events()
    _trials()
    op.execute(
        "CREATE TRIGGER policy_draft_events_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON policy_draft_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON policy_draft_events TO {APP_ROLE}; "
        f"GRANT SELECT, INSERT, UPDATE ON policy_drafts, policy_trials TO {APP_ROLE}; END IF; END $$"
    )


def _drafts() -> None:
    op.create_table(
        "policy_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("base_version_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("effective_from", TIME, nullable=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'withdrawn')",
            name="ck_policy_drafts_state_known",
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (version_id IS NOT NULL)", name="ck_policy_drafts_approved_is_a_version"
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_policy_drafts_office_id"),
        sa.ForeignKeyConstraint(["base_version_id"], ["policy_versions.id"], name="fk_policy_drafts_base_version_id"),
        sa.ForeignKeyConstraint(["version_id"], ["policy_versions.id"], name="fk_policy_drafts_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_drafts"),
    )
    op.create_index(
        "ix_policy_drafts_open", "policy_drafts", ["office_id"], unique=True, postgresql_where=sa.text(OPEN)
    )
    op.create_index("ix_policy_drafts_changed_at", "policy_drafts", ["changed_at", "id"])


def _events() -> None:
    op.create_table(
        "policy_draft_events",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "step IN ('begun', 'edited', 'submitted', 'returned', 'approved', 'withdrawn')",
            name="ck_policy_draft_events_step_known",
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["policy_drafts.id"], name="fk_policy_draft_events_draft_id"),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name="fk_policy_draft_events_actor_id"),
        sa.PrimaryKeyConstraint("draft_id", "revision", name="pk_policy_draft_events"),
    )


def _trials() -> None:
    op.create_table(
        "policy_trials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("result", JSONB(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="ck_policy_trials_state_known"),
        sa.ForeignKeyConstraint(["draft_id"], ["policy_drafts.id"], name="fk_policy_trials_draft_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name="fk_policy_trials_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_trials"),
    )
    op.create_index("ix_policy_trials_draft_id", "policy_trials", ["draft_id", "asked_at"])
    op.create_index(
        "ix_policy_trials_waiting",
        "policy_trials",
        ["asked_at"],
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )


def downgrade() -> None:
    """What was approved stays in force as the version that it became."""
    op.drop_table("policy_trials")
    op.drop_table("policy_draft_events")
    op.drop_table("policy_drafts")
