"""What an officer promised to do later is a duty of its own kind."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BEFORE = (
    *("check_in", "location_check", "spot_check", "intake", "visit", "talk", "leave_return"),
    *("order_notice", "order_renewal", "search", "verification", "review", "correction_group", "correction_plan"),
)


def upgrade() -> None:
    """Looks through the duties once, some seconds for ten million of them."""
    _kinds((*BEFORE, "follow_up"))


def downgrade() -> None:
    """A promise stays on record as the talk that it most likely asked for."""
    op.execute("UPDATE duties SET kind = 'talk' WHERE kind = 'follow_up'")
    _kinds(BEFORE)


def _kinds(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE duties DROP CONSTRAINT ck_duties_kind_known")
    op.execute(f"ALTER TABLE duties ADD CONSTRAINT ck_duties_kind_known CHECK (kind IN ({listed}))")
