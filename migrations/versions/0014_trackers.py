"""Phones of other makers of apps: their credentials and what they sent."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One new table; and sealed bodies of two forms, of which all so far are of the first."""
    op.create_table(
        "tracker_credentials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=True),
        sa.Column("refused_at", TIME, nullable=True),
        sa.CheckConstraint("client IN ('owntracks', 'traccar')", name="ck_tracker_credentials_client_known"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_tracker_credentials_subject_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_tracker_credentials_session_id"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_tracker_credentials_created_by"),
        sa.ForeignKeyConstraint(["revoked_by"], ["users.id"], name="fk_tracker_credentials_revoked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_tracker_credentials"),
        sa.UniqueConstraint("secret_hash", name="uq_tracker_credentials_secret_hash"),
    )
    op.create_index("ix_tracker_credentials_subject_id", "tracker_credentials", ["subject_id", "created_at"])
    # A default that is a constant changes no row, and what the release before writes goes on fitting.
    op.add_column("poison", sa.Column("form", sa.Text(), nullable=False, server_default=sa.text("'report'")))
    op.execute("ALTER TABLE poison ADD CONSTRAINT ck_poison_form_known CHECK (form IN ('report', 'message')) NOT VALID")
    op.execute("ALTER TABLE poison VALIDATE CONSTRAINT ck_poison_form_known")
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON tracker_credentials TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """Messages that could not be read mean nothing to the release before."""
    op.execute("DELETE FROM poison WHERE form = 'message'")
    op.execute("ALTER TABLE poison DROP CONSTRAINT ck_poison_form_known")
    op.drop_column("poison", "form")
    op.drop_index("ix_tracker_credentials_subject_id", table_name="tracker_credentials")
    op.drop_table("tracker_credentials")
