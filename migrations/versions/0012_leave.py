"""Leave: requests, decisions, journeys and returns; photos say what they are for; one more kind of duty."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
KINDS = ("check_in", "location_check", "spot_check", "intake", "visit", "talk")
KINDS_THEN = (*KINDS, "leave_return")
TABLES = ("leave_requests", "leave_reports")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables, two columns of photos, and one more kind of duty."""
    _kinds(KINDS_THEN)
    _requests()
    _reports()
    _photos()
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON {', '.join(TABLES)} TO {APP_ROLE}; END IF; END $$"
    )


def _kinds(kinds: tuple[str, ...]) -> None:
    """Looks through the duties once, some seconds for ten million of them: nothing else here takes long."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE duties DROP CONSTRAINT ck_duties_kind_known")
    op.execute(f"ALTER TABLE duties ADD CONSTRAINT ck_duties_kind_known CHECK (kind IN ({listed}))")


def _known(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}_known")


def _requests() -> None:
    table = "leave_requests"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("extends_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("destinations", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("destination_names", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("from_at", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("travel", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("asked_late", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("requested_at", TIME, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("total_days", sa.Integer(), nullable=False),
        sa.Column("decider", sa.Text(), nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_level", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=True),
        sa.Column("report_arrival", sa.Boolean(), nullable=False),
        sa.Column("counts_from", TIME, nullable=True),
        sa.Column("duty_id", sa.Uuid(), nullable=True),
        sa.Column("filed_at", TIME, nullable=True),
        sa.Column("told_procuratorate_at", TIME, nullable=True),
        sa.Column("told_procuratorate_by", sa.Uuid(), nullable=True),
        sa.Column("told_procuratorate_note", sa.Text(), nullable=True),
        sa.Column("remind_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("end_note", sa.Text(), nullable=True),
        _known(table, "kind", "leave", "permit"),
        _known(table, "ground", "medical", "study", "lawsuit", "family_or_work", "other"),
        _known(table, "state", "pending", "approved", "refused", "withdrawn", "extended", "revoked", "ended"),
        _known(table, "decider", "office", "county", "city"),
        _known(table, "decided_level", "office", "county", "city"),
        sa.CheckConstraint("from_at < until", name="ck_leave_requests_span_runs_forward"),
        sa.CheckConstraint("cardinality(destinations) > 0", name="ck_leave_requests_destination_named"),
        sa.CheckConstraint(
            "decided_at IS NULL OR (decided_by IS NOT NULL AND decided_level IS NOT NULL)",
            name="ck_leave_requests_decided_by_somebody",
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'extended', 'revoked') OR counts_from IS NOT NULL",
            name="ck_leave_requests_approved_counts",
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR decision_reason IS NOT NULL", name="ck_leave_requests_refused_with_reason"
        ),
        sa.CheckConstraint("state <> 'revoked' OR end_note IS NOT NULL", name="ck_leave_requests_revoked_with_reason"),
        *(
            sa.ForeignKeyConstraint([column], [target], name=f"fk_leave_requests_{column}")
            for column, target in (
                ("extends_id", "leave_requests.id"),
                ("subject_id", "subjects.id"),
                ("entered_by", "users.id"),
                ("decided_by", "users.id"),
                ("told_procuratorate_by", "users.id"),
                ("ended_by", "users.id"),
                ("duty_id", "duties.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_leave_requests"),
        sa.UniqueConstraint("duty_id", name="uq_leave_requests_duty_id"),
        postgresql.ExcludeConstraint(
            (sa.column("subject_id"), "="),
            (sa.text("tstzrange(from_at, GREATEST(from_at, LEAST(until, ended_at)))"), "&&"),
            name="ex_leave_requests_approved",
            using="gist",
            where=sa.text("state IN ('approved', 'extended') AND kind = 'leave'"),
        ),
    )
    op.create_index("ix_leave_requests_subject_id", table, ["subject_id", "from_at"])
    op.create_index("ix_leave_requests_requested_at", table, ["requested_at", "id"])
    op.create_index("ix_leave_requests_pending", table, ["requested_at"], postgresql_where=sa.text("state = 'pending'"))
    op.create_index(
        "ix_leave_requests_remind_at", table, ["remind_at"], postgresql_where=sa.text("remind_at IS NOT NULL")
    )
    op.create_index("ix_leave_requests_until", table, ["until"], postgresql_where=sa.text("state = 'approved'"))


def _reports() -> None:
    table = "leave_reports"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("leave_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("destination", sa.Text(), nullable=True),
        sa.Column("until", TIME, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        _known(table, "kind", "departure", "arrival", "delay", "return", "trip"),
        sa.ForeignKeyConstraint(["leave_id"], ["leave_requests.id"], name="fk_leave_reports_leave_id"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_leave_reports_subject_id"),
        sa.ForeignKeyConstraint(["entered_by"], ["users.id"], name="fk_leave_reports_entered_by"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name="fk_leave_reports_confirmed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_leave_reports"),
    )
    op.create_index("ix_leave_reports_leave_id", table, ["leave_id", "received_at"])
    op.create_index("ix_leave_reports_subject_id", table, ["subject_id", "received_at"])


def _photos() -> None:
    """Every photo so far was taken for a check-in."""
    op.add_column("photos", sa.Column("purpose", sa.Text(), nullable=True))
    op.add_column("photos", sa.Column("leave_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE photos SET purpose = 'check_in'")
    op.alter_column("photos", "purpose", nullable=False)
    op.create_check_constraint("ck_photos_purpose_known", "photos", "purpose IN ('check_in', 'leave_proof')")
    op.create_check_constraint(
        "ck_photos_proof_keeps_no_place", "photos", "purpose = 'check_in' OR (place IS NULL AND attempt_id IS NULL)"
    )
    op.create_foreign_key("fk_photos_leave_id", "photos", "leave_requests", ["leave_id"], ["id"])
    op.create_index("ix_photos_leave_id", "photos", ["leave_id"], postgresql_where=sa.text("leave_id IS NOT NULL"))


def downgrade() -> None:
    """What was decided on leave, and its proof, go; returns that were owed stay on record as check-ins, none open."""
    op.execute("DELETE FROM photo_contents c USING photos p WHERE p.row_id = c.row_id AND p.purpose <> 'check_in'")
    op.execute("DELETE FROM photos WHERE purpose <> 'check_in'")
    op.drop_column("photos", "leave_id")
    op.drop_column("photos", "purpose")
    op.drop_table("leave_reports")
    op.drop_table("leave_requests")
    op.execute(
        "UPDATE duties SET kind = 'check_in', "
        "state = CASE WHEN state IN ('planned', 'open', 'submitted') THEN 'cancelled' ELSE state END "
        "WHERE kind = 'leave_return'"
    )
    _kinds(KINDS)
