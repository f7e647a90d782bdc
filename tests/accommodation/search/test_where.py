"""Places near a point, on a map, and in regions."""

import random
from typing import Any

import pytest

from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.accommodations.tables import AccommodationStatus
from tests.accommodation.search.geodesics import geodesic_km

NEAR = """query ($near: NearInput!, $order: AccommodationOrder! = DISTANCE, $first: Int! = 100, $after: String) {
    accommodations(filter: { near: $near }, orderBy: $order, first: $first, after: $after) {
        edges { distanceKm node { name } } pageInfo { hasNextPage endCursor } } }"""
MAP = "query ($map: BoundsInput!) { accommodations(filter: { within: $map }) { nodes { name } } }"
REGIONS = """query ($text: String, $first: Int! = 20) {
    regions(text: $text, first: $first) { name country accommodationCount } }"""

SEOUL, BUSAN = (37.5665, 126.9780), (35.1796, 129.0756)


def test_the_other_way_to_measure_is_right() -> None:
    """Figures published for WGS 84."""
    flinders_peak, buninyon = (-37.951033417, 144.424867889), (-37.652821139, 143.926495528)
    assert geodesic_km(flinders_peak, buninyon) == pytest.approx(54.972271, abs=1e-5)
    assert geodesic_km((0, 0), (0, 1)) == pytest.approx(111.319491, abs=1e-5)
    assert geodesic_km((0, 0), (1, 0)) == pytest.approx(110.574389, abs=1e-5)


async def distances(subgraph: SubgraphUnderTest, at: tuple[float, float], within_km: float) -> dict[str, float]:
    near = {"latitude": at[0], "longitude": at[1], "withinKm": within_km}
    answer = await subgraph.graphql(NEAR, {"near": near})
    assert answer.errors == []
    edges = answer.data["accommodations"]["edges"]
    found = [edge["distanceKm"] for edge in edges]
    assert found == sorted(found)
    return {edge["node"]["name"]: edge["distanceKm"] for edge in edges}


@pytest.mark.parametrize("at", [SEOUL, (59.91, 10.75), (0.0, 0.0), (-16.8, 179.99), (89.5, 20.0), (-33.86, 151.2)])
async def test_kilometres_are_right_to_half_a_percent_everywhere(
    accommodation: SubgraphUnderTest, places: Any, at: tuple[float, float]
) -> None:
    dice, where = random.Random(repr(at)), {"here": at}
    for number in range(40):
        span = 10 ** dice.uniform(-4, 1)
        latitude = max(-90.0, min(90.0, at[0] + dice.uniform(-span, span)))
        where[f"{number}"] = (latitude, (at[1] + dice.uniform(-span, span) + 180) % 360 - 180)
    for name, (latitude, longitude) in where.items():
        await places.add(name, latitude=latitude, longitude=longitude)
    await places.add("nowhere")
    found = await distances(accommodation, at, 3_000)
    assert found.keys() == where.keys()
    for name, there in where.items():
        assert found[name] == pytest.approx(geodesic_km(at, there), rel=0.005, abs=1e-6), name
    for within in (0.1, 5, 120):
        near = {name for name, there in where.items() if geodesic_km(at, there) <= within}
        doubtful = {name for name, there in where.items() if abs(geodesic_km(at, there) / within - 1) < 0.005}
        assert (await distances(accommodation, at, within)).keys() ^ near <= doubtful


async def test_kilometres_are_right_a_quarter_of_the_way_around(accommodation: SubgraphUnderTest, places: Any) -> None:
    far = {"Oslo": (59.91, 10.75), "Sydney": (-33.86, 151.2), "equator": (0.0, 127.0), "pole": (90.0, 0.0)}
    for name, at in (far | {"opposite": (-37.5665, -53.022)}).items():
        await places.add(name, latitude=at[0], longitude=at[1])
    found = await distances(accommodation, SEOUL, 10_000)
    assert found.keys() == far.keys()
    for name, there in far.items():
        assert found[name] == pytest.approx(geodesic_km(SEOUL, there), rel=0.005), name


async def test_without_a_distance_said_it_is_10_km(accommodation: SubgraphUnderTest, places: Any) -> None:
    for name, north in {"9 km": 0.081, "11 km": 0.099}.items():
        await places.add(name, latitude=SEOUL[0] + north, longitude=SEOUL[1])
    answer = await accommodation.graphql(NEAR, {"near": {"latitude": SEOUL[0], "longitude": SEOUL[1]}})
    assert [edge["node"]["name"] for edge in answer.data["accommodations"]["edges"]] == ["9 km"]


