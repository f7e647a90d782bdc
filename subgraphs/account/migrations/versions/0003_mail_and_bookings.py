"""mails, the tokens in them, and the bookings they are about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IS_LIVE = sa.text("status IN ('PENDING', 'AWAITING_PAYMENT', 'CONFIRMED', 'CANCELLING')")
IS_WAITING = sa.text("state = 'WAITING'")
STATUSES = (
    "status in ('PENDING', 'AWAITING_PAYMENT', 'CONFIRMED', 'CANCELLING', "
    "'COMPLETED', 'REFUSED', 'EXPIRED', 'CANCELLED')"
)
KINDS = (
    "kind in ('VERIFY_EMAIL', 'RESET_PASSWORD', "
    "'BOOKING_CONFIRMED', 'BOOKING_CANCELLED', 'REFUND_PAID', 'PAYMENT_REMINDER')"
)


def upgrade() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guest_id", sa.Uuid(), nullable=False),
        sa.Column("host_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("check_in", sa.Date(), nullable=False),
        sa.Column("check_out", sa.Date(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.CheckConstraint(STATUSES, name=op.f("ck_bookings_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index("ix_bookings_live_guest", "bookings", ["guest_id"], unique=False, postgresql_where=IS_LIVE)
    op.create_index("ix_bookings_live_host", "bookings", ["host_id"], unique=False, postgresql_where=IS_LIVE)
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_notices_kind")),
        sa.CheckConstraint("state in ('WAITING', 'SENT', 'DROPPED')", name=op.f("ck_notices_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_notices_kind_subject_id")),
    )
    op.create_index("ix_notices_waiting", "notices", ["due_at"], unique=False, postgresql_where=IS_WAITING)
    op.create_table(
        "mailed_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose in ('VERIFY_EMAIL', 'RESET_PASSWORD')", name=op.f("ck_mailed_tokens_purpose")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mailed_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_tokens_token_hash")),
    )
    op.create_index(op.f("ix_mailed_tokens_expires_at"), "mailed_tokens", ["expires_at"], unique=False)
    op.create_index(op.f("ix_mailed_tokens_user_id"), "mailed_tokens", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_mailed_tokens_user_id"), table_name="mailed_tokens")
    op.drop_index(op.f("ix_mailed_tokens_expires_at"), table_name="mailed_tokens")
    op.drop_table("mailed_tokens")
    op.drop_index("ix_notices_waiting", table_name="notices", postgresql_where=IS_WAITING)
    op.drop_table("notices")
    op.drop_index("ix_bookings_live_host", table_name="bookings", postgresql_where=IS_LIVE)
    op.drop_index("ix_bookings_live_guest", table_name="bookings", postgresql_where=IS_LIVE)
    op.drop_table("bookings")
