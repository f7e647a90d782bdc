"""How Alembic sees payment's tables."""

from alembic import context

from chassis.migrations import run_migrations
from subgraphs.payment.database import Table
from subgraphs.payment.ledger import tables as ledger
from subgraphs.payment.refunds import tables as refunds
from subgraphs.payment.webhooks import tables as webhooks

__all__ = ["ledger", "refunds", "webhooks"]

run_migrations(context, Table.metadata)
