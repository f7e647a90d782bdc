"""Gates that are lost are rebuilt."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("coupon_events", sa.Column("gate_lost_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("coupon_events", sa.Column("gate_collected_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("coupon_events", "gate_collected_at")
    op.drop_column("coupon_events", "gate_lost_at")
