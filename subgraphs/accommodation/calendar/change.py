"""Change nights on sale: what they cost, how many rooms there are, whether they can be booked, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.money import round_down

from ..accommodations.rules import Reach
from ..room_types.store import lock_room_type
from . import store
from .rules import Dates, ensure_ahead, ensure_night, ensure_rooms_left
from .tables import Night, NightChange, NightChangeKind


@dataclass(frozen=True, slots=True)
class Change:
    """What is None stays."""

    dates: Dates
    price: Decimal | None = None
    units: int | None = None
    closed: bool | None = None
    min_nights: int | None = None

    def values(self, currency: str) -> dict[str, Any]:
        """The columns it gives a value."""
        given = {
            "price": None if self.price is None else round_down(self.price, currency),
            "units": self.units,
            "closed": self.closed,
            "min_nights": self.min_nights,
        }
        return {column: value for column, value in given.items() if value is not None}


async def change_nights(
    session: AsyncSession, room_type_id: UUID, change: Change, reach: Reach, *, by: UUID, today: date, currency: str
) -> Sequence[Night]:
    """The nights as they now are. Raise NotFound, InvalidInput, or NightsTaken where too few rooms would be left."""
    ensure_ahead(change.dates, today)
    ensure_night(change.price, change.units, change.min_nights)
    room_type, _ = await lock_room_type(session, room_type_id, reach)
    days = change.dates.days()
    wanted = ((room_type.id, day) for day in days)
    nights = list((await store.lock_nights(session, wanted)).get(room_type.id, {}).values())
    ensure_rooms_left(nights, change.units)
    values = change.values(currency)
    if nights and values:
        await store.update_nights(session, room_type.id, [night.date for night in nights], values)
        session.add(_noted(room_type.id, change.dates, values, by))
    return await store.nights_on(session, room_type.id, days)


def _noted(room_type_id: UUID, dates: Dates, values: dict[str, Any], by: UUID) -> NightChange:
    asked = {column: str(value) if isinstance(value, Decimal) else value for column, value in values.items()}
    return NightChange(
        room_type_id=room_type_id,
        kind=NightChangeKind.CHANGED,
        first=dates.first,
        end=dates.end,
        asked=asked | {"weekdays": sorted(dates.weekdays)} if dates.weekdays else asked,
        changed_by=by,
    )
