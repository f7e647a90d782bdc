"""How Alembic sees loyalty's tables."""

from alembic import context

from chassis.migrations import run_migrations
from subgraphs.loyalty.coupon_events import tables as coupon_events
from subgraphs.loyalty.coupons import tables as coupons
from subgraphs.loyalty.database import Table
from subgraphs.loyalty.points import tables as points

__all__ = ["coupon_events", "coupons", "points"]

run_migrations(context, Table.metadata)
