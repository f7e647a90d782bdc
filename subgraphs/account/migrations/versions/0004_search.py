"""People are found without reading all of them, by a phone number too, however it was typed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEARCHED = (
    "lower(display_name || chr(10) || email || chr(10) || "
    "coalesce(phone_number || chr(10) || regexp_replace(phone_number, '[^+0-9]', '', 'g'), ''))"
)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")  # a part of a word
    op.add_column("users", sa.Column("searched", sa.Text(), sa.Computed(SEARCHED, persisted=True)))
    op.create_index(
        "ix_users_searched",
        "users",
        ["searched"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_users_searched", table_name="users")
    op.drop_column("users", "searched")
