"""One room type: its calendar and what it says to a stay."""

from decimal import Decimal
from typing import Any

import pytest

from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.accommodations.tables import AccommodationStatus

CALENDAR = """query ($id: ID!, $from: Date!, $to: Date!) { roomType(id: $id) {
    calendar(from: $from, to: $to) { date price { amount currency } roomsLeft closed minNights } } }"""
QUOTE = """query ($id: ID!, $stay: StayInput!) { roomType(id: $id) { quote(stay: $stay) {
    available nights { date price { amount } } total { amount currency } refusal { code message date } } } }"""


async def test_a_calendar_has_the_nights_on_sale_in_order(accommodation: SubgraphUnderTest, places: Any) -> None:
    room_type = await places.add_room_type(await places.add(), units=3)
    await places.open(room_type, 3, 4, held=1, sold=1, min_nights=2, price=Decimal(70000))
    await places.open(room_type, 1, 2, closed=True)
    await places.open(room_type, 5, 6)
    asked = {"id": str(room_type.id), "from": str(places.day(0)), "to": str(places.day(5))}
    answer = await accommodation.graphql(CALENDAR, asked)
    assert answer.data["roomType"]["calendar"] == [
        {
            "date": str(places.day(1)),
            "price": {"amount": 90_000, "currency": "KRW"},
            "roomsLeft": 3,
            "closed": True,
            "minNights": 1,
        },
        {
            "date": str(places.day(3)),
            "price": {"amount": 70_000, "currency": "KRW"},
            "roomsLeft": 1,
            "closed": False,
            "minNights": 2,
        },
    ]


@pytest.mark.parametrize(("first", "end", "nights"), [(0, 366, 400), (0, 0, 0), (399, 500, 1)])
async def test_a_calendar_reaches_366_nights(
    accommodation: SubgraphUnderTest, places: Any, first: int, end: int, nights: int
) -> None:
    room_type = await places.add_room(days=400)
    asked = {"id": str(room_type.id), "from": str(places.day(first)), "to": str(places.day(end))}
    answer = await accommodation.graphql(CALENDAR, asked)
    assert len(answer.data["roomType"]["calendar"]) == min(nights, 366)


@pytest.mark.parametrize(
    "dates", [("2030-01-01", "2031-01-03"), ("2030-01-02", "2030-01-01"), ("0001-01-01", "9999-12-31")]
)
async def test_a_calendar_of_more_or_fewer_nights_is_refused(
    accommodation: SubgraphUnderTest, places: Any, dates: tuple[str, str]
) -> None:
    room_type = await places.add_room()
    answer = await accommodation.graphql(CALENDAR, {"id": str(room_type.id), "from": dates[0], "to": dates[1]})
    assert answer.codes == ["INVALID_INPUT"]


async def test_a_place_that_is_not_on_sale_has_no_nights_on_sale(accommodation: SubgraphUnderTest, places: Any) -> None:
    room_type = await places.add_room(status=AccommodationStatus.WITHDRAWN)
    asked = {"id": str(room_type.id), "from": str(places.day(0)), "to": str(places.day(5))}
    assert (await accommodation.graphql(CALENDAR, asked)).data == {"roomType": {"calendar": []}}


async def test_a_stay_that_can_be_had_has_a_price(accommodation: SubgraphUnderTest, places: Any) -> None:
    room_type = await places.add_room(units=2)
    stay = {"checkIn": str(places.day(1)), "checkOut": str(places.day(3)), "rooms": 2, "guests": 4}
    answer = await accommodation.graphql(QUOTE, {"id": str(room_type.id), "stay": stay})
    assert answer.data["roomType"]["quote"] == {
        "available": True,
        "nights": [{"date": str(places.day(day)), "price": {"amount": 90_000}} for day in (1, 2)],
        "total": {"amount": 360_000, "currency": "KRW"},
        "refusal": None,
    }


async def test_a_stay_that_can_not_be_had_says_why_and_when(accommodation: SubgraphUnderTest, places: Any) -> None:
    room_type = await places.add_room(days=2)
    stay = {"checkIn": str(places.day(1)), "checkOut": str(places.day(3))}
    answer = await accommodation.graphql(QUOTE, {"id": str(room_type.id), "stay": stay})
    night = str(places.day(2))
    assert answer.data["roomType"]["quote"] == {
        "available": False,
        "nights": [],
        "total": None,
        "refusal": {"code": "NOT_ON_SALE", "message": f"The night of {night} is not on sale.", "date": night},
    }


@pytest.mark.parametrize("stay", [{"guests": 2**31 - 1}, {"rooms": 2**31 - 1}, {"checkOut": "9999-12-31"}])
async def test_a_quote_beyond_all_bounds_is_a_refusal(
    accommodation: SubgraphUnderTest, places: Any, stay: dict[str, Any]
) -> None:
    room_type = await places.add_room()
    dates = {"checkIn": str(places.day(1)), "checkOut": str(places.day(2))}
    answer = await accommodation.graphql(QUOTE, {"id": str(room_type.id), "stay": dates | stay})
    assert answer.errors == []
    assert answer.data["roomType"]["quote"]["available"] is False


async def test_no_stay_at_all_is_invalid_input(accommodation: SubgraphUnderTest, places: Any) -> None:
    room_type = await places.add_room()
    stay = {"checkIn": str(places.day(1)), "checkOut": str(places.day(1))}
    assert (await accommodation.graphql(QUOTE, {"id": str(room_type.id), "stay": stay})).codes == ["INVALID_INPUT"]


async def test_a_deleted_room_type_still_answers_a_reference_and_is_not_on_sale(
    accommodation: SubgraphUnderTest, places: Any
) -> None:
    place = await places.add()
    room_type = await places.add_room_type(place, name="Gone", deleted=True)
    await places.open(room_type, 0, 3)
    stay = {"checkIn": str(places.day(0)), "checkOut": str(places.day(1))}
    answer = await accommodation.graphql(
        """query ($asked: [_Any!]!, $stay: StayInput!) { _entities(representations: $asked) {
            ... on RoomType { name accommodation { roomTypes { name } } quote(stay: $stay) { refusal { code } } }
        } }""",
        {"asked": [{"__typename": "RoomType", "id": str(room_type.id)}], "stay": stay},
    )
    assert answer.data["_entities"] == [
        {"name": "Gone", "accommodation": {"roomTypes": []}, "quote": {"refusal": {"code": "NOT_ON_SALE"}}}
    ]
