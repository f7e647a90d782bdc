"""Importing a file: what is then on sale, and that a second time changes nothing."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.import_listings import main, run
from subgraphs.accommodation.listings.add import ImportTerms
from subgraphs.accommodation.listings.read import ListingFile
from subgraphs.accommodation.listings.rules import read_listing

SAMPLE = Path(__file__).parents[2] / "stack" / "listings" / "oslo-2024-06-sample.csv"
WHOLE = Path(__file__).parents[3] / "shared" / "data" / "inside-airbnb-oslo-2024-06.csv"

TABLES = ("accommodations", "room_types", "nights", "known_words")

FILE = """id,name,host_id,neighbourhood,latitude,longitude,room_type,price,minimum_nights,availability_365
11,Blue House,7,Frogner,59.9,10.7,Entire home/apt,99.99,3,100
12,Green House,7,Sagene,59.8,10.8,Shared room,500,1,0
13,No price,8,Sagene,59.8,10.8,Shared room,,1,0
"""


@pytest.fixture
def terms(places: Any) -> ImportTerms:
    return ImportTerms(Decimal("130.5"), "KRW", "Oslo", "NO", places.today, 365, None)


async def import_file(accommodation: SubgraphUnderTest, path: Path, terms: ImportTerms) -> None:
    await run(accommodation.settings, ListingFile(path), terms, None)


async def contents(accommodation: SubgraphUnderTest) -> dict[str, Any]:
    """A digest of all rows, so that what changed in any way shows."""
    async with accommodation.database.reading() as session:
        return {
            table: (
                await session.execute(text(f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} t"))
            ).one()
            for table in TABLES
        }


async def test_listings_are_on_sale_as_their_file_says(
    accommodation: SubgraphUnderTest, places: Any, terms: ImportTerms, tmp_path: Path, capsys: Any
) -> None:
    path = tmp_path / "listings.csv"
    path.write_text(FILE)
    await import_file(accommodation, path, terms)
    said = capsys.readouterr()
    assert said.err == "line 4 left out: no price\n"
    assert re.search(r"2 places added with 730 nights, 0 were there already, 1 rows left out", said.out)
    answer = await accommodation.graphql(
        """query ($from: Date!, $to: Date!) { accommodations(filter: { text: "blue frogner oslo" }) { nodes {
            name kind address { line region country coordinates { latitude } } host { id }
            cancellationPolicy { name tiers { daysBefore feePercent } }
            roomTypes { name maxGuests maxNights basePrice { amount } calendar(from: $from, to: $to) {
                date closed minNights roomsLeft price { amount } } }
        } } }""",
        {"from": str(places.today), "to": str(places.day(365))},
    )
    [blue] = answer.data["accommodations"]["nodes"]
    [room] = blue["roomTypes"]
    calendar = room.pop("calendar")
    assert room == {"name": "Entire home", "maxGuests": 4, "maxNights": 30, "basePrice": {"amount": 13_048}}
    assert blue["address"] == {
        "line": "Frogner, Oslo",
        "region": "Frogner",
        "country": "NO",
        "coordinates": {"latitude": 59.9},
    }
    assert blue["cancellationPolicy"] == {
        "name": "Free until the day before",
        "tiers": [{"daysBefore": 1, "feePercent": 0}],
    }
    assert len(calendar) == 365
    assert {(each["minNights"], each["roomsLeft"], each["price"]["amount"]) for each in calendar} == {(3, 1, 13_048)}
    opened = [not each["closed"] for each in calendar]
    assert opened.count(True) == 100
    # One run of open nights, seen round the end of the year.
    assert sum(now and not before for before, now in zip([opened[-1], *opened], opened, strict=False)) == 1


async def test_a_second_time_changes_nothing(
    accommodation: SubgraphUnderTest, terms: ImportTerms, tmp_path: Path
) -> None:
    path = tmp_path / "listings.csv"
    path.write_text(FILE)
    await import_file(accommodation, path, terms)
    before = await contents(accommodation)
    await import_file(accommodation, path, terms)
    changed = ImportTerms(Decimal(9), "KRW", "Bergen", "NO", terms.first_night + timedelta(days=1), 30, uuid7())
    await import_file(accommodation, path, changed)
    assert await contents(accommodation) == before


async def test_one_person_can_host_all_of_them(accommodation: SubgraphUnderTest, places: Any, tmp_path: Path) -> None:
    path, host = tmp_path / "listings.csv", uuid7()
    path.write_text(FILE)
    await import_file(accommodation, path, ImportTerms(Decimal(1), "KRW", "Oslo", "NO", places.today, 1, host))
    found = await accommodation.graphql("{ accommodations { nodes { host { id } } } }")
    assert [each["host"]["id"] for each in found.data["accommodations"]["nodes"]] == [str(host)] * 2


async def test_the_sample_of_the_project_is_good_to_the_last_row(
    accommodation: SubgraphUnderTest, places: Any, capsys: Any
) -> None:
    terms = ImportTerms(Decimal(130), "KRW", "Oslo", "NO", places.today, 30, None)
    await import_file(accommodation, SAMPLE, terms)
    said = capsys.readouterr()
    assert said.err == ""
    assert "495 places added with 14,850 nights" in said.out
    stay = {"checkIn": str(places.day(7)), "checkOut": str(places.day(10))}
    answer = await accommodation.graphql(
        'query ($stay: StayInput!) { accommodations(filter: { text: "grunerloka" }, stay: $stay) { totalCount } }',
        {"stay": stay},
    )
    assert answer.data["accommodations"]["totalCount"] > 5


def test_the_whole_file_is_read() -> None:
    if not WHOLE.exists():
        pytest.skip(f"{WHOLE.name} is not on this machine; the project carries a sample of it")
    file = ListingFile(WHOLE)
    listings = list(file)
    assert (len(listings), file.rows) == (8_850, 10_099)
    assert {reason for _, reason in file.left_out} == {"no price"}
    assert len({listing.key for listing in listings}) == 8_850


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["file.csv"],
        ["file.csv", "--rate", "0"],
        ["file.csv", "--rate", "much"],
        ["file.csv", "--rate", "Infinity"],
        ["file.csv", "--rate", "1", "--nights", "0"],
        ["file.csv", "--rate", "1", "--nights", "367"],
        ["file.csv", "--rate", "1", "--host", "me"],
    ],
)
def test_a_command_that_says_nothing_sensible_is_refused(words: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: import_listings" in capsys.readouterr().err


def test_a_listing_keeps_its_season() -> None:
    """The nights that are open come from the listing's id: changing how moves every imported calendar."""
    row = dict(zip(FILE.splitlines()[0].split(","), FILE.splitlines()[1].split(","), strict=True))
    assert read_listing(row).season == 124
