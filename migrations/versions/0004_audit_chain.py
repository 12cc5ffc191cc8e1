"""Seals over the rows of the audit, and the version of the key by which an identity number is found."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"


def upgrade() -> None:
    """Seals are only ever added; the new column's default is a constant, so that no row is written anew for it."""
    op.create_table(
        "audit_seals",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(previous) = 32 AND octet_length(hash) = 32", name="ck_audit_seals_hashes"),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_seals"),
        sa.UniqueConstraint("audit_id", name="uq_audit_seals_audit_id"),
    )
    op.execute(
        "CREATE TRIGGER audit_seals_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON audit_seals TO {APP_ROLE}; END IF; END $$"
    )
    op.create_index("ix_audit_at", "audit", ["at", "id"])
    op.add_column(
        "subjects", sa.Column("id_number_hash_version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )


def downgrade() -> None:
    """Without its seals the audit is whole, but nothing shows any more that it is."""
    op.drop_column("subjects", "id_number_hash_version")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_table("audit_seals")
