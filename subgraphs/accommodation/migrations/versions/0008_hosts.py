"""Who hosts is known: no place is created on behalf of somebody who doesn't."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_hosts"),
    )
    # Those who have places already; what account says of them from now on is newer.
    op.execute(
        "INSERT INTO hosts (user_id, said_at) SELECT host_id, min(created_at) FROM accommodations "
        "WHERE NOT EXISTS (SELECT FROM former_hosts WHERE user_id = host_id) GROUP BY host_id"
    )


def downgrade() -> None:
    op.drop_table("hosts")
