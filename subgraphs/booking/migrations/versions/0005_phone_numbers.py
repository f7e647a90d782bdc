"""A phone number is found however it was typed, and however it is looked for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BEFORE = "lower(code || ' ' || guest_name || ' ' || guest_phone)"
_NOW = "lower(code || ' ' || guest_name || ' ' || guest_phone || ' ' || guest_number)"


def upgrade() -> None:
    op.add_column("bookings", sa.Column("guest_number", sa.String(), nullable=True))
    # Of bookings from before: near enough to be found. Those without a country code are Korean; none was asked for.
    op.execute(
        """
        UPDATE bookings SET guest_number = '+' || CASE
            WHEN guest_phone LIKE '+%' THEN regexp_replace(guest_phone, '\\(0\\)|[^0-9]', '', 'g')
            ELSE '82' || regexp_replace(regexp_replace(guest_phone, '[^0-9]', '', 'g'), '^0', '')
        END
        """
    )
    op.alter_column("bookings", "guest_number", nullable=False)
    _search_in(_NOW)


def downgrade() -> None:
    _search_in(_BEFORE)
    op.drop_column("bookings", "guest_number")


def _search_in(said: str) -> None:
    op.drop_index("ix_bookings_searched", table_name="bookings")
    op.drop_column("bookings", "searched")
    op.add_column("bookings", sa.Column("searched", sa.Text(), sa.Computed(said, persisted=True)))
    op.create_index(
        "ix_bookings_searched",
        "bookings",
        ["searched"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )
