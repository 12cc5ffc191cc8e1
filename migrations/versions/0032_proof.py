"""The seed of a lot is kept with it; what a record proves is looked at again when it is due."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

UNJUDGED = """
INSERT INTO record_proofs (record_id, verdict, checks, judged_at)
SELECT r.id, 'unknown', '[]', r.written_at FROM records r
WHERE r.written_at > now() - interval '30 days' AND NOT EXISTS (SELECT FROM record_proofs p WHERE p.record_id = r.id)
"""

DUE = """
UPDATE record_proofs p SET look_again_at = now() FROM records r
WHERE r.id = p.record_id AND r.written_at > now() - interval '30 days'
"""


def upgrade() -> None:
    """Samples drawn so far had their own id for a seed. Records of the last month are judged once more."""
    op.add_column("samples", sa.Column("seed", sa.Text(), nullable=True))
    op.execute("ALTER TABLE samples DISABLE TRIGGER samples_only_added")
    op.execute("UPDATE samples SET seed = id::text")
    op.execute("ALTER TABLE samples ENABLE TRIGGER samples_only_added")
    op.alter_column("samples", "seed", nullable=False)
    op.add_column("record_proofs", sa.Column("look_again_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(UNJUDGED)
    op.execute(DUE)
    op.create_index(
        "ix_record_proofs_look_again_at",
        "record_proofs",
        ["look_again_at"],
        postgresql_where=sa.text("look_again_at IS NOT NULL"),
    )


def downgrade() -> None:
    """The lots of samples cannot be drawn again; verdicts stay."""
    op.drop_index("ix_record_proofs_look_again_at", "record_proofs")
    op.drop_column("record_proofs", "look_again_at")
    op.drop_column("samples", "seed")
