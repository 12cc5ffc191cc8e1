"""The first schema: every table of the main job."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE SEQUENCE receipt_numbers AS bigint")
    op.create_table(
        "areas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "boundary",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('unit', 'permitted')", name=op.f("ck_areas_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_areas")),
        sa.UniqueConstraint("kind", "code", "source", name=op.f("uq_areas_kind_code_source")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("object_kind", sa.Text(), nullable=True),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_actor_id", "audit", ["actor_id", "at"], unique=False)
    op.create_index("ix_audit_subject_id", "audit", ["subject_id", "at"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("kind", "about", "from_at", name=op.f("uq_incidents_kind_about_from_at")),
    )
    op.create_table(
        "job_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("outcome IN ('ok', 'partial', 'failed')", name=op.f("ck_job_runs_outcome_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
    )
    op.create_index("ix_job_runs_name", "job_runs", ["name", "started_at"], unique=False)
    op.create_table(
        "job_states",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("max_age_s", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_states")),
    )
    op.create_table(
        "offices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level IN ('province', 'city', 'county', 'justice_office')", name=op.f("ck_offices_level_known")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["offices.id"], name=op.f("fk_offices_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offices")),
        sa.UniqueConstraint("code", name=op.f("uq_offices_code")),
        sa.UniqueConstraint("path", name=op.f("uq_offices_path")),
    )
    op.create_index("ix_offices_path", "offices", ["path"], unique=False, postgresql_ops={"path": "text_pattern_ops"})
    op.create_table(
        "positions",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_proven", sa.Boolean(), nullable=False),
        sa.Column("power_id", sa.Uuid(), nullable=False),
        sa.Column(
            "place",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column("speed_mps", sa.Double(), nullable=True),
        sa.Column("heading_deg", sa.Double(), nullable=True),
        sa.Column("altitude_m", sa.Double(), nullable=True),
        sa.Column("battery_percent", sa.Integer(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("mock", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("subject_id", "recorded_at", "id", name=op.f("pk_positions")),
        postgresql_partition_by="RANGE (recorded_at)",
    )
    op.create_index(
        "ix_positions_far_clock",
        "positions",
        ["subject_id", "effective_at"],
        unique=False,
        postgresql_where=sa.text("effective_at - recorded_at NOT BETWEEN interval '-1 hour' AND interval '1 hour'"),
    )
    op.create_table(
        "push_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retire_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('token', 'fid')", name=op.f("ck_push_endpoints_kind_known")),
        sa.CheckConstraint("owner_kind IN ('user', 'subject')", name=op.f("ck_push_endpoints_owner_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_endpoints")),
    )
    op.create_index(
        "ix_push_endpoints_device_id",
        "push_endpoints",
        ["device_id"],
        unique=False,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_index(
        "ix_push_endpoints_owner_id",
        "push_endpoints",
        ["owner_id"],
        unique=False,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_index(
        "uq_push_endpoints_address",
        "push_endpoints",
        ["address"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("owner_kind IN ('user', 'subject')", name=op.f("ck_sessions_owner_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(
        "ix_sessions_device_id", "sessions", ["device_id"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(
        "ix_sessions_owner_id", "sessions", ["owner_id"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "wrong_log_ins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login_hash", sa.LargeBinary(), nullable=False),
        sa.Column("client_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_log_ins")),
    )
    op.create_index("ix_wrong_log_ins_login_hash", "wrong_log_ins", ["login_hash", "at"], unique=False)
    op.create_table(
        "uptimes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uptimes")),
    )
    op.create_index("ix_uptimes_component", "uptimes", ["component", "last_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("away", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("user_id"), "="),
            (sa.column("away"), "&&"),
            where=sa.text("withdrawn_at IS NULL"),
            using="gist",
            name="ex_absences_away",
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_absences_created_by")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_absences_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_table(
        "area_edges",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column(
            "edge",
            Geometry(
                geometry_type="LINESTRING",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_area_edges_area_id")),
        sa.PrimaryKeyConstraint("area_id", "n", name=op.f("pk_area_edges")),
    )
    op.create_index("ix_area_edges_edge", "area_edges", ["edge"], unique=False, postgresql_using="gist")
    op.create_table(
        "area_parts",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            Geometry(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_area_parts_area_id")),
        sa.PrimaryKeyConstraint("area_id", "n", name=op.f("pk_area_parts")),
    )
    op.create_index("ix_area_parts_part", "area_parts", ["part"], unique=False, postgresql_using="gist")
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("in_force", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("office_id"), "="),
            (sa.column("in_force"), "&&"),
            using="gist",
            name="ex_policy_versions_in_force",
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_policy_versions_created_by")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_policy_versions_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
    )
    op.create_table(
        "subjects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_no", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("id_number_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_key_version", sa.Integer(), nullable=True),
        sa.Column("id_number_hash", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("class", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("minor_regime", sa.Boolean(), nullable=False),
        sa.Column("home_address", sa.Text(), nullable=True),
        sa.Column(
            "home",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("home_given", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("permitted_area_id", sa.Uuid(), nullable=True),
        sa.Column("term_from", sa.Date(), nullable=True),
        sa.Column("term_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "category IN ('public_surveillance', 'probation', 'parole', 'outside_prison')",
            name=op.f("ck_subjects_category_known"),
        ),
        sa.CheckConstraint("channel IN ('smartphone', 'no_smartphone')", name=op.f("ck_subjects_channel_known")),
        sa.CheckConstraint("class IN ('strict', 'normal', 'lenient')", name=op.f("ck_subjects_class_known")),
        sa.CheckConstraint(
            "end_reason IN ('completed', 'custody', 'hospital', 'death')", name=op.f("ck_subjects_end_reason_known")
        ),
        sa.CheckConstraint("status IN ('noticed', 'in_correction', 'ended')", name=op.f("ck_subjects_status_known")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_subjects_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name=op.f("fk_subjects_officer_id")),
        sa.ForeignKeyConstraint(["permitted_area_id"], ["areas.id"], name=op.f("fk_subjects_permitted_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sa.UniqueConstraint("id_number_hash", name=op.f("uq_subjects_id_number_hash")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_subjects_registration_id")),
        sa.UniqueConstraint("subject_no", name=op.f("uq_subjects_subject_no")),
    )
    op.create_index("ix_subjects_office_id", "subjects", ["office_id", "status"], unique=False)
    op.create_table(
        "user_roles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("held", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("user_id"), "="),
            (sa.column("role"), "="),
            (sa.column("office_id"), "="),
            (sa.column("held"), "&&"),
            using="gist",
            name="ex_user_roles_held",
        ),
        sa.CheckConstraint(
            "role IN ('aide', 'officer', 'county_staff', 'county_head', 'city_staff', 'procurator', 'provider', 'admin')",
            name=op.f("ck_user_roles_role_known"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_user_roles_office_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_roles_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_roles")),
    )
    op.create_index("ix_user_roles_office_id", "user_roles", ["office_id"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("handling", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rule_code", sa.Text(), nullable=False),
        sa.Column("policy_version_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("close_result", sa.Text(), nullable=True),
        sa.CheckConstraint("cause IN ('person', 'phone', 'service', 'unsure')", name=op.f("ck_alerts_cause_known")),
        sa.CheckConstraint(
            "close_reason IN ('real', 'false_alarm', 'phone', 'service', 'leave')",
            name=op.f("ck_alerts_close_reason_known"),
        ),
        sa.CheckConstraint("condition IN ('active', 'recovered')", name=op.f("ck_alerts_condition_known")),
        sa.CheckConstraint("handling IN ('open', 'acknowledged', 'closed')", name=op.f("ck_alerts_handling_known")),
        sa.CheckConstraint(
            "kind IN ('missed_check_in', 'lost_contact', 'left_area', 'forbidden_zone', 'left_zone', 'leave_overdue', 'missed_intake', 'device_trouble', 'suspected_separation', 'suspected_fake', 'visit_overdue', 'talk_overdue', 'handling_overdue', 'order_expiring')",
            name=op.f("ck_alerts_kind_known"),
        ),
        sa.CheckConstraint("next_step IN ('office', 'county', 'city')", name=op.f("ck_alerts_next_step_known")),
        sa.CheckConstraint("strength IN ('strong', 'medium', 'weak')", name=op.f("ck_alerts_strength_known")),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["users.id"], name=op.f("fk_alerts_acknowledged_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_alerts_closed_by")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_alerts_office_id")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_versions.id"], name=op.f("fk_alerts_policy_version_id")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_alerts_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(
        "ix_alerts_next_step_at",
        "alerts",
        ["next_step_at"],
        unique=False,
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )
    op.create_index(
        "ix_alerts_office_id",
        "alerts",
        ["office_id", "opened_at"],
        unique=False,
        postgresql_where=sa.text("handling <> 'closed'"),
    )
    op.create_index("ix_alerts_subject_id", "alerts", ["subject_id", "opened_at"], unique=False)
    op.create_index(
        "uq_alerts_unclosed",
        "alerts",
        ["subject_id", "kind", "about_kind", "about_id"],
        unique=True,
        postgresql_where=sa.text("handling <> 'closed'"),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("subject_id"), "="), (sa.column("period"), "&&"), using="gist", name="ex_assignments_period"
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_assignments_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name=op.f("fk_assignments_officer_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_assignments_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_table(
        "class_periods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("subject_id"), "="), (sa.column("period"), "&&"), using="gist", name="ex_class_periods_period"
        ),
        sa.CheckConstraint("class IN ('strict', 'normal', 'lenient')", name=op.f("ck_class_periods_class_known")),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name=op.f("fk_class_periods_set_by")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_class_periods_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_periods")),
    )
    op.create_table(
        "clock_proofs",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("offset_s", sa.Double(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(boot_id) <= 64", name=op.f("ck_clock_proofs_boot_id_short")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_clock_proofs_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "boot_id", name=op.f("pk_clock_proofs")),
    )
    op.create_table(
        "collection_powers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("covers", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("phone", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('check', 'order')", name=op.f("ck_collection_powers_kind_known")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_collection_powers_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_powers")),
    )
    op.create_index(
        "ix_collection_powers_covers",
        "collection_powers",
        ["subject_id", "covers"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_table(
        "device_bindings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("app_version", sa.Text(), nullable=True),
        sa.Column("bound", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("device_id"), "="), (sa.column("bound"), "&&"), using="gist", name="ex_device_bindings_device"
        ),
        postgresql.ExcludeConstraint(
            (sa.column("subject_id"), "="), (sa.column("bound"), "&&"), using="gist", name="ex_device_bindings_bound"
        ),
        sa.ForeignKeyConstraint(["released_by"], ["users.id"], name=op.f("fk_device_bindings_released_by")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_device_bindings_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_bindings")),
    )
    op.create_table(
        "device_health",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("battery_percent", sa.Integer(), nullable=True),
        sa.Column("location_permission", sa.Text(), nullable=True),
        sa.Column("battery_saver", sa.Boolean(), nullable=True),
        sa.Column("network", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_device_health_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "id", name=op.f("pk_device_health")),
    )
    op.create_index("ix_device_health_subject_id", "device_health", ["subject_id", "received_at"], unique=False)
    op.create_table(
        "duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("obligor", sa.Text(), nullable=False),
        sa.Column("rule_code", sa.Text(), nullable=False),
        sa.Column("slot_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judge_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("random", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("policy_version_id", sa.Uuid(), nullable=False),
        sa.Column("fulfilled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waived_by", sa.Uuid(), nullable=True),
        sa.Column("waive_reason", sa.Text(), nullable=True),
        sa.Column("evidence_kind", sa.Text(), nullable=True),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('check_in', 'location_check', 'intake', 'visit', 'talk')", name=op.f("ck_duties_kind_known")
        ),
        sa.CheckConstraint("obligor IN ('subject', 'office', 'handing_organ')", name=op.f("ck_duties_obligor_known")),
        sa.CheckConstraint(
            "state IN ('planned', 'open', 'fulfilled', 'late', 'submitted', 'missed', 'waived', 'cancelled', 'unjudged')",
            name=op.f("ck_duties_state_known"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_duties_office_id")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_versions.id"], name=op.f("fk_duties_policy_version_id")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_duties_subject_id")),
        sa.ForeignKeyConstraint(["waived_by"], ["users.id"], name=op.f("fk_duties_waived_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint(
            "subject_id", "rule_code", "slot_start", name=op.f("uq_duties_subject_id_rule_code_slot_start")
        ),
    )
    op.create_index(
        "ix_duties_judge_at",
        "duties",
        ["judge_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('planned', 'open')"),
    )
    op.create_index("ix_duties_office_id", "duties", ["office_id", "due_at"], unique=False)
    op.create_index(
        "ix_duties_opens_at", "duties", ["opens_at"], unique=False, postgresql_where=sa.text("state = 'planned'")
    )
    op.create_index(
        "ix_duties_remind_at",
        "duties",
        ["remind_at"],
        unique=False,
        postgresql_where=sa.text("remind_at IS NOT NULL AND reminded_at IS NULL AND state IN ('planned', 'open')"),
    )
    op.create_index("ix_duties_subject_id", "duties", ["subject_id", "opens_at"], unique=False)
    op.create_table(
        "incident_subjects",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_incident_subjects_incident_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_incident_subjects_subject_id")),
        sa.PrimaryKeyConstraint("incident_id", "subject_id", name=op.f("pk_incident_subjects")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("recipient_kind", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("wording", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("recipient_kind IN ('user', 'subject')", name=op.f("ck_notices_recipient_kind_known")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_notices_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "recipient_id",
            "about_kind",
            "about_id",
            "step",
            name=op.f("uq_notices_recipient_id_about_kind_about_id_step"),
        ),
    )
    op.create_index("ix_notices_about_id", "notices", ["about_id"], unique=False)
    op.create_index("ix_notices_recipient_id", "notices", ["recipient_id", "seq"], unique=False)
    op.create_table(
        "poison",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_poison_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poison")),
    )
    op.create_index("ix_poison_received_at", "poison", ["received_at"], unique=False)
    op.create_table(
        "position_batches",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_no", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("not_kept", sa.Integer(), nullable=False),
        sa.Column("set_aside", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_position_batches_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "request_id", name=op.f("pk_position_batches")),
    )
    op.create_table(
        "positioning_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=False),
        sa.Column("term", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("ordered_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("covers_phone", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.Column("purged_positions", sa.Integer(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("subject_id"), "="), (sa.column("term"), "&&"), using="gist", name="ex_positioning_orders_term"
        ),
        sa.CheckConstraint(
            "ground IN ('broke_prohibition', 'left_without_permission', 'refused_reporting', 'public_security_penalty', 'revocation_proposed')",
            name=op.f("ck_positioning_orders_ground_known"),
        ),
        sa.CheckConstraint("ordered_from < ordered_until", name=op.f("ck_positioning_orders_begins_before_it_ends")),
        sa.CheckConstraint(
            "(ordered_until AT TIME ZONE 'Asia/Shanghai') <= (ordered_from AT TIME ZONE 'Asia/Shanghai') + interval '3 months'",
            name=op.f("ck_positioning_orders_at_most_three_months"),
        ),
        sa.CheckConstraint(
            "term <@ tstzrange(ordered_from, ordered_until)", name=op.f("ck_positioning_orders_within_what_was_ordered")
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["users.id"], name=op.f("fk_positioning_orders_approver_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_positioning_orders_created_by")),
        sa.ForeignKeyConstraint(["lifted_by"], ["users.id"], name=op.f("fk_positioning_orders_lifted_by")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_positioning_orders_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positioning_orders")),
    )
    op.create_table(
        "records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "place",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("place_given", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("home_distance_m", sa.Double(), nullable=True),
        sa.Column("met", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('visit', 'talk')", name=op.f("ck_records_kind_known")),
        sa.CheckConstraint("happened_at <= written_at", name=op.f("ck_records_written_after_it_happened")),
        sa.CheckConstraint(
            "happened_at <= ended_at AND ended_at <= written_at", name=op.f("ck_records_ended_in_between")
        ),
        sa.ForeignKeyConstraint(["corrects_id"], ["records.id"], name=op.f("fk_records_corrects_id")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_records_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name=op.f("fk_records_officer_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_records_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
    )
    op.create_index(
        "ix_records_corrects_id",
        "records",
        ["corrects_id"],
        unique=False,
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    op.create_index("ix_records_happened_at", "records", ["kind", "happened_at", "id"], unique=False)
    op.create_index("ix_records_office_id", "records", ["office_id", "happened_at"], unique=False)
    op.create_index("ix_records_subject_id", "records", ["subject_id", "happened_at"], unique=False)
    op.create_table(
        "subject_accounts",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_subject_accounts_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_subject_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_subject_accounts_login")),
    )
    op.create_table(
        "subject_contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_subject_contacts_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_contacts")),
    )
    op.create_index("ix_subject_contacts_subject_id", "subject_contacts", ["subject_id"], unique=False)
    op.create_table(
        "subject_states",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("last_heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_position_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "last_position",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("last_accuracy_m", sa.Double(), nullable=True),
        sa.Column("battery_percent", sa.Integer(), nullable=True),
        sa.Column("silent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("silence_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silence_counts_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejudge_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_subject_states_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_subject_states")),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_index(
        "ix_subject_states_heard_again_at",
        "subject_states",
        ["heard_again_at"],
        unique=False,
        postgresql_where=sa.text("heard_again_at IS NOT NULL"),
    )
    op.create_index(
        "ix_subject_states_planned_until",
        "subject_states",
        ["planned_until"],
        unique=False,
        postgresql_where=sa.text("planned_until IS NOT NULL"),
    )
    op.create_index(
        "ix_subject_states_rejudge_from",
        "subject_states",
        ["rejudge_from"],
        unique=False,
        postgresql_where=sa.text("rejudge_from IS NOT NULL"),
    )
    op.create_index(
        "ix_subject_states_silence_check_at",
        "subject_states",
        ["silence_check_at"],
        unique=False,
        postgresql_where=sa.text("silence_check_at IS NOT NULL"),
    )
    op.create_table(
        "supervision_periods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("subject_id"), "="),
            (sa.column("period"), "&&"),
            using="gist",
            name="ex_supervision_periods_period",
        ),
        sa.CheckConstraint(
            "category IN ('public_surveillance', 'probation', 'parole', 'outside_prison')",
            name=op.f("ck_supervision_periods_category_known"),
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_supervision_periods_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_periods")),
    )
    op.create_table(
        "alert_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_events_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_events")),
    )
    op.create_index("ix_alert_events_alert_id", "alert_events", ["alert_id"], unique=False)
    op.create_table(
        "alert_occurrences",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recovered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_occurrences_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", "n", name=op.f("pk_alert_occurrences")),
        sa.UniqueConstraint(
            "source_kind", "source_id", "event_at", name=op.f("uq_alert_occurrences_source_kind_source_id_event_at")
        ),
    )
    op.create_table(
        "alert_steps",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_steps_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", "occurrence", "step", name=op.f("pk_alert_steps")),
    )
    op.create_table(
        "attempts",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_no", sa.Text(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "place",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("place_given", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("mock", sa.Boolean(), nullable=True),
        sa.Column("power_id", sa.Uuid(), nullable=True),
        sa.Column("area_verdict", sa.Text(), nullable=True),
        sa.Column("area_distance_m", sa.Double(), nullable=True),
        sa.Column("home_distance_m", sa.Double(), nullable=True),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("review_accepted", sa.Boolean(), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "area_verdict IN ('inside', 'outside', 'cannot_tell')", name=op.f("ck_attempts_area_verdict_known")
        ),
        sa.CheckConstraint("place_given IS NULL OR place IS NOT NULL", name=op.f("ck_attempts_given_only_with_place")),
        sa.CheckConstraint("outcome <> 'refused' OR place IS NULL", name=op.f("ck_attempts_refused_keeps_no_place")),
        sa.CheckConstraint("outcome IN ('accepted', 'to_review', 'refused')", name=op.f("ck_attempts_outcome_known")),
        sa.CheckConstraint("place IS NULL OR power_id IS NOT NULL", name=op.f("ck_attempts_place_needs_power")),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_attempts_duty_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name=op.f("fk_attempts_officer_id")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["users.id"], name=op.f("fk_attempts_reviewed_by")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_attempts_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("receipt_no", name=op.f("uq_attempts_receipt_no")),
    )
    op.create_index("ix_attempts_received_at", "attempts", ["subject_id", "received_at"], unique=False)
    op.create_index(
        "ix_attempts_to_review",
        "attempts",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("outcome = 'to_review' AND reviewed_at IS NULL"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('in_app', 'fcm')", name=op.f("ck_deliveries_channel_known")),
        sa.CheckConstraint("state IN ('pending', 'sent', 'dead', 'retired')", name=op.f("ck_deliveries_state_known")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["push_endpoints.id"], name=op.f("fk_deliveries_endpoint_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_deliveries_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("notice_id", "channel", "endpoint", name=op.f("uq_deliveries_notice_id_channel_endpoint")),
    )
    op.create_index(
        "ix_deliveries_next_try_at",
        "deliveries",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "duty_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("evidence_kind", sa.Text(), nullable=True),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_duty_events_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_events")),
    )
    op.create_index("ix_duty_events_duty_id", "duty_events", ["duty_id"], unique=False)
    op.create_table(
        "judgments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("papers_on", sa.Date(), nullable=True),
        sa.Column("duty_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "category IN ('public_surveillance', 'probation', 'parole', 'outside_prison')",
            name=op.f("ck_judgments_category_known"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_judgments_created_by")),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_judgments_duty_id")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_judgments_office_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_judgments_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgments")),
    )
    op.create_index("ix_judgments_subject_id", "judgments", ["subject_id"], unique=False)
    op.create_table(
        "record_items",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_record_items_duty_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_record_items_record_id")),
        sa.PrimaryKeyConstraint("record_id", "item", name=op.f("pk_record_items")),
    )
    op.create_table(
        "confirmations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("judgment_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('missed_intake')", name=op.f("ck_confirmations_kind_known")),
        sa.ForeignKeyConstraint(["judgment_id"], ["judgments.id"], name=op.f("fk_confirmations_judgment_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name=op.f("fk_confirmations_officer_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_confirmations_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
    )
    op.create_index("ix_confirmations_subject_id", "confirmations", ["subject_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_confirmations_subject_id", table_name="confirmations")
    op.drop_table("confirmations")
    op.drop_table("record_items")
    op.drop_index("ix_judgments_subject_id", table_name="judgments")
    op.drop_table("judgments")
    op.drop_index("ix_duty_events_duty_id", table_name="duty_events")
    op.drop_table("duty_events")
    op.drop_index("ix_deliveries_next_try_at", table_name="deliveries", postgresql_where=sa.text("state = 'pending'"))
    op.drop_table("deliveries")
    op.drop_index(
        "ix_attempts_to_review",
        table_name="attempts",
        postgresql_where=sa.text("outcome = 'to_review' AND reviewed_at IS NULL"),
    )
    op.drop_index("ix_attempts_received_at", table_name="attempts")
    op.drop_table("attempts")
    op.drop_table("alert_steps")
    op.drop_table("alert_occurrences")
    op.drop_index("ix_alert_events_alert_id", table_name="alert_events")
    op.drop_table("alert_events")
    op.drop_table("supervision_periods")
    op.drop_index(
        "ix_subject_states_silence_check_at",
        table_name="subject_states",
        postgresql_where=sa.text("silence_check_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_subject_states_rejudge_from",
        table_name="subject_states",
        postgresql_where=sa.text("rejudge_from IS NOT NULL"),
    )
    op.drop_index(
        "ix_subject_states_planned_until",
        table_name="subject_states",
        postgresql_where=sa.text("planned_until IS NOT NULL"),
    )
    op.drop_index(
        "ix_subject_states_heard_again_at",
        table_name="subject_states",
        postgresql_where=sa.text("heard_again_at IS NOT NULL"),
    )
    op.drop_table("subject_states")
    op.drop_index("ix_subject_contacts_subject_id", table_name="subject_contacts")
    op.drop_table("subject_contacts")
    op.drop_table("subject_accounts")
    op.drop_index("ix_records_subject_id", table_name="records")
    op.drop_index("ix_records_office_id", table_name="records")
    op.drop_index("ix_records_happened_at", table_name="records")
    op.drop_index("ix_records_corrects_id", table_name="records", postgresql_where=sa.text("corrects_id IS NOT NULL"))
    op.drop_table("records")
    op.drop_table("positioning_orders")
    op.drop_table("position_batches")
    op.drop_index("ix_poison_received_at", table_name="poison")
    op.drop_table("poison")
    op.drop_index("ix_notices_recipient_id", table_name="notices")
    op.drop_index("ix_notices_about_id", table_name="notices")
    op.drop_table("notices")
    op.drop_table("incident_subjects")
    op.drop_index("ix_duties_subject_id", table_name="duties")
    op.drop_index(
        "ix_duties_remind_at",
        table_name="duties",
        postgresql_where=sa.text("remind_at IS NOT NULL AND reminded_at IS NULL AND state IN ('planned', 'open')"),
    )
    op.drop_index("ix_duties_opens_at", table_name="duties", postgresql_where=sa.text("state = 'planned'"))
    op.drop_index("ix_duties_office_id", table_name="duties")
    op.drop_index("ix_duties_judge_at", table_name="duties", postgresql_where=sa.text("state IN ('planned', 'open')"))
    op.drop_table("duties")
    op.drop_index("ix_device_health_subject_id", table_name="device_health")
    op.drop_table("device_health")
    op.drop_table("device_bindings")
    op.drop_index("ix_collection_powers_covers", table_name="collection_powers", postgresql_using="gist")
    op.drop_table("collection_powers")
    op.drop_table("clock_proofs")
    op.drop_table("class_periods")
    op.drop_table("assignments")
    op.drop_index("uq_alerts_unclosed", table_name="alerts", postgresql_where=sa.text("handling <> 'closed'"))
    op.drop_index("ix_alerts_subject_id", table_name="alerts")
    op.drop_index("ix_alerts_office_id", table_name="alerts", postgresql_where=sa.text("handling <> 'closed'"))
    op.drop_index("ix_alerts_next_step_at", table_name="alerts", postgresql_where=sa.text("next_step_at IS NOT NULL"))
    op.drop_table("alerts")
    op.drop_index("ix_user_roles_office_id", table_name="user_roles")
    op.drop_table("user_roles")
    op.drop_index("ix_subjects_office_id", table_name="subjects")
    op.drop_table("subjects")
    op.drop_table("policy_versions")
    op.drop_index("ix_area_parts_part", table_name="area_parts", postgresql_using="gist")
    op.drop_table("area_parts")
    op.drop_index("ix_area_edges_edge", table_name="area_edges", postgresql_using="gist")
    op.drop_table("area_edges")
    op.drop_table("absences")
    op.drop_table("users")
    op.drop_index("ix_uptimes_component", table_name="uptimes")
    op.drop_table("uptimes")
    op.drop_index("ix_wrong_log_ins_login_hash", table_name="wrong_log_ins")
    op.drop_table("wrong_log_ins")
    op.drop_index("ix_sessions_owner_id", table_name="sessions", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("ix_sessions_device_id", table_name="sessions", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_table("sessions")
    op.drop_index(
        "uq_push_endpoints_address", table_name="push_endpoints", postgresql_where=sa.text("retired_at IS NULL")
    )
    op.drop_index(
        "ix_push_endpoints_owner_id", table_name="push_endpoints", postgresql_where=sa.text("retired_at IS NULL")
    )
    op.drop_index(
        "ix_push_endpoints_device_id", table_name="push_endpoints", postgresql_where=sa.text("retired_at IS NULL")
    )
    op.drop_table("push_endpoints")
    op.drop_table("positions")
    op.drop_index("ix_offices_path", table_name="offices", postgresql_ops={"path": "text_pattern_ops"})
    op.drop_table("offices")
    op.drop_table("job_states")
    op.drop_index("ix_job_runs_name", table_name="job_runs")
    op.drop_table("job_runs")
    op.drop_table("incidents")
    op.drop_index("ix_audit_subject_id", table_name="audit")
    op.drop_index("ix_audit_actor_id", table_name="audit")
    op.drop_table("audit")
    op.drop_table("areas")
    op.execute("DROP SEQUENCE receipt_numbers")
