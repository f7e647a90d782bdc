"""revocations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IS_SET = sa.text("tokens_revoked_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("users", sa.Column("tokens_revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_users_tokens_revoked_at", "users", ["tokens_revoked_at"], unique=False, postgresql_where=IS_SET)


def downgrade() -> None:
    op.drop_index("ix_users_tokens_revoked_at", table_name="users", postgresql_where=IS_SET)
    op.drop_column("users", "tokens_revoked_at")
