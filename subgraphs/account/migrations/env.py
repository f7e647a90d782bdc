"""How Alembic sees account's tables."""

from alembic import context

from chassis.migrations import run_migrations
from subgraphs.account.database import Table
from subgraphs.account.people import tables as people
from subgraphs.account.sessions import tables as sessions

__all__ = ["people", "sessions"]

run_migrations(context, Table.metadata)
