"""The occasions of a period, found by it when it is withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One partial index: most occasions come from elsewhere."""
    op.create_index(
        "ix_occasions_of_periods",
        "occasions",
        ["source_id", "subject_id"],
        postgresql_where=sa.text("source_kind = 'period'"),
    )


def downgrade() -> None:
    """Nothing is lost."""
    op.drop_index("ix_occasions_of_periods", "occasions")
