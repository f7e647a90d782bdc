"""Points: accounts, lots, the ledger, and what bookings took and earned."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "point_accounts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("last_entry", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), sa.Computed("balance + held", persisted=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("balance >= 0 and held >= 0 and owed >= 0", name=op.f("ck_point_accounts_not_negative")),
        sa.CheckConstraint(
            "last_entry is not null or total = 0", name=op.f("ck_point_accounts_nothing_without_an_entry")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_point_accounts")),
    )
    op.create_table(
        "point_earnings",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("paid", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("percent", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(user_id is null) = (paid is null) and (user_id is null) = (percent is null)",
            name=op.f("ck_point_earnings_completed_at_once"),
        ),
        sa.CheckConstraint("points >= 0 and paid >= 0 and percent >= 0", name=op.f("ck_point_earnings_not_negative")),
        sa.CheckConstraint(
            "user_id is not null or points = 0", name=op.f("ck_point_earnings_nothing_before_completion")
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_point_earnings")),
    )
    op.create_table(
        "point_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "EARN",
                "GRANT",
                "SPEND",
                "RETURN",
                "REVOKE",
                "EXPIRE",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("balance_after", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Integer(), sa.Computed("nullif(number - 1, 0)", persisted=True), nullable=True),
        sa.Column(
            "balance_before",
            sa.Integer(),
            sa.Computed("case when number > 1 then balance_after - points else null::integer end", persisted=True),
            nullable=True,
        ),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.CheckConstraint(
            "points <> 0 and (kind in ('EARN', 'GRANT', 'RETURN')) = (points > 0)", name=op.f("ck_point_entries_signed")
        ),
        sa.CheckConstraint(
            "(idempotency_key is null) = (fingerprint is null) and (idempotency_key is null or created_by is not null)",
            name=op.f("ck_point_entries_asked_by_somebody"),
        ),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_point_entries_not_negative")),
        sa.CheckConstraint(
            "number > 1 or (number = 1 and balance_after = points)", name=op.f("ck_point_entries_begins_at_nothing")
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "previous", "balance_before"],
            ["point_entries.user_id", "point_entries.number", "point_entries.balance_after"],
            name="fk_point_entries_previous",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["point_accounts.user_id"], name=op.f("fk_point_entries_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_entries")),
        sa.UniqueConstraint("created_by", "idempotency_key", name=op.f("uq_point_entries_created_by_idempotency_key")),
        sa.UniqueConstraint(
            "user_id", "number", "balance_after", name=op.f("uq_point_entries_user_id_number_balance_after")
        ),
        sa.UniqueConstraint("user_id", "number", name=op.f("uq_point_entries_user_id_number")),
    )
    op.create_index("ix_point_entries_created_at", "point_entries", ["created_at", "id"], unique=False)
    op.create_index("ix_point_entries_points", "point_entries", ["points", "id"], unique=False)
    op.create_index(
        "uq_point_entries_booking_id_kind",
        "point_entries",
        ["booking_id", "kind"],
        unique=True,
        postgresql_where="kind in ('EARN', 'SPEND', 'RETURN')",
    )
    op.create_table(
        "point_lots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points > 0 and remaining >= 0 and held >= 0", name=op.f("ck_point_lots_not_negative")),
        sa.CheckConstraint("remaining + held <= points", name=op.f("ck_point_lots_no_more_than_came")),
        sa.ForeignKeyConstraint(["user_id"], ["point_accounts.user_id"], name=op.f("fk_point_lots_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_lots")),
    )
    op.create_index(
        "ix_point_lots_expires_at", "point_lots", ["expires_at"], unique=False, postgresql_where="remaining > 0"
    )
    op.create_index("ix_point_lots_user_id", "point_lots", ["user_id", "expires_at", "id"], unique=False)
    op.create_table(
        "point_refunds",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_point_refunds_not_negative")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["point_earnings.booking_id"], name=op.f("fk_point_refunds_booking_id")
        ),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_point_refunds")),
    )
    op.create_index(op.f("ix_point_refunds_booking_id"), "point_refunds", ["booking_id"], unique=False)
    op.create_table(
        "point_holds",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_point_holds_not_nothing")),
        sa.ForeignKeyConstraint(["lot_id"], ["point_lots.id"], name=op.f("fk_point_holds_lot_id")),
        sa.PrimaryKeyConstraint("booking_id", "lot_id", name=op.f("pk_point_holds")),
    )
    op.create_index(op.f("ix_point_holds_lot_id"), "point_holds", ["lot_id"], unique=False)
    op.create_foreign_key(
        "fk_point_accounts_last_entry",
        "point_accounts",
        "point_entries",
        ["user_id", "last_entry", "total"],
        ["user_id", "number", "balance_after"],
        deferrable=True,
        initially="DEFERRED",
    )
    op.execute(
        """
        CREATE FUNCTION point_entries_stand() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'What is written in point_entries stands'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'point_entries_stand';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER point_entries_stand BEFORE UPDATE OR DELETE ON point_entries
        FOR EACH ROW EXECUTE FUNCTION point_entries_stand()
        """
    )


def downgrade() -> None:
    op.drop_constraint("fk_point_accounts_last_entry", "point_accounts", type_="foreignkey")
    op.drop_index(op.f("ix_point_holds_lot_id"), table_name="point_holds")
    op.drop_table("point_holds")
    op.drop_index(op.f("ix_point_refunds_booking_id"), table_name="point_refunds")
    op.drop_table("point_refunds")
    op.drop_index("ix_point_lots_user_id", table_name="point_lots")
    op.drop_index("ix_point_lots_expires_at", table_name="point_lots", postgresql_where="remaining > 0")
    op.drop_table("point_lots")
    op.drop_index(
        "uq_point_entries_booking_id_kind",
        table_name="point_entries",
        postgresql_where="kind in ('EARN', 'SPEND', 'RETURN')",
    )
    op.drop_index("ix_point_entries_points", table_name="point_entries")
    op.drop_index("ix_point_entries_created_at", table_name="point_entries")
    op.drop_table("point_entries")
    op.execute("DROP FUNCTION point_entries_stand()")
    op.drop_table("point_earnings")
    op.drop_table("point_accounts")
