"""Which areas bound people before: whoever moves was bound by the old one until then."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
PERMITTED_AREA_AT = """
    CREATE FUNCTION permitted_area_at(who uuid, instant timestamptz) RETURNS uuid
    LANGUAGE sql STABLE AS $$
        SELECT a.id FROM areas named
        JOIN areas a ON a.kind = named.kind AND a.code = named.code AND a.in_force @> instant
        WHERE named.id = (
            SELECT area_id FROM (
                SELECT area_id, until FROM areas_before WHERE subject_id = who AND until > instant
                UNION ALL SELECT permitted_area_id, 'infinity' FROM subjects WHERE id = who
            ) AS bound ORDER BY until LIMIT 1)
    $$
"""


def upgrade() -> None:
    """One table and one function; nothing that exists is touched: who is on record is bound by the same area ever."""
    op.create_table(
        "areas_before",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_areas_before_subject_id"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_areas_before_area_id"),
        sa.PrimaryKeyConstraint("subject_id", "until", name="pk_areas_before"),
    )
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT ON areas_before TO {APP_ROLE}; END IF; END $$"
    )
    op.execute(PERMITTED_AREA_AT)


def downgrade() -> None:
    """Everybody is bound by the present area, at any time."""
    op.execute("DROP FUNCTION permitted_area_at(uuid, timestamptz)")
    op.drop_table("areas_before")
