"""Places in the back office: created, changed and found by their hosts."""

from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.accommodation.backoffice import CHANGE, CREATE, DELETE, Person, a_host, a_place, account_says

SHOWN = """query ($id: ID!) { accommodation(id: $id) {
    name description kind amenities status checkInTime checkOutTime host { id }
    address { line region country coordinates { latitude longitude } }
    cancellationPolicy { name tiers { daysBefore feePercent } }
    createdBy { id } updatedBy { id } deletedAt deletedBy { id } } }"""
NAMES = """query ($filter: AccommodationFilter! = {}, $orderBy: AccommodationOrder! = CREATED_AT_DESC) {
    accommodations(filter: $filter, orderBy: $orderBy) { nodes { name } totalCount } }"""


async def names(person: Person, **variables: Any) -> list[str]:
    found = await person.get(NAMES, **variables)
    assert found["totalCount"] == len(found["nodes"])
    return [node["name"] for node in found["nodes"]]


async def test_a_new_place_is_a_draft_that_only_its_host_sees(accommodation: SubgraphUnderTest, host: Person) -> None:
    address = {"line": "3 Palace Road", "region": "Jongno", "country": "KR"}
    address["coordinates"] = {"latitude": 37.5796, "longitude": 126.977}  # type: ignore[assignment]
    tiers = [{"daysBefore": 1, "feePercent": 50}, {"daysBefore": 7, "feePercent": 0}]
    given = a_place(
        name=" Palace View ",
        kind="HANOK",
        address=address,
        amenities=["WIFI", "HEATING", "WIFI"],
        cancellationPolicy={"name": "Moderate", "tiers": tiers},
    )
    created = (await host.get(CREATE, input=given))["id"]
    assert await host.get(SHOWN, id=created) == {
        "name": "Palace View",
        "description": "By the sea.",
        "kind": "HANOK",
        "amenities": ["WIFI", "HEATING"],
        "status": "DRAFT",
        "checkInTime": "15:00:00",
        "checkOutTime": "11:00:00",
        "host": {"id": str(host.id)},
        "address": address,
        "cancellationPolicy": {"name": "Moderate", "tiers": tiers[::-1]},
        "createdBy": {"id": str(host.id)},
        "updatedBy": {"id": str(host.id)},
        "deletedAt": None,
        "deletedBy": None,
    }
    public = await accommodation.graphql("query ($id: ID!) { accommodation(id: $id) { name } }", {"id": created})
    assert public.data == {"accommodation": None}
    assert await accommodation.published() == []


async def test_without_a_policy_cancelling_is_free_until_the_day_before(host: Person) -> None:
    shown = await host.get(SHOWN, id=await host.create())
    assert shown["cancellationPolicy"]["tiers"] == [{"daysBefore": 1, "feePercent": 0}]


async def test_an_administrator_creates_on_a_hosts_behalf_and_nobody_else(
    accommodation: SubgraphUnderTest, host: Person, administrator: Person
) -> None:
    await account_says(accommodation, "registered", host.id, "HOST")
    created = await administrator.create(hostId=str(host.id))
    shown = await host.get(SHOWN, id=created)
    assert (shown["host"]["id"], shown["createdBy"]["id"]) == (str(host.id), str(administrator.id))
    answer = await host.ask(CREATE, input=a_place(hostId=str(uuid7())))
    assert answer.codes == ["FORBIDDEN"]
    assert await names(administrator) == ["Blue House"]


async def test_a_change_touches_what_it_names_and_says_who_and_that_it_happened(
    accommodation: SubgraphUnderTest, host: Person, administrator: Person
) -> None:
    created = await host.create(amenities=["WIFI"])
    before = await host.get(SHOWN, id=created)
    await administrator.get(CHANGE, input={"accommodationId": created, "name": "Red House", "amenities": []})
    after = await host.get(SHOWN, id=created)
    assert after == before | {"name": "Red House", "amenities": [], "updatedBy": {"id": str(administrator.id)}}
    said = [(each.name, each.key, each.payload) for each in await accommodation.published()]
    payload = {"accommodation_id": created, "host_id": str(host.id)}
    assert said == [("accommodation.accommodation.changed", created, payload)]


