"""Bookings that are stuck, what changed in which transaction, and what went back besides."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("stuck_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bookings", sa.Column("stuck_on", sa.ARRAY(sa.String()), nullable=False, server_default="{}"))
    op.add_column(
        "bookings",
        sa.Column(
            "changed_in", sa.BigInteger(), nullable=False, server_default=sa.text("pg_current_xact_id()::text::bigint")
        ),
    )
    op.add_column("bookings", sa.Column("coupon_usable_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bookings", sa.Column("other_refunds", postgresql.JSONB(), nullable=True))
    op.create_check_constraint(
        "ck_bookings_stuck_on_something", "bookings", "(stuck_since is null) = (cardinality(stuck_on) = 0)"
    )
    op.create_index(
        "ix_bookings_stuck",
        "bookings",
        ["stuck_since"],
        unique=False,
        postgresql_where=sa.text("stuck_since is not null"),
    )
    op.create_index("ix_bookings_changed", "bookings", ["changed_in"], unique=False)
    op.create_index("ix_bookings_host_changed", "bookings", ["host_id", "changed_in"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_bookings_host_changed", table_name="bookings")
    op.drop_index("ix_bookings_changed", table_name="bookings")
    op.drop_index("ix_bookings_stuck", table_name="bookings")
    op.drop_constraint("ck_bookings_stuck_on_something", "bookings")
    for column in ("other_refunds", "coupon_usable_until", "changed_in", "stuck_on", "stuck_since"):
        op.drop_column("bookings", column)
