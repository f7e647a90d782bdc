"""Bookings, the steps they took, and what every service stores."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bookings",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("guest_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("room_type_id", sa.Uuid(), nullable=False),
        sa.Column("accommodation_id", sa.Uuid(), nullable=True),
        sa.Column("host_id", sa.Uuid(), nullable=True),
        sa.Column("check_in", sa.Date(), nullable=False),
        sa.Column("check_out", sa.Date(), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column("rooms", sa.Integer(), nullable=False),
        sa.Column("guest_name", sa.String(), nullable=False),
        sa.Column("guest_phone", sa.String(), nullable=False),
        sa.Column("special_requests", sa.Text(), nullable=True),
        sa.Column("user_coupon_id", sa.Uuid(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("asks", sa.ARRAY(sa.String(40)), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_again", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("expected_total", sa.Numeric(), nullable=True),
        sa.Column("subtotal", sa.Numeric(), nullable=True),
        sa.Column("coupon_discount", sa.Numeric(), nullable=True),
        sa.Column("points_used", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=True),
        sa.Column("payment_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid", sa.Numeric(), nullable=True),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("refund_amount", sa.Numeric(), nullable=True),
        sa.Column("refusal_code", sa.String(40), nullable=True),
        sa.Column("refusal_message", sa.String(), nullable=True),
        sa.Column("refusal_night", sa.Date(), nullable=True),
        sa.Column("cancellation", postgresql.JSONB(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(asked_at is null) = (cardinality(asks) = 0)", name="ck_bookings_asked_when_asking"),
        sa.CheckConstraint("check_out > check_in", name="ck_bookings_dates_in_order"),
        sa.CheckConstraint("guests >= 1 and rooms >= 1", name="ck_bookings_somebody_stays"),
        sa.CheckConstraint("points >= 0 and points_used between 0 and points", name="ck_bookings_points_in_bounds"),
        sa.CheckConstraint("refund_amount <= paid", name="ck_bookings_no_more_back_than_came"),
        sa.CheckConstraint(
            "total >= 0 and coupon_discount >= 0 and total = subtotal - coupon_discount - points_used",
            name="ck_bookings_total_adds_up",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sa.UniqueConstraint("code", name="uq_bookings_code"),
        sa.UniqueConstraint("guest_id", "idempotency_key", name="uq_bookings_guest_id_idempotency_key"),
    )
    op.create_index(
        "ix_bookings_asked_at", "bookings", ["asked_at"], unique=False, postgresql_where=sa.text("asked_at is not null")
    )
    op.create_index("ix_bookings_created", "bookings", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_bookings_due",
        "bookings",
        ["payment_due_at"],
        unique=False,
        postgresql_where=sa.text(
            "stage in ('HOLDING_NIGHTS', 'HOLDING_BENEFITS', 'OPENING_PAYMENT', 'AWAITING_PAYMENT')"
        ),
    )
    op.create_index("ix_bookings_guest_check_in", "bookings", ["guest_id", "check_in", "id"], unique=False)
    op.create_index("ix_bookings_guest_created", "bookings", ["guest_id", "created_at", "id"], unique=False)
    op.create_index("ix_bookings_host_created", "bookings", ["host_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_bookings_stay_over",
        "bookings",
        ["check_out"],
        unique=False,
        postgresql_where=sa.text("stage = 'CONFIRMED'"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=True),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letters"),
        sa.UniqueConstraint("message_id", name="uq_dead_letters_message_id"),
    )
    op.create_index("ix_dead_letters_name", "dead_letters", ["name"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "consumer", name="pk_inbox"),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "outbox",
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
    )
    op.create_index(
        "ix_outbox_unsent", "outbox", ["shard", "sequence"], unique=False, postgresql_where=sa.text("sent_at IS NULL")
    )
    op.create_table(
        "booking_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_booking_steps_booking_id"),
        sa.PrimaryKeyConstraint("id", name="pk_booking_steps"),
    )
    op.create_index("ix_booking_steps_booking_id", "booking_steps", ["booking_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_booking_steps_booking_id", table_name="booking_steps")
    op.drop_table("booking_steps")
    op.drop_index("ix_outbox_unsent", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("ix_inbox_received_at", table_name="inbox")
    op.drop_table("inbox")
    op.drop_index("ix_dead_letters_name", table_name="dead_letters")
    op.drop_table("dead_letters")
    op.drop_index("ix_bookings_stay_over", table_name="bookings")
    op.drop_index("ix_bookings_host_created", table_name="bookings")
    op.drop_index("ix_bookings_guest_created", table_name="bookings")
    op.drop_index("ix_bookings_guest_check_in", table_name="bookings")
    op.drop_index("ix_bookings_due", table_name="bookings")
    op.drop_index("ix_bookings_created", table_name="bookings")
    op.drop_index("ix_bookings_asked_at", table_name="bookings")
    op.drop_table("bookings")
