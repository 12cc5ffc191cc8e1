"""Growing delays against guessing, second factors of officers, and what a log-in is known by to its owner."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
CHANGED = ("throttles", "totps", "recovery_codes")


def upgrade() -> None:
    """Three new tables and a column without a value: no row is written anew.

    `wrong_log_ins` stays for processes of the last release that still run beside this schema.
    """
    op.create_table(
        "throttles",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level >= 0", name=op.f("ck_throttles_level_counts")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttles")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_table(
        "totps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_totps_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totps")),
    )
    for name, confirmed in (("counting", "IS NOT NULL"), ("offered", "IS NULL")):
        op.create_index(
            f"uq_totps_user_id_{name}",
            "totps",
            ["user_id"],
            unique=True,
            postgresql_where=sa.text(f"confirmed_at {confirmed} AND ended_at IS NULL"),
        )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(
        "ix_recovery_codes_user_id",
        "recovery_codes",
        ["user_id"],
        postgresql_where=sa.text("used_at IS NULL AND ended_at IS NULL"),
    )
    op.add_column("sessions", sa.Column("client_name", sa.Text(), nullable=True))
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON {', '.join(CHANGED)} TO {APP_ROLE}; "
        f"GRANT DELETE ON throttles TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """Second factors are gone with their table: whoever had one logs in with the password alone."""
    op.drop_column("sessions", "client_name")
    for table in ("recovery_codes", "totps", "throttles"):
        op.drop_table(table)
