"""All filters and orders together, on random places, beside the same said in plain Python."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.accommodations.tables import Accommodation, AccommodationKind, Amenity
from tests.accommodation.search.geodesics import geodesic_km

SEARCH = """query ($filter: AccommodationFilter, $stay: StayInput, $order: AccommodationOrder!, $first: Int!,
        $after: String) {
    accommodations(filter: $filter, stay: $stay, orderBy: $order, first: $first, after: $after) {
        nodes { id } pageInfo { hasNextPage endCursor } totalCount } }"""
ORDERS = ["RELEVANCE", "PRICE_ASC", "PRICE_DESC", "RATING_DESC", "NEWEST", "DISTANCE"]
WORDS, REGIONS, HOSTS = ["alder", "birch", "cedar"], ["North", "South"], [uuid7(), uuid7()]
KINDS = list(AccommodationKind)[:3]
AMENITIES = list(Amenity)[:3]
DAYS = 6


@dataclass
class Known:
    """A place as the test knows it: one room type, and what each of its nights costs, where it can be had."""

    row: Accommodation
    guests: int
    prices: dict[int, int]

    def price(self, stay: tuple[int, int] | None) -> int | None:
        """`lowestPrice`, which is None where there is nothing to book."""
        if stay is None:
            return min(self.prices.values(), default=None)
        nights = [self.prices.get(day) for day in range(*stay)]
        if None in nights or self.guests < 2:
            return None
        return sum(nights) // len(nights)  # type: ignore[arg-type]

    def kilometres(self, at: tuple[float, float]) -> float:
        return geodesic_km(at, (self.row.latitude or 0, self.row.longitude or 0))


async def settle(places: Any, dice: random.Random, number: int) -> Known:
    row = await places.add(
        f"{dice.choice(WORDS)} {number}",
        region=dice.choice(REGIONS),
        address_line="1 Road",
        kind=dice.choice(KINDS),
        amenities=dice.sample(AMENITIES, dice.randint(0, 3)),
        host_id=dice.choice(HOSTS),
        latitude=37 + dice.uniform(0, 0.2),
        longitude=127 + dice.uniform(0, 0.2),
        review_count=(rated := dice.choice([0, 0, 1])),
        rating_sum=rated * dice.randint(1, 5),
    )
    guests, prices = dice.randint(1, 3), {}
    room_type = await places.add_room_type(row, max_guests=guests)
    for day in range(DAYS):
        price, state = dice.randint(1, 5) * 10_000, dice.random()
        if state < 0.9:
            await places.open(room_type, day, day + 1, price=Decimal(price), sold=int(state < 0.1), closed=state > 0.85)
        if 0.1 <= state <= 0.85:
            prices[day] = price
    return Known(row, guests, prices)


@dataclass
class Asked:
    """A search, and the places it is for."""

    filter: dict[str, Any]
    stay: tuple[int, int] | None
    order: str

    @property
    def at(self) -> tuple[float, float]:
        return self.filter["near"]["latitude"], self.filter["near"]["longitude"]

    def wants(self, place: Known) -> bool:
        row, filter_, price = place.row, self.filter, place.price(self.stay)
        near, within = filter_.get("near"), filter_.get("within")
        conditions = [
            self.stay is None or price is not None,
            filter_.get("text", "") in row.name,
            row.region in filter_.get("regions", REGIONS),
            row.kind.value in filter_.get("kinds", [kind.value for kind in KINDS]),
            set(filter_.get("amenities", [])) <= {each.value for each in row.amenities},
            filter_.get("hostId", str(row.host_id)) == str(row.host_id),
            "priceFrom" not in filter_ or (price is not None and price >= filter_["priceFrom"]),
            "priceTo" not in filter_ or (price is not None and price <= filter_["priceTo"]),
            "minRating" not in filter_ or row.rating_sum >= filter_["minRating"],
            place.guests >= filter_.get("guests", 0),
            near is None or place.kilometres(self.at) <= near["withinKm"],
            within is None or within["south"] <= (row.latitude or 0) <= within["north"],
        ]
        return all(conditions)

    def is_ordered(self, places: list[Known]) -> bool:
        # What the service measures another way may change places with what is just as far.
        slack = 1.0001 if self.order == "DISTANCE" else 1
        return all(one <= (*two[:-1], two[-1] * slack) for one, two in pairwise(map(self.key, places)))

    def key(self, place: Known) -> tuple[Any, ...]:
        """What the place is sorted by, the unique rest left out."""
        price, stars = place.price(self.stay), place.row.rating_sum or None
        by: dict[str, Any] = {
            "PRICE_ASC": lambda: (price is None, price or 0),
            "PRICE_DESC": lambda: (price is None, -(price or 0)),
            "RATING_DESC": lambda: (stars is None, -(stars or 0)),
            "DISTANCE": lambda: (place.kilometres(self.at),),
        }
        return by.get(self.order, lambda: (-place.row.created_at.timestamp(),))()


def ask(dice: random.Random, order: str) -> Asked:
    first = dice.randrange(DAYS - 1)
    at = {"latitude": 37 + dice.uniform(0, 0.2), "longitude": 127 + dice.uniform(0, 0.2)}
    south = 37 + dice.uniform(-0.05, 0.2)
    possible: dict[str, Any] = {
        "text": dice.choice(WORDS),
        "regions": dice.sample(REGIONS, 1),
        "kinds": [kind.value for kind in dice.sample(KINDS, 2)],
        "amenities": [dice.choice(AMENITIES).value],
        "hostId": str(dice.choice(HOSTS)),
        "priceFrom": dice.randint(1, 3) * 10_000,
        "priceTo": dice.randint(1, 5) * 10_000,
        "minRating": dice.randint(1, 4),
        "guests": dice.randint(1, 3),
        "near": at | {"withinKm": dice.uniform(3, 25)},
        "within": {"south": south, "north": south + dice.uniform(0, 0.2), "west": 126, "east": 128},
    }
    chosen = set(dice.sample(sorted(possible), dice.choice([0, 1, 1, 2, 2, 3])))
    if order == "DISTANCE":
        chosen.add("near")
    stay = (first, dice.randint(first + 1, DAYS)) if dice.random() < 0.4 else None
    return Asked({name: possible[name] for name in chosen}, stay, order)


@pytest.mark.parametrize("seed", range(3))
async def test_every_combination_finds_what_it_says_in_its_order_page_by_page(
    accommodation: SubgraphUnderTest, places: Any, seed: int
) -> None:
    dice = random.Random(seed)
    known = {str(each.row.id): each for each in [await settle(places, dice, number) for number in range(40)]}
    async with accommodation.database.transaction() as session:
        await session.execute(text("ANALYZE"))
    seen = 0
    for at in range(60):
        asked = ask(dice, ORDERS[at % len(ORDERS)])
        wanted = {key for key, place in known.items() if asked.wants(place)}
        found = await read_all(accommodation, places.today, asked, len(wanted))
        assert sorted(found) == sorted(wanted), asked
        assert asked.is_ordered([known[each] for each in found]), asked
        seen += len(found)
    assert seen > 300, "searches that find nothing show nothing"


async def read_all(subgraph: SubgraphUnderTest, today: date, asked: Asked, total: int) -> list[str]:
    """All pages of three, one after the other."""
    stay = asked.stay and {
        "checkIn": str(today + timedelta(days=asked.stay[0])),
        "checkOut": str(today + timedelta(days=asked.stay[1])),
    }
    found: list[str] = []
    after = None
    while True:
        variables = {"filter": asked.filter, "stay": stay, "order": asked.order, "first": 7, "after": after}
        answer = await subgraph.graphql(SEARCH, variables)
        assert answer.errors == [], (asked, answer.errors)
        page = answer.data["accommodations"]
        assert page["totalCount"] == total, asked
        found += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
