"""Search, quote and hold agree: what a search offers can be held, and what it hides can't."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.accommodations.tables import AccommodationStatus
from subgraphs.accommodation.calendar.tables import Night

ASKED = """query ($stay: StayInput!, $ids: [_Any!]!) {
    accommodations(stay: $stay, first: 100, orderBy: PRICE_ASC) { nodes { id lowestPrice(stay: $stay) { amount } } }
    _entities(representations: $ids) {
        ... on RoomType { id quote(stay: $stay) { available total { amount } refusal { code date } } }
    }
}"""


@dataclass
class Town:
    """Places with random rooms and calendars."""

    places: Any
    dice: random.Random

    async def build(self, count: int) -> dict[str, str]:
        """The place of each room type."""
        place_of: dict[str, str] = {}
        for _ in range(count):
            status = self.dice.choice([AccommodationStatus.PUBLISHED] * 5 + [AccommodationStatus.WITHDRAWN])
            place = await self.places.add(status=status, deleted=self.dice.random() < 0.1)
            for _ in range(self.dice.randint(1, 2)):
                place_of[str(await self._room(place))] = str(place.id)
        return place_of

    async def _room(self, place: Any) -> Any:
        dice = self.dice
        fields = {"max_guests": dice.randint(1, 3), "max_nights": dice.randint(1, 6), "units": dice.randint(1, 3)}
        room_type = await self.places.add_room_type(place, deleted=dice.random() < 0.1, **fields)
        nights = [
            self._night(room_type.id, self.places.day(ahead), fields["units"])
            for ahead in range(-2, 10)
            if dice.random() < 0.9
        ]
        async with self.places.under_test.database.transaction() as session:
            session.add_all(nights)
        return room_type.id

    def _night(self, room_type_id: Any, on: date, units: int) -> Night:
        dice = self.dice
        held = dice.randint(0, units) if dice.random() < 0.3 else 0
        return Night(
            room_type_id=room_type_id,
            date=on,
            price=Decimal(dice.randint(1, 9) * 10_001),
            units=units,
            held=held,
            sold=dice.randint(0, units - held) if dice.random() < 0.3 else 0,
            closed=dice.random() < 0.06,
            min_nights=dice.choice([1, 1, 1, 2, 3]),
        )

    def stay(self) -> dict[str, Any]:
        first = self.dice.randint(-2, 8)
        end = first + self.dice.choice([1, 1, 2, 2, 3, 4, 7])
        dates = {"checkIn": str(self.places.day(first)), "checkOut": str(self.places.day(end))}
        return dates | {"guests": self.dice.randint(1, 4), "rooms": self.dice.choice([1, 1, 1, 2])}


@pytest.mark.parametrize("seed", range(4))
async def test_what_a_search_offers_can_be_held_and_what_it_hides_can_not(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, seed: int
) -> None:
    town = Town(places, random.Random(seed))
    place_of = await town.build(25)
    ids = [{"__typename": "RoomType", "id": room_type_id} for room_type_id in place_of]
    offered = 0
    for _ in range(12):
        stay = town.stay()
        answer = await accommodation.graphql(ASKED, {"stay": stay, "ids": ids})
        assert answer.errors == []
        quotes = {each["id"]: each["quote"] for each in answer.data["_entities"]}
        found = {each["id"]: each["lowestPrice"]["amount"] for each in answer.data["accommodations"]["nodes"]}
        assert found == _cheapest(quotes, place_of, stay), stay
        assert list(found.values()) == sorted(found.values())
        await _ensure_holds_agree(ask, quotes, stay)
        offered += len(found)
    assert offered > 10, "random stays that nothing takes would show nothing"


def _cheapest(quotes: dict[str, Any], place_of: dict[str, str], stay: dict[str, Any]) -> dict[str, int]:
    """The average night of the cheapest room type of each place that takes the stay, by its quotes."""
    nights = (date.fromisoformat(stay["checkOut"]) - date.fromisoformat(stay["checkIn"])).days
    found: dict[str, int] = {}
    for room_type_id, quote in quotes.items():
        if quote["available"]:
            average = quote["total"]["amount"] // (nights * stay["rooms"])
            place = place_of[room_type_id]
            found[place] = min(average, found.get(place, average))
    return found


async def _ensure_holds_agree(ask: Any, quotes: dict[str, Any], stay: dict[str, Any]) -> None:
    """Each room type alone is asked for the stay and released again, so that the next stay finds it as it was."""
    dates = {"check_in": stay["checkIn"], "check_out": stay["checkOut"]}
    fields = dates | {"guests": stay["guests"], "rooms": stay["rooms"]}
    commands = [ask.hold(room_type_id, 0, 1, **fields) for room_type_id in quotes]
    answers = await ask("hold-nights", *commands)
    await ask("release-hold", *commands)
    for quote, answer in zip(quotes.values(), answers, strict=True):
        if quote["available"]:
            assert answer.name == "accommodation.nights.held"
            assert Decimal(answer.payload["subtotal"]) == quote["total"]["amount"]
        else:
            refusal = (answer.payload["reason"], answer.payload["night"])
            assert refusal == (quote["refusal"]["code"], quote["refusal"]["date"])
