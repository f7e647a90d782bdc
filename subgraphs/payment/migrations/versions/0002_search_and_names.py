"""What is searched, sorted and counted is found without reading all of it; checks get the names they were to have."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHECKS = (
    ("payments", "amount_is_positive"),
    ("payments", "no_more_back_than_came"),
    ("payments", "paid_stays_paid"),
    ("payments", "closed_at_some_time"),
    ("refunds", "amount_is_positive"),
    ("refunds", "key_with_cancellable"),
    ("refunds", "settled_when_succeeded"),
)


def upgrade() -> None:
    for table, name in CHECKS:
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT ck_{table}_ck_{table}_{name} TO ck_{table}_{name}")
    op.create_index("ix_payments_created_at_id", "payments", ["created_at", "id"], unique=False)
    op.create_index("ix_payments_amount_id", "payments", ["amount", "id"], unique=False)
    op.create_index("ix_payments_transaction_id", "payments", ["transaction_id"], unique=False)
    op.create_index(
        "ix_payments_refunding",
        "payments",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("refunding > 0"),
    )
    op.create_index(
        "ix_refunds_open", "refunds", ["status"], unique=False, postgresql_where=sa.text("settled_at is null")
    )
    op.create_index("ix_webhooks_received_at", "webhooks", ["received_at"], unique=False, postgresql_using="brin")


def downgrade() -> None:
    for table, name in CHECKS:
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT ck_{table}_{name} TO ck_{table}_ck_{table}_{name}")
    op.drop_index("ix_webhooks_received_at", table_name="webhooks", postgresql_using="brin")
    op.drop_index("ix_refunds_open", table_name="refunds", postgresql_where=sa.text("settled_at is null"))
    op.drop_index("ix_payments_refunding", table_name="payments", postgresql_where=sa.text("refunding > 0"))
    op.drop_index("ix_payments_transaction_id", table_name="payments")
    op.drop_index("ix_payments_amount_id", table_name="payments")
    op.drop_index("ix_payments_created_at_id", table_name="payments")
