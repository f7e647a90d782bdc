"""Photos."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("byte_length", sa.Integer(), nullable=False),
        sa.Column("owner_kind", sa.String(length=40), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shrunk_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("files_removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(owner_id IS NULL) = (owner_kind IS NULL)", name=op.f("ck_photos_owner_is_whole")),
        sa.CheckConstraint("owner_id IS NULL OR checked_at IS NOT NULL", name=op.f("ck_photos_shown_when_checked")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
    )
    op.create_index(
        "ix_photos_owner_id", "photos", ["owner_id", "position"], unique=False, postgresql_where="deleted_at IS NULL"
    )
    op.create_index(
        "ix_photos_to_remove",
        "photos",
        ["deleted_at"],
        unique=False,
        postgresql_where="deleted_at IS NOT NULL AND files_removed_at IS NULL",
    )
    op.create_index(
        "ix_photos_to_shrink",
        "photos",
        ["checked_at"],
        unique=False,
        postgresql_where="checked_at IS NOT NULL AND shrunk_at IS NULL AND deleted_at IS NULL",
    )
    op.create_index(
        "ix_photos_unused",
        "photos",
        ["created_at"],
        unique=False,
        postgresql_where="owner_id IS NULL AND deleted_at IS NULL",
    )


def downgrade() -> None:
    op.drop_index("ix_photos_unused", table_name="photos", postgresql_where="owner_id IS NULL AND deleted_at IS NULL")
    op.drop_index(
        "ix_photos_to_shrink",
        table_name="photos",
        postgresql_where="checked_at IS NOT NULL AND shrunk_at IS NULL AND deleted_at IS NULL",
    )
    op.drop_index(
        "ix_photos_to_remove",
        table_name="photos",
        postgresql_where="deleted_at IS NOT NULL AND files_removed_at IS NULL",
    )
    op.drop_index("ix_photos_owner_id", table_name="photos", postgresql_where="deleted_at IS NULL")
    op.drop_table("photos")
