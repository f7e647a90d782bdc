"""Every SQL statement of an import: whole batches are copied in and spread over the tables by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import Database

from ..accommodations.tables import DEFAULT_POLICY

_COLUMNS = {
    "id": "uuid",
    "room_type_id": "uuid",
    "source_key": "text",
    "host_id": "uuid",
    "name": "text",
    "description": "text",
    "kind": "text",
    "region": "text",
    "address_line": "text",
    "latitude": "float8",
    "longitude": "float8",
    "words": "text[]",
    "room_name": "text",
    "max_guests": "int",
    "max_nights": "int",
    "price": "numeric",
    "min_nights": "int",
    "open_nights": "int",
    "season": "int",
}
_NEW = f"CREATE TEMPORARY TABLE new_listings ({', '.join(map(' '.join, _COLUMNS.items()))}) ON COMMIT DROP"

_ACCOMMODATIONS = """
INSERT INTO accommodations (
    id, host_id, name, description, kind, address_line, region, country, latitude, longitude, amenities,
    check_in_time, check_out_time, cancellation_policy, status, words, source, source_key, created_at, updated_at
)
SELECT
    id, host_id, name, description, kind, address_line, region, $1, latitude, longitude, '{}',
    $2, $3, $4::text::jsonb, 'PUBLISHED', words, $5, source_key, clock_timestamp(), clock_timestamp()
FROM new_listings
ON CONFLICT (source, source_key) DO NOTHING
RETURNING id
"""
_ROOM_TYPES = """
INSERT INTO room_types (
    id, accommodation_id, name, description, max_guests, max_nights, units, base_price, created_at, updated_at
)
SELECT
    n.room_type_id, n.id, n.room_name, n.description, n.max_guests, n.max_nights, 1, n.price, a.created_at, a.created_at
FROM new_listings n JOIN accommodations a ON a.id = n.id
"""
# Days are counted from a fixed one: the open run of a listing is the same whenever it is imported.
_NIGHTS = """
INSERT INTO nights (room_type_id, date, price, units, held, sold, closed, min_nights)
SELECT
    r.id, $1::date + ahead, n.price, 1, 0, 0,
    ($1::date + ahead - DATE '2000-01-01' + n.season) % 365 >= n.open_nights, n.min_nights
FROM new_listings n JOIN room_types r ON r.id = n.room_type_id CROSS JOIN generate_series(0, $2::int - 1) AS ahead
ORDER BY r.id, ahead
"""


@dataclass(frozen=True, slots=True)
class Added:
    places: set[UUID]
    nights: int


async def add_listings(
    session: AsyncSession, rows: Sequence[dict[str, Any]], *, source: str, country: str, first_night: date, nights: int
) -> Added:
    """Add places that are not there yet, each with one room type and its nights; others are left as they are."""
    connection = await session.connection()
    await connection.exec_driver_sql(_NEW)
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.copy_records_to_table(
        "new_listings", records=[[row[column] for column in _COLUMNS] for row in rows], columns=list(_COLUMNS)
    )
    policy = orjson.dumps(DEFAULT_POLICY).decode()
    found = await connection.exec_driver_sql(_ACCOMMODATIONS, (country, time(15), time(11), policy, source))
    added = set(found.scalars())
    await connection.exec_driver_sql(_ROOM_TYPES)
    opened = await connection.exec_driver_sql(_NIGHTS, (first_night, nights))
    return Added(added, opened.rowcount)


async def tidy_up(database: Database) -> None:
    """Tell the planner what the tables are like now, and let searches read from indexes alone."""
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.exec_driver_sql("SET statement_timeout = 0")
        await alone.exec_driver_sql("VACUUM (ANALYZE) accommodations, room_types, nights, known_words")
