"""What is searched for: each case another search every time it is asked for the next."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.pagination import Page
from subgraphs.accommodation.calendar.rules import Stay
from subgraphs.accommodation.search.find import find_accommodations
from subgraphs.accommodation.search.rules import AccommodationOrder, Bounds, Near, Wanted
from subgraphs.accommodation.search.store import Place

PAGE = 20
OSLO = (59.92, 10.75)


@dataclass
class Asked:
    today: date
    wanted: Wanted = field(default_factory=Wanted)
    stay: Stay | None = None
    order: AccommodationOrder = AccommodationOrder.NEWEST
    pages_before: int = 0

    async def page(self, session: AsyncSession, after: str | None) -> Page[Place]:
        return await self._read(session, PAGE, after)

    async def cursor(self, session: AsyncSession) -> str | None:
        """Where the page begins that is asked for."""
        after = None
        for _ in range(self.pages_before // 5):
            found = await self._read(session, 100, after)
            if not found.has_next:
                break
            after = found.cursors[-1]
        return after

    async def _read(self, session: AsyncSession, first: int, after: str | None) -> Page[Place]:
        return await find_accommodations(
            session,
            self.wanted,
            self.stay,
            order=self.order,
            today=self.today,
            digits=0,
            first=first,
            after=after,
            count=False,
        )


@dataclass(frozen=True)
class Season:
    """The day it is, and how many nights from it are on sale."""

    today: date
    nights: int


Case: TypeAlias = Callable[[int, Season], Asked]
"""From the number of the time it is asked."""


def nights(at: int, season: Season, length: int = 3) -> Stay:
    check_in = season.today + timedelta(days=random.Random(at).randrange(5, season.nights * 5 // 6 - length))
    return Stay(check_in, check_in + timedelta(days=length), guests=2, rooms=1)


def near(at: int, within_km: float = 2) -> Near:
    dice = random.Random(at)
    return Near(OSLO[0] + dice.uniform(-0.03, 0.03), OSLO[1] + dice.uniform(-0.06, 0.06), within_km)


def around(at: int) -> Bounds:
    middle = near(at)
    return Bounds(middle.latitude + 0.01, middle.latitude - 0.01, middle.longitude + 0.02, middle.longitude - 0.02)


BY_PRICE, FROM_DEAR = AccommodationOrder.PRICE_ASC, AccommodationOrder.PRICE_DESC
CHEAP = Wanted(price_from=Decimal(50_000), price_to=Decimal(150_000))

CASES: dict[str, Case] = {
    "newest": lambda _, season: Asked(season.today),
    "no stay, price order": lambda _, season: Asked(season.today, order=BY_PRICE),
    "no stay, dear first": lambda _, season: Asked(season.today, order=FROM_DEAR),
    "no stay, price range, newest": lambda _, season: Asked(season.today, CHEAP),
    "best rated": lambda _, season: Asked(season.today, Wanted(min_rating=4), order=AccommodationOrder.RATING_DESC),
    "2 km, by distance": lambda at, season: Asked(
        season.today, Wanted(near=near(at)), order=AccommodationOrder.DISTANCE
    ),
    "a map, newest": lambda at, season: Asked(season.today, Wanted(within=around(at))),
    "3 nights, newest": lambda at, season: Asked(season.today, stay=nights(at, season)),
    "3 nights, price order": lambda at, season: Asked(season.today, stay=nights(at, season), order=BY_PRICE),
    "14 nights, price order": lambda at, season: Asked(season.today, stay=nights(at, season, 14), order=BY_PRICE),
    "3 nights, 2 km, price order": lambda at, season: Asked(
        season.today, Wanted(near=near(at)), nights(at, season), BY_PRICE
    ),
    "3 nights, 2 km, by distance": lambda at, season: Asked(
        season.today, Wanted(near=near(at)), nights(at, season), AccommodationOrder.DISTANCE
    ),
    "deep page, newest": lambda _, season: Asked(season.today, pages_before=250),
    "deep page, price order": lambda _, season: Asked(season.today, order=BY_PRICE, pages_before=250),
    "deep page, 3 nights, price": lambda at, season: Asked(season.today, Wanted(), nights(at, season), BY_PRICE, 100),
}
