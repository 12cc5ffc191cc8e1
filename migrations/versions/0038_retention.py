"""What only serves to supervise has an end: points of people, places of check-ins, what phones said and were answered."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
KEPT_UNTIL_DELETED: dict[str, sa.types.TypeEngine[Any]] = {
    "name": sa.Text(),
    "lon": sa.Float(),
    "lat": sa.Float(),
    "given": JSONB(),
}
ENDED_BY_SOMEBODY = "ck_visit_points_ck_visit_points_ended_by_somebody"
"""As 0036 named it: the convention came before a name that had it already."""
DELETED_BY_A_JOB = "position_batches, clock_proofs, subject_accounts, totps, recovery_codes"
CHECKS = {
    "ended_when_by_somebody": "ended_by IS NULL OR ended_at IS NOT NULL",
    "ended_first": "deleted_at IS NULL OR (subject_id IS NOT NULL AND deleted_at > ended_at)",
    "deleted_keeps_no_place": ("num_nulls(name, lon, lat, given) = CASE WHEN deleted_at IS NULL THEN 0 ELSE 4 END"),
}
ENDED_LONG_AGO = """
UPDATE visit_points p SET ended_at = greatest(s.ended_at, p.set_at)
FROM subjects s WHERE s.id = p.subject_id AND s.ended_at IS NOT NULL AND p.ended_at IS NULL
"""


def upgrade() -> None:
    """Points of people whose supervision ended before end with it; nobody noted who ended them."""
    op.add_column("visit_points", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    for column, kind in KEPT_UNTIL_DELETED.items():
        op.alter_column("visit_points", column, existing_type=kind, nullable=True)
    op.drop_constraint(op.f(ENDED_BY_SOMEBODY), "visit_points")
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_visit_points_{name}"), "visit_points", condition)
    op.execute(ENDED_LONG_AGO)
    op.alter_column("user_channels", "cipher", existing_type=sa.LargeBinary(), nullable=True)
    op.create_index("ix_position_batches_received_at", "position_batches", ["received_at"], postgresql_using="brin")
    placed = sa.text("place IS NOT NULL")
    op.create_index("ix_attempts_placed", "attempts", ["subject_id", "received_at"], postgresql_where=placed)
    op.execute(_to_the_role(f"GRANT DELETE ON {DELETED_BY_A_JOB} TO {APP_ROLE}"))


def downgrade() -> None:
    """Rows of points that were deleted go, and an address that is gone stays empty; nothing comes back."""
    op.execute(_to_the_role(f"REVOKE DELETE ON {DELETED_BY_A_JOB} FROM {APP_ROLE}"))
    op.drop_index("ix_attempts_placed", table_name="attempts")
    op.drop_index("ix_position_batches_received_at", table_name="position_batches")
    op.execute("UPDATE user_channels SET cipher = '' WHERE cipher IS NULL")
    op.alter_column("user_channels", "cipher", existing_type=sa.LargeBinary(), nullable=False)
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_visit_points_{name}"), "visit_points")
    op.execute("DELETE FROM visit_points WHERE deleted_at IS NOT NULL")
    op.execute("UPDATE visit_points SET ended_by = set_by WHERE ended_at IS NOT NULL AND ended_by IS NULL")
    both = "(ended_at IS NULL) = (ended_by IS NULL)"
    op.create_check_constraint(op.f(ENDED_BY_SOMEBODY), "visit_points", both)
    for column, kind in KEPT_UNTIL_DELETED.items():
        op.alter_column("visit_points", column, existing_type=kind, nullable=False)
    op.drop_column("visit_points", "deleted_at")


def _to_the_role(statement: str) -> str:
    known = f"EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}')"
    return f"DO $$ BEGIN IF {known} THEN {statement}; END IF; END $$"
