"""Granted and revoked coupons."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_coupons", sa.Column("granted_by", sa.Uuid(), nullable=True))
    op.add_column("user_coupons", sa.Column("grant_key", sa.String(), nullable=True))
    op.add_column("user_coupons", sa.Column("grant_reason", sa.String(), nullable=True))
    op.add_column("user_coupons", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user_coupons", sa.Column("revoked_by", sa.Uuid(), nullable=True))
    op.add_column("user_coupons", sa.Column("revoked_reason", sa.String(), nullable=True))
    op.create_index(
        "uq_user_coupons_granted_by_grant_key",
        "user_coupons",
        ["granted_by", "grant_key"],
        unique=True,
        postgresql_where="granted_by is not null",
    )
    op.create_check_constraint(
        op.f("ck_user_coupons_from_an_event_or_a_person"),
        "user_coupons",
        "num_nulls(coupon_event_id, granted_by) = 1",
    )
    op.create_check_constraint(
        op.f("ck_user_coupons_granted_with_a_reason"),
        "user_coupons",
        "num_nulls(granted_by, grant_key, grant_reason) in (0, 3)",
    )
    op.create_check_constraint(
        op.f("ck_user_coupons_revoked_with_a_reason"),
        "user_coupons",
        "num_nulls(revoked_at, revoked_by, revoked_reason) in (0, 3)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_user_coupons_revoked_with_a_reason"), "user_coupons")
    op.drop_constraint(op.f("ck_user_coupons_granted_with_a_reason"), "user_coupons")
    op.drop_constraint(op.f("ck_user_coupons_from_an_event_or_a_person"), "user_coupons")
    op.drop_index(
        "uq_user_coupons_granted_by_grant_key", table_name="user_coupons", postgresql_where="granted_by is not null"
    )
    for column in ("revoked_reason", "revoked_by", "revoked_at", "grant_reason", "grant_key", "granted_by"):
        op.drop_column("user_coupons", column)
