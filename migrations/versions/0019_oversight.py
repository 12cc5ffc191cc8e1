"""What supervisors count by: class, officer and proof of each duty of an office; figures of a month as they stood."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)
KINDS = "('visit', 'talk', 'verification', 'review', 'correction_group', 'correction_plan')"
RECORDED = "('visit', 'talk', 'verification', 'review')"

# Asked once, when the duty moves: who had the person, in which class, and what proves that it was done. Written by the
# database, so that no way on which a duty is changed can forget it. A subject's own duties pass by.
STAND = f"""
CREATE FUNCTION note_standing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known uuid;
BEGIN
    IF TG_OP = 'INSERT' OR OLD.state IN ('planned', 'cancelled') THEN
        NEW.class := (SELECT c.class FROM class_periods c
                      WHERE c.subject_id = NEW.subject_id AND c.period @> NEW.opens_at);
        NEW.officer_id := (SELECT a.officer_id FROM assignments a
                           WHERE a.subject_id = NEW.subject_id AND a.office_id = NEW.office_id
                             AND a.period @> NEW.opens_at);
    END IF;
    IF NEW.state IN ('fulfilled', 'late', 'missed', 'waived', 'unjudged') THEN
        SELECT a.officer_id INTO known FROM assignments a
        WHERE a.subject_id = NEW.subject_id AND a.office_id = NEW.office_id
          AND a.period @> least(NEW.due_at, NEW.fulfilled_at);
        NEW.officer_id := coalesce(known, NEW.officer_id);
    END IF;
    NEW.proof := CASE WHEN NEW.state NOT IN ('fulfilled', 'late') THEN NULL
                      WHEN NEW.evidence_id IS NULL THEN 'unknown'
                      WHEN NEW.evidence_kind IN {RECORDED} THEN coalesce(
                          (SELECT p.verdict FROM record_proofs p WHERE p.record_id = NEW.evidence_id), 'unknown')
                 END;
    RETURN NEW;
END
$$
"""

PROVE = """
CREATE FUNCTION note_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE duties d SET proof = NEW.verdict
    FROM record_items i
    WHERE i.record_id = NEW.record_id AND d.id = i.duty_id AND d.evidence_id = NEW.record_id
      AND d.state IN ('fulfilled', 'late') AND d.proof IS DISTINCT FROM NEW.verdict;
    RETURN NULL;
END
$$
"""

FILL = f"""
UPDATE duties d SET
    class = (SELECT c.class FROM class_periods c WHERE c.subject_id = d.subject_id AND c.period @> d.opens_at),
    officer_id = coalesce(
        (SELECT a.officer_id FROM assignments a
         WHERE a.subject_id = d.subject_id AND a.office_id = d.office_id
           AND d.state IN ('fulfilled', 'late', 'missed', 'waived', 'unjudged')
           AND a.period @> least(d.due_at, d.fulfilled_at)),
        (SELECT a.officer_id FROM assignments a
         WHERE a.subject_id = d.subject_id AND a.office_id = d.office_id AND a.period @> d.opens_at)),
    proof = CASE WHEN d.state NOT IN ('fulfilled', 'late') THEN NULL
                 WHEN d.evidence_id IS NULL THEN 'unknown'
                 WHEN d.evidence_kind IN {RECORDED} THEN coalesce(
                     (SELECT p.verdict FROM record_proofs p WHERE p.record_id = d.evidence_id), 'unknown')
            END
WHERE d.kind IN {KINDS}
"""


def upgrade() -> None:
    """Three columns that are empty for what subjects owe; a few seconds for each hundred thousand visits and talks."""
    op.add_column("duties", sa.Column("class", sa.Text(), nullable=True))
    op.add_column("duties", sa.Column("officer_id", sa.Uuid(), nullable=True))
    op.add_column("duties", sa.Column("proof", sa.Text(), nullable=True))
    op.create_foreign_key("fk_duties_officer_id", "duties", "users", ["officer_id"], ["id"])
    op.execute(FILL)
    op.execute(
        "CREATE INDEX ix_duties_audited ON duties (office_id, due_at) "
        "INCLUDE (opens_at, kind, rule_code, state, class, officer_id, proof) "
        f"WHERE kind IN {KINDS} AND state <> 'cancelled'"
    )
    _triggers()
    _snapshots()


def _triggers() -> None:
    op.execute(STAND)
    op.execute(PROVE)
    op.execute(
        "CREATE TRIGGER duties_stand_when_added BEFORE INSERT ON duties "
        f"FOR EACH ROW WHEN (NEW.kind IN {KINDS}) EXECUTE FUNCTION note_standing()"
    )
    op.execute(
        "CREATE TRIGGER duties_stand_when_moved BEFORE UPDATE OF state, evidence_id ON duties FOR EACH ROW "
        f"WHEN (NEW.kind IN {KINDS} AND (NEW.state, NEW.evidence_id) IS DISTINCT FROM (OLD.state, OLD.evidence_id)) "
        "EXECUTE FUNCTION note_standing()"
    )
    op.execute(
        "CREATE TRIGGER record_proofs_tell_duties AFTER INSERT OR UPDATE ON record_proofs "
        "FOR EACH ROW EXECUTE FUNCTION note_proof()"
    )


def _snapshots() -> None:
    op.create_table(
        "compliance_snapshots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_compliance_snapshots_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_compliance_snapshots"),
        sa.UniqueConstraint("office_id", "month", name="uq_compliance_snapshots_office_id_month"),
    )
    op.execute(
        "CREATE TRIGGER compliance_snapshots_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON compliance_snapshots "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON compliance_snapshots TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """The figures of the months go; what they were counted from stays."""
    op.drop_table("compliance_snapshots")
    op.execute("DROP TRIGGER record_proofs_tell_duties ON record_proofs")
    op.execute("DROP TRIGGER duties_stand_when_moved ON duties")
    op.execute("DROP TRIGGER duties_stand_when_added ON duties")
    op.execute("DROP FUNCTION note_proof()")
    op.execute("DROP FUNCTION note_standing()")
    op.drop_index("ix_duties_audited", "duties")
    op.drop_constraint("fk_duties_officer_id", "duties", type_="foreignkey")
    for column in ("proof", "officer_id", "class"):
        op.drop_column("duties", column)
