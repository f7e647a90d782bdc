"""The booking says until when an account number may be paid into; paid payments are asked about now and then."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("account_due_by", sa.DateTime(timezone=True), nullable=True))
    # Those that were paid before this, spread over a day.
    op.execute(
        "UPDATE payments SET ask_at = now() + random() * interval '1 day'"
        " WHERE status IN ('PAID', 'PARTIALLY_REFUNDED') AND refunding = 0 AND ask_at IS NULL"
        " AND paid_at > now() - interval '365 days'"
    )


def downgrade() -> None:
    op.drop_column("payments", "account_due_by")