async def test_without_near_there_is_no_distance_and_no_order_by_it(
    accommodation: SubgraphUnderTest, places: Any
) -> None:
    await places.add("Seoul", latitude=SEOUL[0], longitude=SEOUL[1])
    answer = await accommodation.graphql("{ accommodations { edges { distanceKm } } }")
    assert answer.data == {"accommodations": {"edges": [{"distanceKm": None}]}}
    answer = await accommodation.graphql("{ accommodations(orderBy: DISTANCE) { nodes { name } } }")
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "orderBy", "code": "NEEDS_NEAR"}]


@pytest.mark.parametrize(
    ("bounds", "names"),
    [
        ((38, 34, 130, 126), ["Busan", "Seoul"]),
        ((38, 37, 130, 126), ["Seoul"]),
        ((35.1796, 35.1796, 129.0756, 129.0756), ["Busan"]),
        ((-10, -20, -178, 177), ["Suva", "Taveuni"]),
        ((-10, -20, 180, 177), ["Suva"]),
        # The date line itself, from either side.
        ((1, -1, 180, 179), ["Baker"]),
        ((1, -1, -180, 180), ["Baker"]),
        ((1, -1, -179, -180), ["Baker", "Howland"]),
        ((90, -90, 180, -180), ["Baker", "Busan", "Howland", "Seoul", "Suva", "Taveuni"]),
        ((0, -1, 1, 0), []),
    ],
)
async def test_a_map_shows_what_is_on_it_also_across_the_date_line(
    accommodation: SubgraphUnderTest, places: Any, bounds: tuple[float, ...], names: list[str]
) -> None:
    date_line = {"Baker": (0.2, -180), "Howland": (0.8, -179.9), "Suva": (-18.14, 178.44), "Taveuni": (-16.8, -179.99)}
    for name, at in ({"Seoul": SEOUL, "Busan": BUSAN} | date_line).items():
        await places.add(name, latitude=at[0], longitude=at[1])
    await places.add("nowhere")
    given = dict(zip(("north", "south", "east", "west"), bounds, strict=True))
    answer = await accommodation.graphql(MAP, {"map": given})
    assert answer.errors == []
    assert sorted(node["name"] for node in answer.data["accommodations"]["nodes"]) == names


async def test_what_is_nowhere_is_refused_by_field(accommodation: SubgraphUnderTest) -> None:
    next_to_nothing = {"latitude": 1e-320, "longitude": -5e-324}
    answer = await accommodation.graphql(NEAR, {"near": next_to_nothing | {"withinKm": 1}})
    assert answer.errors == []
    answer = await accommodation.graphql(NEAR, {"near": next_to_nothing | {"withinKm": 1e-320}})
    assert answer.codes == ["INVALID_INPUT"]
    answer = await accommodation.graphql(NEAR, {"near": {"latitude": 91, "longitude": 0, "withinKm": 0}})
    assert answer.codes == ["INVALID_INPUT"]
    fields = [each["field"] for each in answer.errors[0]["extensions"]["fields"]]
    assert fields == ["filter.near.latitude", "filter.near.withinKm"]
    answer = await accommodation.graphql(MAP, {"map": {"north": 0, "south": 1, "east": 0, "west": 0}})
    assert answer.codes == ["INVALID_INPUT"]


async def test_regions_are_those_with_places_on_sale_the_fullest_first(
    accommodation: SubgraphUnderTest, places: Any
) -> None:
    for region, country, many in (("Frogner", "NO", 2), ("해운대", "KR", 3), ("Fredrikstad", "NO", 1)):
        for _ in range(many):
            await places.add(region=region, country=country)
    await places.add(region="Frogner", country="SE")
    await places.add(region="Drafty", status=AccommodationStatus.DRAFT)
    await places.add(region="Gone", deleted=True)

    async def regions(**variables: Any) -> list[tuple[str, str, int]]:
        answer = await accommodation.graphql(REGIONS, variables)
        assert answer.errors == []
        return [(each["name"], each["country"], each["accommodationCount"]) for each in answer.data["regions"]]

    everything = [("해운대", "KR", 3), ("Frogner", "NO", 2), ("Fredrikstad", "NO", 1), ("Frogner", "SE", 1)]
    assert await regions() == everything
    assert await regions(text="fro") == [("Frogner", "NO", 2), ("Frogner", "SE", 1)]
    assert await regions(first=2) == everything[:2]
    assert await regions(text="%") == []
    accommodation.sql.clear()
    await regions(text="f")
    assert len(accommodation.sql) == 1
    for wrong in ({"first": 0}, {"first": 101}, {"text": "x" * 101}):
        assert (await accommodation.graphql(REGIONS, wrong)).codes == ["INVALID_INPUT"]
