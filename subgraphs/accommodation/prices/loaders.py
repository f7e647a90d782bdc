"""Lowest prices of accommodations, a whole level of a query at once."""

from decimal import Decimal
from uuid import UUID

from chassis.context import Context
from chassis.money import minor_units

from ..calendar.rules import Stay
from . import store


async def lowest_prices(context: Context, keys: list[tuple[UUID, Stay | None]]) -> list[Decimal | None]:
    """One statement for all places, for each stay that is asked about."""
    today, digits = context.settings.today(), minor_units(context.settings.currency)
    asked: dict[Stay | None, list[UUID]] = {}
    for accommodation_id, stay in keys:
        asked.setdefault(stay, []).append(accommodation_id)
    async with context.database.reading() as session:
        found = {stay: await store.lowest_prices(session, ids, stay, today, digits) for stay, ids in asked.items()}
    return [found[stay].get(accommodation_id) for accommodation_id, stay in keys]
