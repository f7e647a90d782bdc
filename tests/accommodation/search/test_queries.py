"""Finding places: by words, facts and prices, page by page."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import Answer, SubgraphUnderTest
from subgraphs.accommodation.accommodations.tables import AccommodationKind, AccommodationStatus, Amenity
from tests.accommodation.backoffice import DELETE, a_host

SEARCH = """query ($filter: AccommodationFilter, $stay: StayInput, $order: AccommodationOrder! = RELEVANCE,
        $first: Int! = 20, $after: String) {
    accommodations(filter: $filter, stay: $stay, orderBy: $order, first: $first, after: $after) {
        nodes { name lowestPrice(stay: $stay) { amount } }
        pageInfo { hasNextPage endCursor }
    }
}"""


class Searching:
    def __init__(self, under_test: SubgraphUnderTest) -> None:
        self.under_test = under_test

    async def ask(self, filter: dict[str, Any] | None = None, **variables: Any) -> Answer:  # noqa: A002
        return await self.under_test.graphql(SEARCH, {"filter": filter} | variables)

    async def __call__(self, filter: dict[str, Any] | None = None, **variables: Any) -> list[str]:  # noqa: A002
        answer = await self.ask(filter, **variables)
        assert answer.errors == []
        return [each["name"] for each in answer.data["accommodations"]["nodes"]]

    async def pages(self, size: int, **variables: Any) -> list[str]:
        """The names on all pages, one after the other."""
        names: list[str] = []
        after = None
        while True:
            answer = await self.ask(first=size, after=after, **variables)
            assert answer.errors == []
            found = answer.data["accommodations"]
            names += [each["name"] for each in found["nodes"]]
            if not found["pageInfo"]["hasNextPage"]:
                return names
            after = found["pageInfo"]["endCursor"]


@pytest.fixture
def search(accommodation: SubgraphUnderTest) -> Searching:
    return Searching(accommodation)


async def test_drafts_and_what_was_withdrawn_or_deleted_are_in_no_search(places: Any, search: Searching) -> None:
    await places.add("Draft", status=AccommodationStatus.DRAFT)
    await places.add("Withdrawn", status=AccommodationStatus.WITHDRAWN)
    await places.add("Deleted", deleted=True)
    await places.add("Shown")
    assert await search() == ["Shown"]
    assert await search({"regions": ["Haeundae"], "text": "haeundae"}) == ["Shown"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("blue", ["Blue House", "Blueberry Inn"]),
        ("BLUE house", ["Blue House"]),
        ("house blue", ["Blue House"]),
        ("berry", ["Blueberry Inn"]),
        ("hosue", ["Blue House"]),
        ("grunerlokka", ["Leilighet på Grünerløkka"]),
        ("Grünerløkka", ["Leilighet på Grünerløkka"]),
        ("grunerloka", ["Leilighet på Grünerløkka"]),
        ("leiligeht", ["Leilighet på Grünerløkka"]),
        ("한옥", ["북촌 한옥 호텔"]),
        ("한욱", ["북촌 한옥 호텔"]),
        ("호텔 북촌", ["북촌 한옥 호텔"]),
        ("gangneung", ["Blueberry Inn"]),
        ("beach road", ["Blue House", "Blueberry Inn", "Leilighet på Grünerløkka", "북촌 한옥 호텔"]),
        ("blue nowhere", []),
        ("", ["Blue House", "Blueberry Inn", "Leilighet på Grünerløkka", "북촌 한옥 호텔"]),
        ("?!", ["Blue House", "Blueberry Inn", "Leilighet på Grünerløkka", "북촌 한옥 호텔"]),
        ("'; DROP TABLE nights; --", []),
        ("blue' OR '1'='1", []),
        ("%", ["Blue House", "Blueberry Inn", "Leilighet på Grünerløkka", "북촌 한옥 호텔"]),
        ("\\ \0 blue", ["Blue House", "Blueberry Inn"]),
    ],
)
async def test_words_are_found_in_name_region_and_address_though_misspelled(
    places: Any, search: Searching, text: str, names: list[str]
) -> None:
    await places.add("Blue House")
    await places.add("Blueberry Inn", region="Gangneung")
    await places.add("Leilighet på Grünerløkka")
    await places.add("북촌 한옥 호텔")
    assert sorted(await search({"text": text})) == sorted(names)


async def test_the_nearer_a_place_is_to_the_words_the_earlier_it_comes(places: Any, search: Searching) -> None:
    for name in ["Marina Hotel", "The Marine", "Submarine", "Marina Marina", "Marlna", "Oak"]:
        await places.add(name)
    names = await search({"text": "marina"})
    assert names[:2] == ["Marina Marina", "Marina Hotel"]
    assert set(names[2:]) == {"Marlna", "The Marine"}
    assert await search({"text": "marin"}) == ["Marina Marina", "The Marine", "Marina Hotel", "Submarine"]


async def test_each_filter_keeps_what_it_says_and_all_must_hold(places: Any, search: Searching) -> None:
    host = uuid7()
    pool = {"amenities": [Amenity.POOL, Amenity.WIFI], "kind": AccommodationKind.HOTEL}
    hotel = await places.add("Hotel", region="Jeju", host_id=host, **pool)
    await places.add_room_type(hotel, max_guests=4)
    hanok = await places.add("Hanok", kind=AccommodationKind.HANOK, amenities=[Amenity.WIFI])
    await places.add_room_type(hanok, max_guests=2)
    await places.add_room_type(hanok, max_guests=8, deleted=True)
    for given, names in [
        ({"regions": ["Jeju"]}, ["Hotel"]),
        ({"regions": ["Jeju", "Haeundae"]}, ["Hanok", "Hotel"]),
        ({"regions": ["jeju"]}, []),
        ({"regions": []}, ["Hanok", "Hotel"]),
        ({"hostId": str(host)}, ["Hotel"]),
        ({"hostId": str(uuid7())}, []),
        ({"kinds": ["HANOK", "HOTEL"]}, ["Hanok", "Hotel"]),
        ({"kinds": ["HANOK"]}, ["Hanok"]),
        ({"amenities": ["WIFI"]}, ["Hanok", "Hotel"]),
        ({"amenities": ["WIFI", "POOL"]}, ["Hotel"]),
        ({"guests": 2}, ["Hanok", "Hotel"]),
        ({"guests": 3}, ["Hotel"]),
        ({"guests": 5}, []),
        ({"regions": ["Jeju"], "kinds": ["HANOK"]}, []),
        ({"text": "hotel", "amenities": ["POOL"], "guests": 4, "regions": ["Jeju"]}, ["Hotel"]),
    ]:
        assert await search(given, order="NEWEST") == names, given


async def test_prices_are_the_lowest_ahead_or_of_the_stay(places: Any, search: Searching) -> None:
    for name, price in [("Cheap", 50_000), ("Fair", 80_000), ("Dear", 200_000)]:
        await places.add_room(name=name, price=price)
    mixed = await places.add_room_type(await places.add("Mixed"), base_price=Decimal(100_000))
    await places.open(mixed, 0, 1, price=Decimal(10_000), closed=True)
    await places.open(mixed, 1, 2, price=Decimal(20_000), sold=1)
    await places.open(mixed, 2, 3, price=Decimal(60_000))
    await places.open(mixed, 3, 4, price=Decimal(61_001))
    await places.add("Never open")
    assert await search(order="PRICE_ASC") == ["Cheap", "Mixed", "Fair", "Dear", "Never open"]
    assert await search(order="PRICE_DESC") == ["Dear", "Fair", "Mixed", "Cheap", "Never open"]
    assert await search({"priceFrom": 60_000, "priceTo": 80_000}, order="PRICE_ASC") == ["Mixed", "Fair"]
    assert await search({"priceTo": "59999.99"}) == ["Cheap"]
    assert await search({"priceFrom": 60_001}, order="PRICE_ASC") == ["Fair", "Dear"]
    stay = {"checkIn": str(places.day(2)), "checkOut": str(places.day(4))}
    answer = await search.ask({"priceTo": 60_500, "priceFrom": 50_001}, stay=stay)
    assert answer.data["accommodations"]["nodes"] == [{"name": "Mixed", "lowestPrice": {"amount": 60_500}}]
    assert await search(stay=stay, order="PRICE_DESC") == ["Dear", "Fair", "Mixed", "Cheap"]


@pytest.mark.parametrize("order", ["RELEVANCE", "PRICE_ASC", "PRICE_DESC", "RATING_DESC", "NEWEST", "DISTANCE"])
@pytest.mark.parametrize("given", [{}, {"filter": {"text": "place"}}, {"stay": True}], ids=["all", "words", "stay"])
async def test_pages_have_each_place_once_in_every_order(
    places: Any, search: Searching, order: str, given: dict[str, Any]
) -> None:
    for at in range(11):
        rated = {"review_count": at % 2, "rating_sum": at % 2 * 4, "latitude": 37 + at // 2 / 100, "longitude": 127.0}
        await places.add_room(name=f"Place {at}", price=10_000 * (at // 3 + 1), days=3, **rated)
    await places.add_room_type(await places.add("Place without nights", latitude=37.0, longitude=127.0))
    if order == "DISTANCE":
        near = {"near": {"latitude": 37, "longitude": 127, "withinKm": 20}}
        given = given | {"filter": given.get("filter", {}) | near}
    if given.get("stay"):
        given = given | {"stay": {"checkIn": str(places.day(0)), "checkOut": str(places.day(2))}}
    whole = await search(order=order, first=100, **given)
    assert len(whole) == len(set(whole)) == (11 if given.get("stay") else 12)
    for size in (1, 2, 5):
        assert await search.pages(size, order=order, **given) == whole


@pytest.mark.parametrize("order", ["RELEVANCE", "PRICE_ASC", "PRICE_DESC", "RATING_DESC", "NEWEST", "DISTANCE"])
async def test_pages_stay_where_they_are_while_places_come_and_go(places: Any, search: Searching, order: str) -> None:
    dice = random.Random(order)

    async def settle(name: str, host_id: UUID | None = None) -> Any:
        rated = {"review_count": 1, "rating_sum": dice.randint(1, 5)}
        at = {"latitude": 37 + dice.uniform(0, 0.05), "longitude": 127.0}
        given = rated | at | ({"host_id": host_id} if host_id else {})
        return (await places.add_room(name=name, price=dice.randint(1, 9) * 10_000, **given)).accommodation_id

    stays = [f"Stays {at}" for at in range(9)]
    for name in stays:
        await settle(name)
    owner = a_host(search.under_test)
    goes = [await settle(f"Goes {at}", owner.id) for at in range(6)]
    filter_ = {"near": {"latitude": 37, "longitude": 127, "withinKm": 20}} if order == "DISTANCE" else None
    found: list[str] = []
    after = None
    for at in range(20):
        page = (await search.ask(filter_, order=order, first=2, after=after)).data["accommodations"]
        found += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        await settle(f"Comes {at}")
        if goes:
            assert (await owner.ask(DELETE, id=str(goes.pop(dice.randrange(len(goes)))))).errors == []
    else:
        pytest.fail("The pages have no end")
    assert len(found) == len(set(found))
    assert sorted(name for name in found if name.startswith("Stays")) == stays


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"first": 0}, "first"),
        ({"first": 101}, "first"),
        ({"after": "nonsense"}, "after"),
        ({"after": ""}, "after"),
        ({"filter": {"text": "x" * 101}}, "filter.text"),
        ({"filter": {"guests": 0}}, "filter.guests"),
        ({"filter": {"regions": ["Oslo", "\0"]}}, "filter.regions"),
        ({"filter": {"hostId": "me"}}, "filter.hostId"),
        ({"stay": {"checkIn": "2030-01-02", "checkOut": "2030-01-02"}}, "stay.checkOut"),
        ({"stay": {"checkIn": "2030-01-02", "checkOut": "2030-01-01"}}, "stay.checkOut"),
        ({"stay": {"checkIn": "2030-01-02", "checkOut": "2030-01-03", "guests": 0}}, "stay.guests"),
        ({"stay": {"checkIn": "2030-01-02", "checkOut": "2030-01-03", "rooms": -1}}, "stay.rooms"),
    ],
)
async def test_what_can_not_be_asked_is_said_by_field(
    places: Any, search: Searching, variables: dict[str, Any], field: str
) -> None:
    await places.add()
    answer = await search.ask(**variables)
    assert answer.codes == ["INVALID_INPUT"]
    assert [each["field"] for each in answer.errors[0]["extensions"]["fields"]] == [field]


async def test_a_cursor_of_another_order_is_refused(places: Any, search: Searching) -> None:
    for at in range(3):
        await places.add(f"Place {at}")
    newest = (await search.ask(order="NEWEST", first=1)).data["accommodations"]["pageInfo"]["endCursor"]
    answer = await search.ask(order="PRICE_ASC", first=1, after=newest)
    assert answer.codes == ["INVALID_INPUT"]


@pytest.mark.parametrize(
    "stay",
    [
        {"checkIn": "0001-01-01", "checkOut": "9999-12-31"},
        {"checkIn": "2020-01-01", "checkOut": "2020-01-02"},
        {"checkIn": "9999-12-30", "checkOut": "9999-12-31"},
        {"guests": 2**31 - 1},
        {"rooms": 2**31 - 1},
        {"rooms": 2**31 - 1, "guests": 2**31 - 1},
    ],
)
async def test_a_stay_beyond_all_bounds_finds_nothing_and_reads_little(
    places: Any, search: Searching, stay: dict[str, Any]
) -> None:
    await places.add_room()
    dates = {"checkIn": str(places.day(0)), "checkOut": str(places.day(1))}
    assert await search(stay=dates | stay) == []


async def test_without_a_total_nothing_is_counted(accommodation: SubgraphUnderTest, places: Any) -> None:
    await places.add()
    accommodation.sql.clear()
    await accommodation.graphql("{ accommodations { nodes { name } } }")
    assert len(accommodation.sql) == 1
    accommodation.sql.clear()
    answer = await accommodation.graphql("{ accommodations { totalCount } }")
    assert answer.data == {"accommodations": {"totalCount": 1}}
    assert len([each for each in accommodation.sql if "count(" in each]) == 1


async def test_places_of_the_past_have_no_price_ahead(places: Any, search: Searching, monkeypatch: Any) -> None:
    await places.add_room(name="Over", days=2)
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = await search.ask()
    assert answer.data["accommodations"]["nodes"] == [{"name": "Over", "lowestPrice": None}]
