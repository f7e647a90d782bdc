"""Who has left is known: their places don't go on sale again by a token that still lives."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_hosts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_former_hosts"),
    )


def downgrade() -> None:
    op.drop_table("former_hosts")
