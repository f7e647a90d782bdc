"""What the back office searches and sorts by is found without reading all of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")  # a part of a word
    op.add_column(
        "bookings",
        sa.Column(
            "searched", sa.Text(), sa.Computed("lower(code || ' ' || guest_name || ' ' || guest_phone)", persisted=True)
        ),
    )
    op.create_index(
        "ix_bookings_searched",
        "bookings",
        ["searched"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_bookings_accommodation_created", "bookings", ["accommodation_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_bookings_room_type_created", "bookings", ["room_type_id", "created_at", "id"], unique=False)
    op.create_index("ix_bookings_check_in", "bookings", ["check_in", "id"], unique=False)
    op.create_index("ix_bookings_check_out", "bookings", ["check_out", "id"], unique=False)
    op.create_index(
        "ix_bookings_total",
        "bookings",
        [sa.literal_column("total DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )


def downgrade() -> None:
    for index in ("total", "check_out", "check_in", "room_type_created", "accommodation_created", "searched"):
        op.drop_index(f"ix_bookings_{index}", table_name="bookings")
    op.drop_column("bookings", "searched")
