"""How Alembic sees payment's tables."""

from alembic import context

from chassis.migrations import run_migrations
from subgraphs.payment.database import Table
from subgraphs.payment.payments import tables

__all__ = ["tables"]

run_migrations(context, Table.metadata)
