"""Versions of a policy that were replaced before they began."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KEPT = """
CREATE OR REPLACE FUNCTION refuse_policy_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.office_id, NEW.name, NEW.content, NEW.content_hash, {beginning_new})
        IS DISTINCT FROM (OLD.id, OLD.office_id, OLD.name, OLD.content, OLD.content_hash, {beginning_old}) THEN
        RAISE EXCEPTION 'a policy version keeps its content' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$
"""
BEGINNING = "coalesce(lower({row}.in_force), {row}.would_begin_at)"


def upgrade() -> None:
    """Such a version is in force at no time, and still says when it would have begun."""
    op.add_column("policy_versions", sa.Column("would_begin_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_policy_versions_begins_or_would_have"),
        "policy_versions",
        "isempty(in_force) = (would_begin_at IS NOT NULL)",
    )
    new, old = (BEGINNING.format(row=row) for row in ("NEW", "OLD"))
    op.execute(KEPT.format(beginning_new=new, beginning_old=old))


def downgrade() -> None:
    """What never held keeps its row, in force at no time."""
    op.execute(KEPT.format(beginning_new="lower(NEW.in_force)", beginning_old="lower(OLD.in_force)"))
    op.drop_constraint(op.f("ck_policy_versions_begins_or_would_have"), "policy_versions")
    op.drop_column("policy_versions", "would_begin_at")
