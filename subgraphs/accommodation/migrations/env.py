"""How Alembic sees accommodation's tables."""

from alembic import context

from chassis.migrations import run_migrations
from subgraphs.accommodation.accommodations import tables as accommodations
from subgraphs.accommodation.calendar import tables as calendar
from subgraphs.accommodation.database import Table
from subgraphs.accommodation.hosts import tables as hosts
from subgraphs.accommodation.photos import tables as photos
from subgraphs.accommodation.prices import tables as prices
from subgraphs.accommodation.reviews import tables as reviews
from subgraphs.accommodation.room_types import tables as room_types
from subgraphs.accommodation.wishlist import tables as wishlist
from subgraphs.accommodation.words import tables as words

__all__ = ["accommodations", "calendar", "hosts", "photos", "prices", "reviews", "room_types", "wishlist", "words"]

run_migrations(context, Table.metadata)
