"""Where offices are."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"


def upgrade() -> None:
    """One table, a row an office."""
    op.create_table(
        "office_places",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("given", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name="ck_office_places_on_earth"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_office_places_office_id"),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name="fk_office_places_set_by"),
        sa.PrimaryKeyConstraint("office_id", name="pk_office_places"),
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON office_places TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """Nobody knows any more where offices are."""
    op.drop_table("office_places")