async def test_a_changed_place_is_found_by_its_new_words(places: Any, accommodation: SubgraphUnderTest) -> None:
    owner = a_host(accommodation)
    place = await places.add("Blue House", host_id=owner.id)
    await owner.get(CHANGE, input={"accommodationId": str(place.id), "name": "Crimson Manor"})
    found = {}
    for text in ("blue", "crimson", "crimsn", "haeundae"):
        document = "query ($text: String!) { accommodations(filter: { text: $text }) { nodes { name } } }"
        found[text] = len((await accommodation.graphql(document, {"text": text})).data["accommodations"]["nodes"])
    assert found == {"blue": 0, "crimson": 1, "crimsn": 1, "haeundae": 1}


async def test_what_is_no_place_is_refused_by_field_and_nothing_is_kept(
    accommodation: SubgraphUnderTest, host: Person
) -> None:
    created = await host.create()
    wrong = {"line": "", "region": "Haeundae", "country": "kr"}
    for document, given in [
        (CREATE, a_place(address=wrong)),
        (CHANGE, {"accommodationId": created, "name": "Lost", "address": wrong}),
    ]:
        answer = await host.ask(document, input=given)
        assert answer.codes == ["INVALID_INPUT"]
        fields = {each["field"] for each in answer.errors[0]["extensions"]["fields"]}
        assert fields == {"address.line", "address.country"}
    assert await names(host) == ["Blue House"]
    assert await accommodation.published() == []


async def test_what_is_next_to_nothing_is_nothing_where_a_place_lies(host: Person) -> None:
    coordinates = {"latitude": 1e-320, "longitude": -5e-324}
    address = a_place()["address"] | {"coordinates": coordinates}
    shown = await host.get(SHOWN, id=await host.create(address=address))
    assert shown["address"]["coordinates"] == {"latitude": 0, "longitude": 0}


@pytest.mark.parametrize(
    ("filter_", "order", "found"),
    [
        ({}, "CREATED_AT_DESC", ["Cedar", "Birch", "Alder"]),
        ({}, "CREATED_AT_ASC", ["Alder", "Birch", "Cedar"]),
        ({}, "NAME_ASC", ["Alder", "Birch", "Cedar"]),
        ({"text": "IR"}, "NAME_ASC", ["Birch"]),
        ({"text": "beach"}, "NAME_ASC", ["Alder", "Birch", "Cedar"]),
        ({"text": "%"}, "NAME_ASC", []),
        ({"statuses": ["PUBLISHED"]}, "NAME_ASC", ["Birch"]),
        ({"statuses": []}, "NAME_ASC", []),
        ({"deleted": True}, "NAME_ASC", ["Dogwood"]),
        ({"deleted": False}, "NAME_ASC", ["Alder", "Birch", "Cedar"]),
    ],
)
async def test_hosts_find_their_own_by_words_status_and_whether_they_were_deleted(
    places: Any, host: Person, filter_: dict[str, Any], order: str, found: list[str]
) -> None:
    await host.create(name="Alder")
    await places.add("Birch", host_id=host.id)
    await host.create(name="Cedar")
    await host.get(DELETE, id=await host.create(name="Dogwood"))
    await places.add("Somebody else's")
    assert await names(host, filter=filter_, orderBy=order) == found


async def test_administrators_find_those_of_a_host(places: Any, host: Person, administrator: Person) -> None:
    await host.create(name="Theirs")
    await places.add("Another's")
    assert await names(administrator, orderBy="NAME_ASC") == ["Another's", "Theirs"]
    assert await names(administrator, filter={"hostId": str(host.id)}) == ["Theirs"]
    assert await names(host, filter={"hostId": str(administrator.id)}) == []


@pytest.mark.parametrize(("filter_", "field"), [({"hostId": "me"}, "filter.hostId"), ({"text": "\0"}, "filter.text")])
async def test_what_can_not_be_looked_for_is_said(host: Person, filter_: dict[str, Any], field: str) -> None:
    answer = await host.ask(NAMES, filter=filter_)
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"][0]["field"] == field
