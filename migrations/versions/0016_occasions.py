"""What gives rise to a visit or a talk, what a record proves, and four more kinds of duties."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)
DUTIES_BEFORE = (
    *("check_in", "location_check", "spot_check", "intake", "visit", "talk", "leave_return"),
    *("order_notice", "order_renewal", "search"),
)
DUTIES_ADDED = ("verification", "review", "correction_group", "correction_plan")
RECORDS_BEFORE = ("visit", "talk")
RECORDS_ADDED = ("verification", "review")
OCCASIONS = (
    *("intake", "class_change", "transfer", "violation", "sanction", "family_event", "work_event", "home_event"),
    *("health_event", "alert_real", "leave_approved", "leave_returned", "complaint", "period_announced"),
)


def upgrade() -> None:
    """Two tables; the kinds are looked through once, some seconds for ten million duties."""
    _kinds("duties", DUTIES_BEFORE + DUTIES_ADDED)
    _kinds("records", RECORDS_BEFORE + RECORDS_ADDED)
    op.create_table(
        "occasions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("known_at", TIME, nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("planned_at", TIME, nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.CheckConstraint(f"kind IN ({_listed(OCCASIONS)})", name="ck_occasions_kind_known"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_occasions_subject_id"),
        sa.PrimaryKeyConstraint("id", name="pk_occasions"),
        sa.UniqueConstraint(
            "subject_id", "kind", "source_kind", "source_id", name="uq_occasions_subject_id_kind_source_kind_source_id"
        ),
    )
    unplanned = sa.text("planned_at IS NULL AND withdrawn_at IS NULL")
    op.create_index("ix_occasions_unplanned", "occasions", ["known_at", "id"], postgresql_where=unplanned)
    op.create_index("ix_occasions_subject_id", "occasions", ["subject_id", "happened_at"])
    op.create_table(
        "record_proofs",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("checks", JSONB(), nullable=False),
        sa.Column("judged_at", TIME, nullable=False),
        sa.CheckConstraint("verdict IN ('proven', 'contradicted', 'unknown')", name="ck_record_proofs_verdict_known"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_record_proofs_record_id"),
        sa.PrimaryKeyConstraint("record_id", name="pk_record_proofs"),
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON occasions, record_proofs TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """Only where nothing of the new kinds was kept: the constraints of before refuse it."""
    op.drop_table("record_proofs")
    op.drop_table("occasions")
    _kinds("records", RECORDS_BEFORE)
    _kinds("duties", DUTIES_BEFORE)


def _kinds(table: str, kinds: tuple[str, ...]) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_kind_known")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_kind_known CHECK (kind IN ({_listed(kinds)}))")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
