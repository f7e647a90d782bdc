"""What people did to nights."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "night_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("room_type_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Enum("OPENED", "CHANGED", name="nightchangekind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["room_type_id"], ["room_types.id"], name=op.f("fk_night_changes_room_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_changes")),
    )
    op.create_index("ix_night_changes_room_type_id", "night_changes", ["room_type_id", "changed_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_night_changes_room_type_id", table_name="night_changes")
    op.drop_table("night_changes")
