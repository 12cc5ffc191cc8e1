"""Which statements about people (四知道) contradict each other, noted when the later of them is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
COMPARED = (
    *("case", "restrictions", "health", "family", "guarantor", "family_strain"),
    *("tenure", "lives_with", "occupation", "workplace"),
)


def upgrade() -> None:
    """One new table, in which rows are only added, with the contradictions that are there."""
    op.create_table(
        "known_fact_disputes",
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["fact_id"], ["known_facts.id"], name="fk_known_fact_disputes_fact_id"),
        sa.ForeignKeyConstraint(["other_id"], ["known_facts.id"], name="fk_known_fact_disputes_other_id"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_known_fact_disputes_subject_id"),
        sa.PrimaryKeyConstraint("fact_id", "other_id", name="pk_known_fact_disputes"),
    )
    op.create_index("ix_known_fact_disputes_subject_id", "known_fact_disputes", ["subject_id"])
    fields = ", ".join(f"'{field}'" for field in COMPARED)
    op.execute(
        f"""
        WITH disputed AS MATERIALIZED (
            SELECT k.subject_id, k.field FROM known_facts k LEFT JOIN known_fact_ends e ON e.fact_id = k.id
            WHERE e.fact_id IS NULL AND k.field IN ({fields})
            GROUP BY k.subject_id, k.field
            HAVING min(k.value COLLATE "C") <> max(k.value COLLATE "C")
        ), live AS MATERIALIZED (
            SELECT k.id, k.subject_id, k.field, k.value, k.written_at
            FROM disputed JOIN known_facts k USING (subject_id, field)
            LEFT JOIN known_fact_ends e ON e.fact_id = k.id
            WHERE e.fact_id IS NULL)
        INSERT INTO known_fact_disputes (fact_id, other_id, subject_id)
        SELECT a.id, b.id, subject_id FROM live a JOIN live b USING (subject_id, field)
        WHERE a.value <> b.value AND (a.written_at, a.id) > (b.written_at, b.id)
        """
    )
    op.execute(
        "CREATE TRIGGER known_fact_disputes_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON known_fact_disputes "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON known_fact_disputes TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """Contradictions are looked for among all statements again."""
    op.drop_table("known_fact_disputes")
