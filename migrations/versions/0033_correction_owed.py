"""Which versions of the policy everybody was looked at for who came before them."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

PROVE = """
CREATE OR REPLACE FUNCTION note_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE duties d SET proof = NEW.verdict
    FROM {items}
    WHERE i.record_id = NEW.record_id AND {of_the_item} AND d.evidence_id = NEW.record_id
      AND d.state IN ('fulfilled', 'late') AND d.proof IS DISTINCT FROM NEW.verdict;
    RETURN NULL;
END
$$
"""
ONE = {"items": "record_items i", "of_the_item": "d.id = i.duty_id"}
ALL = {
    "items": "record_items i JOIN records r ON r.id = i.record_id",
    "of_the_item": "d.subject_id = r.subject_id AND d.rule_code = i.item",
}


def upgrade() -> None:
    """A column that is empty until a job has looked; and what a record proves is told to each duty that it serves."""
    op.add_column("policy_versions", sa.Column("correction_owed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(PROVE.format(**ALL))


def downgrade() -> None:
    """The job looks at everybody again; only the first duty of an item hears what its record proves."""
    op.execute(PROVE.format(**ONE))
    op.drop_column("policy_versions", "correction_owed_at")
