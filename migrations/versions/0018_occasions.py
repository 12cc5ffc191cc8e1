"""What an occasion was written with and why it was taken back; duties tell what they come from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KINDS = (
    *("intake", "class_change", "transfer", "violation", "sanction", "family_event", "work_event", "home_event"),
    *("health_event", "alert_real", "leave_approved", "leave_returned", "complaint", "period_announced"),
)
KNOWN = "ck_occasions_ck_occasions_kind_known"
"""As 0016 called the constraint."""
KINDS_THEN = (*KINDS[:9], "contact_event", *KINDS[9:])


def upgrade() -> None:
    """Columns without defaults, and one more kind of occasion."""
    _kinds(KINDS_THEN)
    op.add_column("occasions", sa.Column("body_hash", sa.LargeBinary(), nullable=True))
    op.add_column("occasions", sa.Column("receipt_no", sa.Text(), nullable=True))
    op.add_column("occasions", sa.Column("withdrawn_by", sa.Uuid(), nullable=True))
    op.add_column("occasions", sa.Column("withdraw_reason", sa.Text(), nullable=True))
    op.create_unique_constraint("uq_occasions_receipt_no", "occasions", ["receipt_no"])
    op.execute(
        "ALTER TABLE occasions ADD CONSTRAINT ck_occasions_withdrawn_with_reason "
        "CHECK ((withdrawn_at IS NULL) = (withdraw_reason IS NULL))"
    )
    op.add_column("duties", sa.Column("why", JSONB(), nullable=True))
    op.add_column("duties", sa.Column("occasion_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_duties_occasion_id", "duties", "occasions", ["occasion_id"], ["id"])
    op.create_index(
        "ix_duties_occasion_id", "duties", ["occasion_id"], postgresql_where=sa.text("occasion_id IS NOT NULL")
    )


def downgrade() -> None:
    """What was written down by people goes; a change of contacts stays on record as one of the family's."""
    op.drop_column("duties", "occasion_id")
    op.drop_column("duties", "why")
    op.execute("ALTER TABLE occasions DROP CONSTRAINT ck_occasions_withdrawn_with_reason")
    op.drop_column("occasions", "withdraw_reason")
    op.drop_column("occasions", "withdrawn_by")
    op.drop_column("occasions", "receipt_no")
    op.drop_column("occasions", "body_hash")
    op.execute("UPDATE occasions SET kind = 'family_event' WHERE kind = 'contact_event'")
    _kinds(KINDS)


def _kinds(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"ALTER TABLE occasions DROP CONSTRAINT {KNOWN}")
    op.execute(f"ALTER TABLE occasions ADD CONSTRAINT {KNOWN} CHECK (kind IN ({listed}))")
