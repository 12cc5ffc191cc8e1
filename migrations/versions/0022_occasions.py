"""On which day it happened what people write down as an occasion for a visit or a talk."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column without a default."""
    op.add_column("occasions", sa.Column("event_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """When it was learned of stays."""
    op.drop_column("occasions", "event_on")
