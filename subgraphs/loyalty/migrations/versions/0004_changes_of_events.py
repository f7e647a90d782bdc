"""Events are changed and deleted; whom they accepted is paged in the order of acceptance."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KIND = "ck_coupon_event_changes_kind"


def upgrade() -> None:
    op.add_column("coupon_events", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("coupon_events", "revision", server_default=None)
    op.create_check_constraint(
        op.f("ck_coupon_events_deleted_is_settled"), "coupon_events", "deleted_at is null or settled_at is not null"
    )
    op.add_column("coupon_event_changes", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("coupon_event_changes", "revision", server_default=None)
    op.add_column("coupon_event_changes", sa.Column("name", sa.String(), nullable=True))
    op.add_column("coupon_event_changes", sa.Column("description", sa.String(), nullable=True))
    op.add_column("coupon_event_changes", sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("coupon_event_changes", sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("coupon_event_changes", sa.Column("refused", sa.Boolean(), nullable=False, server_default="false"))
    op.alter_column("coupon_event_changes", "refused", server_default=None)
    op.drop_constraint(op.f(KIND), "coupon_event_changes")
    op.create_check_constraint(op.f(KIND), "coupon_event_changes", "kind in ('CLOSE', 'UPDATE', 'DELETE')")
    op.create_check_constraint(
        op.f("ck_coupon_event_changes_update_has_times"),
        "coupon_event_changes",
        "(kind = 'UPDATE') = (opens_at is not null)",
    )
    op.create_check_constraint(
        op.f("ck_coupon_event_changes_both_times"), "coupon_event_changes", "(opens_at is null) = (closes_at is null)"
    )
    op.create_index("ix_coupon_issuances_in_order", "coupon_issuances", ["coupon_event_id", "generation", "rank", "id"])


def downgrade() -> None:
    op.drop_index("ix_coupon_issuances_in_order", "coupon_issuances")
    op.execute("delete from coupon_event_changes where kind <> 'CLOSE'")
    op.drop_constraint(op.f("ck_coupon_event_changes_both_times"), "coupon_event_changes")
    op.drop_constraint(op.f("ck_coupon_event_changes_update_has_times"), "coupon_event_changes")
    op.drop_constraint(op.f(KIND), "coupon_event_changes")
    op.create_check_constraint(op.f(KIND), "coupon_event_changes", "kind in ('CLOSE')")
    for name in ("refused", "closes_at", "opens_at", "description", "name", "revision"):
        op.drop_column("coupon_event_changes", name)
    op.drop_constraint(op.f("ck_coupon_events_deleted_is_settled"), "coupon_events")
    op.drop_column("coupon_events", "revision")
