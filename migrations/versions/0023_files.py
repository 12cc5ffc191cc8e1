"""Attachments of case files: what is known of each, and where the sealed contents lie."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

APP_ROLE = "zhifang_app"
TIME = sa.DateTime(timezone=True)
PURPOSES = ("photo", "signature_subject", "signature_officer", "stamp", "recording", "document")


def upgrade() -> None:
    """Two new tables. Neither is ever deleted from: rows tell that there was something."""
    _contents()
    _attachments()
    op.execute(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"GRANT SELECT, INSERT, UPDATE ON file_contents, attachments TO {APP_ROLE}; END IF; END $$"
    )


def _contents() -> None:
    op.create_table(
        "file_contents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("object", sa.Text(), nullable=True),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.Column("stored_at", TIME, nullable=False),
        sa.Column("gone_at", TIME, nullable=True),
        sa.CheckConstraint("object IS NOT NULL OR gone_at IS NOT NULL", name="ck_file_contents_held_has_object"),
        sa.PrimaryKeyConstraint("id", name="pk_file_contents"),
    )
    held, lying = sa.text("gone_at IS NULL"), sa.text("object IS NOT NULL")
    op.create_index("uq_file_contents_sha256", "file_contents", ["sha256"], unique=True, postgresql_where=held)
    op.create_index("uq_file_contents_object", "file_contents", ["object"], unique=True, postgresql_where=lying)
    given_up = sa.text("gone_at IS NOT NULL AND object IS NOT NULL")
    op.create_index("ix_file_contents_gone_at", "file_contents", ["gone_at"], postgresql_where=given_up)


def _attachments() -> None:
    listed = ", ".join(f"'{purpose}'" for purpose in PURPOSES)
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("place", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("device_model", sa.Text(), nullable=True),
        sa.Column("look", sa.BigInteger(), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("keep_until", TIME, nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.Column("deleted_by", sa.Uuid(), nullable=True),
        sa.Column("delete_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(f"purpose IN ({listed})", name="ck_attachments_purpose_known"),
        sa.CheckConstraint("place IS NULL OR purpose IN ('photo', 'stamp')", name="ck_attachments_place_for_a_purpose"),
        sa.CheckConstraint("deleted_at IS NULL OR place IS NULL", name="ck_attachments_deleted_keeps_no_place"),
        sa.CheckConstraint(
            "(deleted_at IS NULL) = (delete_reason IS NULL)", name="ck_attachments_deleted_for_a_reason"
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_attachments_subject_id"),
        sa.ForeignKeyConstraint(["content_id"], ["file_contents.id"], name="fk_attachments_content_id"),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name="fk_attachments_added_by"),
        sa.ForeignKeyConstraint(["deleted_by"], ["users.id"], name="fk_attachments_deleted_by"),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    kept = sa.text("deleted_at IS NULL")
    op.create_index("ix_attachments_about", "attachments", ["about_kind", "about_id"])
    op.create_index("ix_attachments_subject_id", "attachments", ["subject_id", "added_at"])
    op.create_index("ix_attachments_content_id", "attachments", ["content_id"], postgresql_where=kept)
    op.create_index("ix_attachments_keep_until", "attachments", ["keep_until"], postgresql_where=kept)


def downgrade() -> None:
    """The objects in the store of files stay behind."""
    op.drop_table("attachments")
    op.drop_table("file_contents")
