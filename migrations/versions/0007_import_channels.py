"""Rosters that were imported, and a second way to officers: their own channels, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TABLES = ("roster_imports", "user_channels")


def upgrade() -> None:
    """Two tables, and a delivery that may go to a channel. Looking through the deliveries takes well under a second."""
    op.create_table(
        "roster_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("imported_by", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("already_there", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("rows = added + already_there", name=op.f("ck_roster_imports_every_row_counted")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_roster_imports_office_id_offices")),
        sa.ForeignKeyConstraint(["imported_by"], ["users.id"], name=op.f("fk_roster_imports_imported_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_imports")),
    )
    op.create_table(
        "user_channels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("schema", sa.Text(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("wait_min", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("tests", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retire_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("wait_min BETWEEN 0 AND 30", name=op.f("ck_user_channels_wait_short")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_channels_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_channels")),
    )
    op.create_index(
        "uq_user_channels_user_id",
        "user_channels",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.add_column("deliveries", sa.Column("channel_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_deliveries_channel_id_user_channels"), "deliveries", "user_channels", ["channel_id"], ["id"]
    )
    _allow("'in_app', 'fcm', 'apprise'")
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON {', '.join(TABLES)} TO {APP_ROLE}; "
        f"GRANT UPDATE ON user_channels TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """Channels and what was to go to them fall away; notices stay in the app."""
    op.execute("DELETE FROM deliveries WHERE channel = 'apprise'")
    _allow("'in_app', 'fcm'")
    op.drop_column("deliveries", "channel_id")
    op.drop_table("user_channels")
    op.drop_table("roster_imports")


def _allow(channels: str) -> None:
    op.execute("ALTER TABLE deliveries DROP CONSTRAINT ck_deliveries_channel_known")
    op.execute(f"ALTER TABLE deliveries ADD CONSTRAINT ck_deliveries_channel_known CHECK (channel IN ({channels}))")
