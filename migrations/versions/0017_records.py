"""Records hold what was seen and said at the place: scales, findings, signatures, what follows, the client's clock."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
TEXTS = ("mood", "risk", "signed_subject", "signed_officer", "why_not_signed", "follow_up", "why_added", "place_name")
CHECKS = {
    "mood_known": "mood IN ('steady', 'uneasy', 'low', 'agitated', 'unclear')",
    "risk_known": "risk IN ('low', 'watch', 'high', 'unclear')",
    "signed_subject_known": "signed_subject IN ('on_screen', 'on_paper', 'refused')",
    "signed_officer_known": "signed_officer IN ('on_screen', 'on_paper')",
    "follow_up_has_day": "(follow_up IS NULL) = (follow_up_on IS NULL)",
}


def upgrade() -> None:
    """Nothing is rewritten: every column may be empty, but for one with a constant default."""
    columns: list[sa.Column[Any]] = [sa.Column(name, sa.Text(), nullable=True) for name in (*TEXTS, "device")]
    columns += [sa.Column(name, postgresql.JSONB(), nullable=True) for name in ("findings", "lines")]
    columns += [sa.Column(name, TIME, nullable=True) for name in ("client_started_at", "client_sent_at")]
    columns.append(sa.Column("follow_up_on", sa.Date(), nullable=True))
    columns.append(sa.Column("drafted_offline", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    for column in columns:
        op.add_column("records", column)
    for name, check in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_records_{name}"), "records", check)


def downgrade() -> None:
    """What only this release wrote goes; notes, times and places stay."""
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_records_{name}"), "records")
    for name in (*TEXTS, "device", "findings", "lines", "client_started_at", "client_sent_at", "follow_up_on"):
        op.drop_column("records", name)
    op.drop_column("records", "drafted_offline")
