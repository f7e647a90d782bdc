"""Open nights: put them on sale. What is on sale already is left as it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.money import round_down

from ..accommodations.rules import Reach
from ..room_types.store import lock_room_type
from . import store
from .rules import Dates, ensure_ahead, ensure_night
from .tables import Night, NightChange, NightChangeKind


@dataclass(frozen=True, slots=True)
class Opening:
    """Price and units default to the room type's."""

    dates: Dates
    without: Collection[date] = ()
    price: Decimal | None = None
    units: int | None = None
    min_nights: int = 1


async def open_nights(
    session: AsyncSession, room_type_id: UUID, opening: Opening, reach: Reach, *, by: UUID, today: date, currency: str
) -> Sequence[Night]:
    """The nights asked for, as they now are. Raise NotFound or InvalidInput."""
    ensure_ahead(opening.dates, today)
    ensure_night(opening.price, opening.units, opening.min_nights, least_units=1)
    room_type, _ = await lock_room_type(session, room_type_id, reach)
    days = [day for day in opening.dates.days() if day not in opening.without]
    price = room_type.base_price if opening.price is None else round_down(opening.price, currency)
    units = opening.units or room_type.units
    values = {"price": price, "units": units, "min_nights": opening.min_nights}
    opened = await store.insert_nights(session, room_type.id, days, **values)
    if opened:
        asked = {"price": str(price), "units": units, "minNights": opening.min_nights, "nights": opened}
        asked["except"] = sorted(str(day) for day in set(opening.without))
        session.add(_noted(room_type.id, opening.dates, asked, by))
    return await store.nights_on(session, room_type.id, days)


def _noted(room_type_id: UUID, dates: Dates, asked: dict[str, object], by: UUID) -> NightChange:
    return NightChange(
        room_type_id=room_type_id,
        kind=NightChangeKind.OPENED,
        first=dates.first,
        end=dates.end,
        asked=asked,
        changed_by=by,
    )
