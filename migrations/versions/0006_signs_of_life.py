"""Faults of the service with those who were told, and the account of each day: were all of its checks made?"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"


def upgrade() -> None:
    """One unclosed row for each fault; one row for each local day."""
    op.create_table(
        "service_faults",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_faults"),
    )
    op.create_index(
        "uq_service_faults_lasting",
        "service_faults",
        ["code"],
        unique=True,
        postgresql_where=sa.text("recovered_at IS NULL"),
    )
    op.create_table(
        "day_accounts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.CheckConstraint("verdict IN ('made', 'not_made', 'cannot_tell')", name="ck_day_accounts_verdict_known"),
        sa.PrimaryKeyConstraint("day", name="pk_day_accounts"),
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON service_faults, day_accounts TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """What was told stays told: the notices are left."""
    op.drop_table("day_accounts")
    op.drop_table("service_faults")
