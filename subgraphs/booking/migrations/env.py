"""How Alembic sees booking's tables."""

from alembic import context

from chassis.migrations import run_migrations
from subgraphs.booking.bookings import tables
from subgraphs.booking.database import Table

__all__ = ["tables"]

run_migrations(context, Table.metadata)
