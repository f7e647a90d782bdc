"""Add listings as accommodations on sale, each with one room and its nights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.ids import uuid7
from chassis.money import round_down

from ..words.rules import words_of
from ..words.store import learn_words
from . import store
from .rules import SOURCE, Listing


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """What the file does not say."""

    rate: Decimal
    """What one unit of the file's currency is in ours."""
    currency: str
    city: str
    country: str
    """ISO 3166-1 alpha-2."""
    first_night: date
    nights: int
    host_id: UUID | None
    """Who hosts all of them; None: each listing's own host."""


async def add_listings(session: AsyncSession, listings: Sequence[Listing], terms: ImportTerms) -> store.Added:
    """Those that are there already are left as they are, with all that happened to them since."""
    rows = [_row(listing, terms) for listing in listings]
    added = await store.add_listings(
        session, rows, source=SOURCE, country=terms.country, first_night=terms.first_night, nights=terms.nights
    )
    await learn_words(session, (word for row in rows if row["id"] in added.places for word in row["words"]))
    return added


def _row(listing: Listing, terms: ImportTerms) -> dict[str, Any]:
    line = f"{listing.region}, {terms.city}"
    return {
        "id": uuid7(),
        "room_type_id": uuid7(),
        "source_key": listing.key,
        "host_id": terms.host_id or listing.host_id,
        "name": listing.name,
        "description": f"{listing.offered.room_name} in {line}.",
        "kind": listing.offered.kind.value,
        "region": listing.region,
        "address_line": line,
        "latitude": listing.latitude,
        "longitude": listing.longitude,
        "words": words_of(listing.name, line),
        "room_name": listing.offered.room_name,
        "max_guests": listing.offered.max_guests,
        "max_nights": listing.max_nights,
        "price": round_down(listing.price * terms.rate, terms.currency),
        "min_nights": listing.min_nights,
        "open_nights": listing.open_nights,
        "season": listing.season,
    }
