"""A slot is checked against how many there are, also where nobody says how many."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    slots = sa.Computed("coalesce(quantity, 2147483647)", persisted=True)
    op.drop_constraint(op.f("fk_coupon_issuances_coupon_event_id_quantity"), "coupon_issuances", type_="foreignkey")
    op.drop_constraint(op.f("ck_coupon_issuances_slot_up_to_quantity"), "coupon_issuances", type_="check")
    op.drop_constraint(op.f("uq_coupon_events_id_quantity"), "coupon_events", type_="unique")
    op.add_column("coupon_events", sa.Column("slots", sa.Integer(), slots, nullable=True))
    op.create_unique_constraint(op.f("uq_coupon_events_id_slots"), "coupon_events", ["id", "slots"])
    op.alter_column("coupon_issuances", "quantity", new_column_name="slots")
    op.execute("UPDATE coupon_issuances SET slots = 2147483647 WHERE slots IS NULL")
    op.alter_column("coupon_issuances", "slots", nullable=False)
    op.create_check_constraint(
        op.f("ck_coupon_issuances_slot_up_to_slots"), "coupon_issuances", "slot between 1 and slots"
    )
    op.create_foreign_key(
        op.f("fk_coupon_issuances_coupon_event_id_slots"),
        "coupon_issuances",
        "coupon_events",
        ["coupon_event_id", "slots"],
        ["id", "slots"],
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_coupon_issuances_coupon_event_id_slots"), "coupon_issuances", type_="foreignkey")
    op.drop_constraint(op.f("ck_coupon_issuances_slot_up_to_slots"), "coupon_issuances", type_="check")
    op.alter_column("coupon_issuances", "slots", nullable=True, new_column_name="quantity")
    op.execute("UPDATE coupon_issuances SET quantity = NULL WHERE quantity = 2147483647")
    op.drop_constraint(op.f("uq_coupon_events_id_slots"), "coupon_events", type_="unique")
    op.drop_column("coupon_events", "slots")
    op.create_unique_constraint(op.f("uq_coupon_events_id_quantity"), "coupon_events", ["id", "quantity"])
    op.create_check_constraint(
        op.f("ck_coupon_issuances_slot_up_to_quantity"), "coupon_issuances", "slot >= 1 and slot <= quantity"
    )
    op.create_foreign_key(
        op.f("fk_coupon_issuances_coupon_event_id_quantity"),
        "coupon_issuances",
        "coupon_events",
        ["coupon_event_id", "quantity"],
        ["id", "quantity"],
    )
