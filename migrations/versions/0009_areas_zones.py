"""Areas with their versions, and places that a person may not enter or has to stay in."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)
REMOVAL = ("removed_at", "removed_by", "removal_reason")

# Where outlines of two releases are there for one area, each counts for the time in which it was the newest.
IN_FORCE = """
UPDATE areas SET in_force = v.in_force
FROM (SELECT id, tstzrange(
          CASE WHEN lag(id) OVER w IS NOT NULL THEN created_at END, lead(created_at) OVER w) AS in_force
      FROM areas WINDOW w AS (PARTITION BY kind, code ORDER BY created_at, id)) AS v
WHERE v.id = areas.id
"""

# A unique name is wanted by the release before.
TELL_SOURCES_APART = """
UPDATE areas SET source = source || ' ' || id
FROM (SELECT id AS twice, row_number() OVER (PARTITION BY kind, code, source ORDER BY created_at, id) AS n FROM areas) v
WHERE twice = id AND n > 1
"""

# What was decided stays; a removal is written once.
KEEP_ZONES = """
CREATE FUNCTION refuse_zone_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.removed_at IS NOT NULL OR to_jsonb(NEW) - '{removed_at,removed_by,removal_reason}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{removed_at,removed_by,removal_reason}'::text[] THEN
        RAISE EXCEPTION 'a zone stays as it was decided' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$
"""


def upgrade() -> None:
    """Quick: areas are few, and zones a new table."""
    _version_areas()
    _zones()


def _version_areas() -> None:
    """One version of a boundary for each instant; administrative units are told apart by their level."""
    op.add_column("areas", sa.Column("in_force", TSTZRANGE(), server_default=sa.text("'(,)'"), nullable=True))
    op.execute(IN_FORCE)
    op.alter_column("areas", "in_force", nullable=False)
    op.drop_constraint("uq_areas_kind_code_source", "areas")
    op.create_exclude_constraint(
        "ex_areas_in_force", "areas", ("kind", "="), ("code", "="), ("in_force", "&&"), using="gist"
    )
    op.create_index("ix_areas_code", "areas", ["code", "kind"])
    op.execute("ALTER TABLE areas DROP CONSTRAINT ck_areas_kind_known")
    op.execute("DELETE FROM areas WHERE kind = 'unit'")
    op.execute(
        "ALTER TABLE areas ADD CONSTRAINT ck_areas_kind_known "
        "CHECK (kind IN ('province', 'city', 'county', 'permitted'))"
    )


def _zones() -> None:
    op.create_table(
        "zones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("from_at", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("hours", JSONB(), nullable=False),
        sa.Column("shape", Geometry("GEOMETRY", srid=4326, spatial_index=False), nullable=False),
        sa.Column("centre", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("radius_m", sa.Double(), nullable=True),
        sa.Column("given", JSONB(), nullable=False),
        sa.Column("prohibition", sa.Text(), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("removed_at", TIME, nullable=True),
        sa.Column("removed_by", sa.Uuid(), nullable=True),
        sa.Column("removal_reason", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('forbidden', 'stay_inside')", name="ck_zones_kind_known"),
        sa.CheckConstraint("from_at < until", name="ck_zones_begins_before_it_ends"),
        sa.CheckConstraint("(centre IS NULL) = (radius_m IS NULL)", name="ck_zones_circle_is_whole"),
        sa.CheckConstraint("radius_m BETWEEN 1 AND 50000", name="ck_zones_radius_sensible"),
        sa.CheckConstraint(
            "kind <> 'forbidden' OR (prohibition = '01' AND document_no IS NOT NULL AND article IS NOT NULL)",
            name="ck_zones_forbidden_by_a_court",
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removal_reason IS NULL)",
            name="ck_zones_removal_is_whole",
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_zones_subject_id"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_zones_created_by"),
        sa.ForeignKeyConstraint(["removed_by"], ["users.id"], name="fk_zones_removed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_zones"),
    )
    op.create_index("ix_zones_subject_id", "zones", ["subject_id", "from_at"])
    op.execute(KEEP_ZONES)
    op.execute(
        "CREATE TRIGGER zones_keep_what_was_decided BEFORE UPDATE ON zones "
        "FOR EACH ROW EXECUTE FUNCTION refuse_zone_change()"
    )
    op.execute(
        "CREATE TRIGGER zones_are_never_deleted BEFORE DELETE OR TRUNCATE ON zones "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON zones TO {APP_ROLE}; "
        f"GRANT UPDATE ({', '.join(REMOVAL)}) ON zones TO {APP_ROLE}; END IF; END $$"
    )


def downgrade() -> None:
    """Zones are lost with their table; of areas, units go and the versions stay side by side."""
    op.drop_table("zones")
    op.execute("DROP FUNCTION refuse_zone_change()")
    op.execute("DELETE FROM area_parts USING areas WHERE area_id = areas.id AND kind <> 'permitted'")
    op.execute("DELETE FROM areas WHERE kind <> 'permitted'")
    op.execute("ALTER TABLE areas DROP CONSTRAINT ck_areas_kind_known")
    op.execute("ALTER TABLE areas ADD CONSTRAINT ck_areas_kind_known CHECK (kind IN ('unit', 'permitted'))")
    op.drop_index("ix_areas_code", table_name="areas")
    op.drop_constraint("ex_areas_in_force", "areas")
    op.drop_column("areas", "in_force")
    op.execute(TELL_SOURCES_APART)
    op.create_unique_constraint("uq_areas_kind_code_source", "areas", ["kind", "code", "source"])
