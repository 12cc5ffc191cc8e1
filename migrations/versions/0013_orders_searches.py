"""Papers of orders, and searches for people who are out of reach."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
NEW_KINDS = ("order_notice", "order_renewal", "search")
ADDED_ONLY = ("order_notices", "order_assessments", "search_entries", "search_duties")
ANSWERED = ("lift_requests", "searches")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Six tables, three columns of orders, and three more kinds of duties."""
    _kinds(set(_known_kinds()), NEW_KINDS)
    op.add_column("positioning_orders", sa.Column("extends_id", sa.Uuid(), nullable=True))
    op.add_column("positioning_orders", sa.Column("notice_duty_id", sa.Uuid(), nullable=True))
    op.add_column("positioning_orders", sa.Column("renewal_duty_id", sa.Uuid(), nullable=True))
    for column, target in (
        ("extends_id", "positioning_orders"),
        ("notice_duty_id", "duties"),
        ("renewal_duty_id", "duties"),
    ):
        op.create_foreign_key(f"fk_positioning_orders_{column}", "positioning_orders", target, [column], ["id"])
    for column in ("notice_duty_id", "renewal_duty_id"):
        op.create_index(f"ix_positioning_orders_{column}", "positioning_orders", [column])
    _order_papers()
    _searches()
    for table in ADDED_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON {', '.join(ADDED_ONLY)} TO {APP_ROLE}; "
        f"GRANT SELECT, INSERT, UPDATE ON {', '.join(ANSWERED)} TO {APP_ROLE}; END IF; END $$"
    )


def _known_kinds() -> list[str]:
    """The kinds that the constraint lists now, in its order."""
    found = op.get_bind().execute(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_duties_kind_known'")
    )
    return re.findall(r"'([a-z_]+)'::text", str(found.scalar_one()))


def _kinds(known: set[str], added: tuple[str, ...]) -> None:
    """Looks through the duties once, some seconds for ten million of them: nothing else here takes long."""
    kinds = [*(kind for kind in _known_kinds() if kind in known), *added]
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE duties DROP CONSTRAINT ck_duties_kind_known")
    op.execute(f"ALTER TABLE duties ADD CONSTRAINT ck_duties_kind_known CHECK (kind IN ({listed}))")


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}_known")


def _keys(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
        for column, target in targets.items()
    ]


def _order_papers() -> None:
    table = "order_notices"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("served_at", TIME, nullable=False),
        sa.Column("served_by", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        _one_of(table, "way", "in_person", "video_call"),
        _one_of(table, "outcome", "signed", "refused"),
        sa.CheckConstraint("served_at <= written_at", name="ck_order_notices_written_after_it_happened"),
        *_keys(
            table, order_id="positioning_orders", subject_id="subjects", served_by="users", corrects_id="order_notices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_order_notices"),
    )
    op.create_index("ix_order_notices_order_id", table, ["order_id", "served_at"])
    table = "order_assessments"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("still_needed", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("assessed_by", sa.Uuid(), nullable=False),
        sa.Column("assessed_at", TIME, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        *_keys(table, order_id="positioning_orders", subject_id="subjects", assessed_by="users"),
        sa.PrimaryKeyConstraint("id", name="pk_order_assessments"),
    )
    op.create_index("ix_order_assessments_order_id", table, ["order_id", "assessed_at"])
    table = "lift_requests"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_kind", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        _one_of(table, "asked_by_kind", "user", "subject"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (granted IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)",
            name="ck_lift_requests_answered_by_somebody",
        ),
        *_keys(table, order_id="positioning_orders", subject_id="subjects", answered_by="users"),
        sa.PrimaryKeyConstraint("id", name="pk_lift_requests"),
    )
    op.create_index("ix_lift_requests_order_id", table, ["order_id", "asked_at"])


def _searches() -> None:
    table = "searches"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.Column("judgment_id", sa.Uuid(), nullable=True),
        sa.Column("absent_since", TIME, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("policy_version_id", sa.Uuid(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("found_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("end_note", sa.Text(), nullable=True),
        _one_of(table, "kind", "lost_contact", "missed_intake"),
        _one_of(table, "outcome", "found_complying", "found_refusing", "lost_confirmed", "missed_intake_confirmed"),
        sa.CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL) AND (outcome IS NULL) = (ended_by IS NULL)",
            name="ck_searches_ended_by_somebody",
        ),
        *_keys(
            table,
            subject_id="subjects",
            office_id="offices",
            alert_id="alerts",
            judgment_id="judgments",
            opened_by="users",
            ended_by="users",
            policy_version_id="policy_versions",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_searches"),
    )
    op.create_index(
        "ix_searches_open", table, ["subject_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index("ix_searches_subject_id", table, ["subject_id", "opened_at"])
    op.create_index("ix_searches_opened_at", table, ["opened_at", "id"])
    _search_parts()


def _search_parts() -> None:
    table = "search_duties"
    op.create_table(
        table,
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        _one_of(table, "step", "calls", "visit", "procuratorate", "police"),
        *_keys(table, search_id="searches", duty_id="duties"),
        sa.PrimaryKeyConstraint("search_id", "step", name="pk_search_duties"),
        sa.UniqueConstraint("duty_id", name="uq_search_duties_duty_id"),
    )
    table = "search_entries"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("with_whom", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        _one_of(
            table,
            "kind",
            *("call", "visit", "information_check", "inquiry"),
            *("police_notice", "police_later", "procuratorate_notice"),
        ),
        sa.CheckConstraint("happened_at <= written_at", name="ck_search_entries_written_after_it_happened"),
        *_keys(
            table,
            search_id="searches",
            subject_id="subjects",
            written_by="users",
            visit_id="records",
            corrects_id="search_entries",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_search_entries"),
    )
    op.create_index("ix_search_entries_search_id", table, ["search_id", "happened_at"])


def downgrade() -> None:
    """What was written of orders and searches goes, and so do the duties that were owed for them."""
    for table in ("search_entries", "search_duties", "searches", "lift_requests", "order_assessments", "order_notices"):
        op.drop_table(table)
    for column in ("renewal_duty_id", "notice_duty_id", "extends_id"):
        op.drop_column("positioning_orders", column)
    listed = ", ".join(f"'{kind}'" for kind in NEW_KINDS)
    op.execute("ALTER TABLE duty_events DISABLE TRIGGER USER")
    op.execute(f"DELETE FROM duty_events e USING duties d WHERE d.id = e.duty_id AND d.kind IN ({listed})")
    op.execute("ALTER TABLE duty_events ENABLE TRIGGER USER")
    op.execute(f"DELETE FROM duties WHERE kind IN ({listed})")
    _kinds(set(_known_kinds()) - set(NEW_KINDS), ())
