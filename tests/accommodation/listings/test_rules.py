"""What a row of a listings file says, and which rows can't be used."""

from decimal import Decimal

import pytest

from subgraphs.accommodation.accommodations.tables import AccommodationKind
from subgraphs.accommodation.listings.rules import UnusableRow, read_listing

ROW = {
    "id": "42932",
    "name": " Charming  apartment, Oslo ",
    "host_id": "187463",
    "neighbourhood": "Frogner",
    "latitude": "59.91201",
    "longitude": "10.72455",
    "room_type": "Entire home/apt",
    "price": "3400",
    "minimum_nights": "4",
    "availability_365": "297",
    "last_review": "",
}


def test_a_row_becomes_a_listing() -> None:
    listing = read_listing(ROW)
    assert (listing.key, listing.name, listing.region) == ("42932", "Charming apartment, Oslo", "Frogner")
    assert (listing.latitude, listing.longitude) == (59.91201, 10.72455)
    assert (listing.price, listing.min_nights, listing.open_nights) == (Decimal(3400), 4, 297)
    assert (listing.offered.kind, listing.offered.max_guests) == (AccommodationKind.APARTMENT, 4)


def test_the_same_host_is_the_same_person_in_every_row() -> None:
    first, second = read_listing(ROW), read_listing(ROW | {"id": "1", "name": "Another"})
    assert first.host_id == second.host_id
    assert first.host_id != read_listing(ROW | {"host_id": "187464"}).host_id
    assert first.season == read_listing(ROW).season
    assert 0 <= first.season < 365


@pytest.mark.parametrize(("min_nights", "max_nights"), [("1", 30), ("30", 30), ("31", 31), ("500", 500)])
def test_a_place_can_be_had_for_as_long_as_it_asks_for(min_nights: str, max_nights: int) -> None:
    assert read_listing(ROW | {"minimum_nights": min_nights}).max_nights == max_nights


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"price": ""}, "no price"),
        ({"price": "0"}, "price '0' is out of range"),
        ({"price": "-5"}, "price '-5' is out of range"),
        ({"price": "NaN"}, "price 'NaN' is out of range"),
        ({"price": "$100"}, "price '$100' is not a number"),
        ({"price": "1e99"}, "price '1e99' is out of range"),
        ({"name": "  "}, "no name"),
        ({"name": "bad \udcff byte"}, "name is not text in UTF-8"),
        ({"name": "nul \0"}, "name is not text in UTF-8"),
        ({"id": ""}, "no id"),
        ({"host_id": ""}, "no host_id"),
        ({"neighbourhood": ""}, "no neighbourhood"),
        ({"latitude": "91"}, "latitude 91.0 is not between -90 and 90"),
        ({"latitude": "nan"}, "latitude nan is not between -90 and 90"),
        ({"longitude": "east"}, "longitude 'east' is not a number"),
        ({"longitude": "181"}, "longitude 181.0 is not between -180 and 180"),
        ({"room_type": "Treehouse"}, "unknown room_type 'Treehouse'"),
        ({"minimum_nights": "0"}, "minimum_nights 0 is not between 1 and 730"),
        ({"minimum_nights": "1.5"}, "minimum_nights '1.5' is not a number"),
        ({"minimum_nights": "731"}, "minimum_nights 731 is not between 1 and 730"),
        ({"availability_365": "366"}, "availability_365 366 is not between 0 and 365"),
    ],
)
def test_a_row_that_can_not_be_used_says_why(wrong: dict[str, str], reason: str) -> None:
    with pytest.raises(UnusableRow) as refusal:
        read_listing(ROW | wrong)
    assert str(refusal.value) == reason


def test_a_price_can_be_given_for_rows_that_have_none() -> None:
    assert read_listing(ROW | {"price": ""}, Decimal(1305)).price == Decimal(1305)
    assert read_listing(ROW, Decimal(1305)).price == Decimal(3400)
