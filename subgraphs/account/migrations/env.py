"""How Alembic sees account's tables."""

from alembic import context

from chassis.migrations import run_migrations
from subgraphs.account.bookings import tables as bookings
from subgraphs.account.database import Table
from subgraphs.account.mailed_tokens import tables as mailed_tokens
from subgraphs.account.notices import tables as notices
from subgraphs.account.people import tables as people
from subgraphs.account.sessions import tables as sessions

__all__ = ["bookings", "mailed_tokens", "notices", "people", "sessions"]

run_migrations(context, Table.metadata)
