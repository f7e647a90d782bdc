"""The service as a whole."""

from typing import Any

from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.room_types.tables import RoomType


async def test_a_search_shows_a_place_with_its_rooms_prices_and_calendar(
    accommodation: SubgraphUnderTest, places: Any
) -> None:
    room_type: RoomType = await places.add_room(units=2, days=3)
    answer = await accommodation.graphql(
        """query ($stay: StayInput!, $from: Date!, $to: Date!) {
            accommodations(stay: $stay) {
                totalCount
                nodes {
                    name bookable lowestPrice(stay: $stay) { amount currency }
                    roomTypes {
                        id basePrice { amount } accommodation { name }
                        quote(stay: $stay) {
                            available total { amount } nights { date price { amount } } refusal { code }
                        }
                        calendar(from: $from, to: $to) { date roomsLeft closed minNights price { amount } }
                    }
                }
            }
        }""",
        {
            "stay": {"checkIn": str(places.day(0)), "checkOut": str(places.day(2))},
            "from": str(places.day(0)),
            "to": str(places.day(1)),
        },
    )
    assert answer.errors == []
    price = {"amount": 90_000}
    assert answer.data["accommodations"] == {
        "totalCount": 1,
        "nodes": [
            {
                "name": "Blue House",
                "bookable": True,
                "lowestPrice": {"amount": 90_000, "currency": "KRW"},
                "roomTypes": [
                    {
                        "id": str(room_type.id),
                        "basePrice": price,
                        "accommodation": {"name": "Blue House"},
                        "quote": {
                            "available": True,
                            "total": {"amount": 180_000},
                            "nights": [{"date": str(places.day(day)), "price": price} for day in (0, 1)],
                            "refusal": None,
                        },
                        "calendar": [
                            {
                                "date": str(places.day(0)),
                                "roomsLeft": 2,
                                "closed": False,
                                "minNights": 1,
                                "price": price,
                            }
                        ],
                    }
                ],
            }
        ],
    }
