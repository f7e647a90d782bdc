"""Coupons, events and holds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coupons",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("LIMITED", "UNLIMITED", name="kind", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column(
            "discount_kind",
            sa.Enum("PERCENTAGE", "AMOUNT", name="discount_kind", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("cap", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("minimum_order", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("maximum_order", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("usable_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("usable_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(discount_kind = 'AMOUNT') = (amount is not null)", name=op.f("ck_coupons_amount_has_amount")
        ),
        sa.CheckConstraint(
            "(discount_kind = 'PERCENTAGE') = (percent is not null)", name=op.f("ck_coupons_percentage_has_percent")
        ),
        sa.CheckConstraint("(kind = 'LIMITED') = (quantity is not null)", name=op.f("ck_coupons_limited_has_quantity")),
        sa.CheckConstraint(
            "discount_kind = 'PERCENTAGE' or cap is null", name=op.f("ck_coupons_only_percentage_has_cap")
        ),
        sa.CheckConstraint("usable_until - usable_from >= interval '1 day'", name=op.f("ck_coupons_usable_for_a_day")),
        sa.CheckConstraint(
            "amount > 0 and cap > 0 and minimum_order >= 0 and maximum_order >= 0", name=op.f("ck_coupons_not_negative")
        ),
        sa.CheckConstraint("minimum_order <= maximum_order", name=op.f("ck_coupons_minimum_up_to_maximum")),
        sa.CheckConstraint("percent between 1 and 100", name=op.f("ck_coupons_percent")),
        sa.CheckConstraint("quantity between 1 and 1000000", name=op.f("ck_coupons_quantity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
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
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
        sa.UniqueConstraint("message_id", name=op.f("uq_dead_letters_message_id")),
    )
    op.create_index(op.f("ix_dead_letters_name"), "dead_letters", ["name"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "consumer", name=op.f("pk_inbox")),
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
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
    )
    op.create_index(
        "ix_outbox_unsent", "outbox", ["shard", "sequence"], unique=False, postgresql_where=sa.text("sent_at IS NULL")
    )
    op.create_table(
        "coupon_events",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coupon_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sold_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gate_generation", sa.Integer(), nullable=False),
        sa.Column("gate_begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gate_written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gate_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("gate_generation >= 0", name=op.f("ck_coupon_events_gate_generation")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_coupon_events_opens_before_it_closes")),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupons.id"], name=op.f("fk_coupon_events_coupon_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_events")),
        sa.UniqueConstraint("id", "quantity", name=op.f("uq_coupon_events_id_quantity")),
    )
    op.create_index("ix_coupon_events_closes_at", "coupon_events", ["closes_at", "id"], unique=False)
    op.create_index(op.f("ix_coupon_events_coupon_id"), "coupon_events", ["coupon_id"], unique=False)
    op.create_index("ix_coupon_events_opens_at", "coupon_events", ["opens_at", "id"], unique=False)
    op.create_index(
        "ix_coupon_events_unsettled", "coupon_events", ["id"], unique=False, postgresql_where="settled_at is null"
    )
    op.create_index(
        "uq_coupon_events_coupon_id",
        "coupon_events",
        ["coupon_id"],
        unique=True,
        postgresql_where="quantity is not null and deleted_at is null",
    )
    op.create_table(
        "coupon_event_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coupon_event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Enum("CLOSE", name="kind", native_enum=False, create_constraint=True, length=20), nullable=False
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["coupon_event_id"], ["coupon_events.id"], name=op.f("fk_coupon_event_changes_coupon_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_event_changes")),
    )
    op.create_index(
        "uq_coupon_event_changes_coupon_event_id",
        "coupon_event_changes",
        ["coupon_event_id"],
        unique=True,
        postgresql_where="settled_at is null",
    )
    op.create_table(
        "user_coupons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("coupon_id", sa.Uuid(), nullable=False),
        sa.Column("coupon_event_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coupon_event_id"], ["coupon_events.id"], name=op.f("fk_user_coupons_coupon_event_id")
        ),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupons.id"], name=op.f("fk_user_coupons_coupon_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_coupons")),
        sa.UniqueConstraint("coupon_event_id", "user_id", name=op.f("uq_user_coupons_coupon_event_id_user_id")),
    )
    op.create_index(op.f("ix_user_coupons_coupon_id"), "user_coupons", ["coupon_id"], unique=False)
    op.create_index("ix_user_coupons_user_id_issued_at", "user_coupons", ["user_id", "issued_at", "id"], unique=False)
    op.create_table(
        "benefit_holds",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ASKED",
                "HELD",
                "REFUSED",
                "SPENT",
                "RELEASED",
                "LAPSED",
                "GIVEN_BACK",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_coupon_id", sa.Uuid(), nullable=True),
        sa.Column("has_coupon", sa.Boolean(), nullable=False),
        sa.Column("discount", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("discount >= 0 and points >= 0", name=op.f("ck_benefit_holds_not_negative")),
        sa.CheckConstraint("not has_coupon or user_coupon_id is not null", name=op.f("ck_benefit_holds_has_a_coupon")),
        sa.ForeignKeyConstraint(["user_coupon_id"], ["user_coupons.id"], name=op.f("fk_benefit_holds_user_coupon_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_benefit_holds")),
    )
    op.create_index(
        "ix_benefit_holds_due_at", "benefit_holds", ["due_at"], unique=False, postgresql_where="state = 'HELD'"
    )
    op.create_index(
        "uq_benefit_holds_user_coupon_id",
        "benefit_holds",
        ["user_coupon_id"],
        unique=True,
        postgresql_where="has_coupon",
    )
    op.create_table(
        "coupon_issuances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("coupon_event_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_coupon_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("slot >= 1 and slot <= quantity", name=op.f("ck_coupon_issuances_slot_up_to_quantity")),
        sa.ForeignKeyConstraint(
            ["coupon_event_id", "quantity"],
            ["coupon_events.id", "coupon_events.quantity"],
            name=op.f("fk_coupon_issuances_coupon_event_id_quantity"),
        ),
        sa.ForeignKeyConstraint(
            ["coupon_event_id"], ["coupon_events.id"], name=op.f("fk_coupon_issuances_coupon_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_coupon_id"],
            ["user_coupons.id"],
            name=op.f("fk_coupon_issuances_user_coupon_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_issuances")),
        sa.UniqueConstraint("coupon_event_id", "slot", name=op.f("uq_coupon_issuances_coupon_event_id_slot")),
        sa.UniqueConstraint("coupon_event_id", "user_id", name=op.f("uq_coupon_issuances_coupon_event_id_user_id")),
        sa.UniqueConstraint("user_coupon_id", name=op.f("uq_coupon_issuances_user_coupon_id")),
    )


def downgrade() -> None:
    op.drop_table("coupon_issuances")
    op.drop_index("uq_benefit_holds_user_coupon_id", table_name="benefit_holds", postgresql_where="has_coupon")
    op.drop_index("ix_benefit_holds_due_at", table_name="benefit_holds", postgresql_where="state = 'HELD'")
    op.drop_table("benefit_holds")
    op.drop_index("ix_user_coupons_user_id_issued_at", table_name="user_coupons")
    op.drop_index(op.f("ix_user_coupons_coupon_id"), table_name="user_coupons")
    op.drop_table("user_coupons")
    op.drop_index(
        "uq_coupon_event_changes_coupon_event_id",
        table_name="coupon_event_changes",
        postgresql_where="settled_at is null",
    )
    op.drop_table("coupon_event_changes")
    op.drop_index(
        "uq_coupon_events_coupon_id",
        table_name="coupon_events",
        postgresql_where="quantity is not null and deleted_at is null",
    )
    op.drop_index("ix_coupon_events_unsettled", table_name="coupon_events", postgresql_where="settled_at is null")
    op.drop_index("ix_coupon_events_opens_at", table_name="coupon_events")
    op.drop_index(op.f("ix_coupon_events_coupon_id"), table_name="coupon_events")
    op.drop_index("ix_coupon_events_closes_at", table_name="coupon_events")
    op.drop_table("coupon_events")
    op.drop_index("ix_outbox_unsent", table_name="outbox", postgresql_where=sa.text("sent_at IS NULL"))
    op.drop_table("outbox")
    op.drop_index("ix_inbox_received_at", table_name="inbox", postgresql_using="brin")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_dead_letters_name"), table_name="dead_letters")
    op.drop_table("dead_letters")
    op.drop_table("coupons")
