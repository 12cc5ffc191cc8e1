"""What stands behind an alert: makers and carriers of phones, causes weighed anew, incidents that hold the alerts of
many.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Columns without a default on small rows, one small table, three partial or short indexes."""
    for column in ("maker", "carrier"):
        op.add_column("subject_states", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("subject_states", sa.Column("cause_check_at", TIME, nullable=True))
    op.create_index(
        "ix_subject_states_cause_check_at",
        "subject_states",
        ["cause_check_at"],
        postgresql_where=sa.text("cause_check_at IS NOT NULL"),
    )
    op.create_index("ix_incidents_lasting", "incidents", ["kind"], postgresql_where=sa.text("to_at IS NULL"))
    for column in ("silent_since", "heard_at"):
        op.add_column("incident_subjects", sa.Column(column, TIME, nullable=True))
    op.create_index("ix_incident_subjects_subject_id", "incident_subjects", ["subject_id"])
    op.create_table(
        "outage_usuals",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="ck_outage_usuals_hour_of_a_day"),
        sa.PrimaryKeyConstraint("kind", "about", "hour", name="pk_outage_usuals"),
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON outage_usuals TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """Incidents stay; who was touched by one from when to when goes."""
    op.drop_table("outage_usuals")
    op.drop_index("ix_incident_subjects_subject_id", "incident_subjects")
    for column in ("silent_since", "heard_at"):
        op.drop_column("incident_subjects", column)
    op.drop_index("ix_incidents_lasting", "incidents")
    op.drop_index("ix_subject_states_cause_check_at", "subject_states")
    for column in ("cause_check_at", "carrier", "maker"):
        op.drop_column("subject_states", column)
