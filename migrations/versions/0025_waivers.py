"""Duties let go with a second person; periods announced for all people of an office; one alert for each item."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)
BY_ITEM = "('visit_overdue', 'talk_overdue')"


def upgrade() -> None:
    """Two tables, and the unclosed alerts of visits and talks: the newest of an item becomes the item's."""
    _waivers()
    _periods()
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON waivers, announced_periods TO {APP_ROLE}; END IF; END $$"
    )
    op.execute(
        "UPDATE alerts a SET about_kind = 'item', about_id = CAST(md5(a.rule_code) AS uuid) "
        f"WHERE a.kind IN {BY_ITEM} AND a.about_kind = 'duty' AND a.handling <> 'closed' AND a.id = ("
        "SELECT b.id FROM alerts b WHERE b.subject_id = a.subject_id AND b.kind = a.kind "
        "AND b.rule_code = a.rule_code AND b.about_kind = 'duty' AND b.handling <> 'closed' "
        "ORDER BY b.event_at DESC, b.id LIMIT 1)"
    )


def _waivers() -> None:
    op.create_table(
        "waivers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name="fk_waivers_duty_id"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_waivers_subject_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name="fk_waivers_asked_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_waivers_decided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_waivers"),
    )
    _check("waivers", "kind_known", "kind IN ('let_go', 'not_applicable')")
    _check("waivers", "state_known", "state IN ('waiting', 'granted', 'refused')")
    _check("waivers", "two_people", "decided_by <> asked_by")
    _check("waivers", "decided_by_somebody", "(decided_by IS NULL) = (decided_at IS NULL)")
    _check("waivers", "refused_with_reason", "state <> 'refused' OR answer IS NOT NULL")
    waiting = sa.text("state = 'waiting'")
    op.create_index("uq_waivers_waiting", "waivers", ["duty_id"], unique=True, postgresql_where=waiting)
    op.create_index("ix_waivers_waiting", "waivers", ["asked_at", "id"], postgresql_where=waiting)
    op.create_index("ix_waivers_duty_id", "waivers", ["duty_id"])


def _periods() -> None:
    op.create_table(
        "announced_periods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("from_at", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("announced_by", sa.Uuid(), nullable=False),
        sa.Column("announced_at", TIME, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdraw_reason", sa.Text(), nullable=True),
        sa.Column("spread_after", sa.Uuid(), nullable=True),
        sa.Column("spread_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_announced_periods_office_id"),
        sa.ForeignKeyConstraint(["announced_by"], ["users.id"], name="fk_announced_periods_announced_by"),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["users.id"], name="fk_announced_periods_withdrawn_by"),
        sa.PrimaryKeyConstraint("id", name="pk_announced_periods"),
    )
    _check("announced_periods", "kind_known", "kind IN ('sensitive', 'security')")
    _check("announced_periods", "span_runs_forward", "from_at < until")
    _check("announced_periods", "withdrawn_with_reason", "(withdrawn_at IS NULL) = (withdraw_reason IS NULL)")
    op.create_index(
        "ix_announced_periods_unspread",
        "announced_periods",
        ["announced_at"],
        postgresql_where=sa.text("spread_at IS NULL"),
    )
    op.create_index("ix_announced_periods_office_id", "announced_periods", ["office_id", "until"])


def _check(table: str, name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition})")


def downgrade() -> None:
    """Who confirmed what goes; the duties that were let go stay so, and each keeps the alert of its item."""
    op.execute(
        "UPDATE alerts a SET about_kind = 'duty', about_id = o.source_id FROM alert_occurrences o "
        f"WHERE a.kind IN {BY_ITEM} AND a.about_kind = 'item' AND o.alert_id = a.id AND o.n = a.occurrences "
        "AND o.source_kind = 'duty'"
    )
    op.drop_table("announced_periods")
    op.drop_table("waivers")
