"""Whom an event accepted, page by page in the order of acceptance, in whichever book it is."""

from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events.gate import Gate, Keys
from subgraphs.loyalty.issuances import look_through
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import ask, create_event
from tests.loyalty.pipeline import record, record_all, taken

ISSUANCES = """query ($id: ID!, $statuses: [CouponIssuanceStatus!], $first: Int! = 20, $after: String) {
    couponEvent(id: $id) { issuances(statuses: $statuses, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
        nodes { id user { id } status rank requestedAt userCoupon { status user { id } } } } } }"""
ENTITY = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on CouponIssuance { status rank } } }"


async def page(subgraph: SubgraphUnderTest, event: UUID, **variables: Any) -> dict[str, Any]:
    answer = await ask(subgraph, ISSUANCES, id=str(event), **variables)
    assert answer.errors == [], answer.errors
    found: dict[str, Any] = answer.data["couponEvent"]["issuances"]
    return found


async def all_pages(subgraph: SubgraphUnderTest, event: UUID, first: int, **variables: Any) -> list[dict[str, Any]]:
    """Every node, gathered page by page, and each page full but the last."""
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        found = await page(subgraph, event, first=first, after=after, **variables)
        nodes += found["nodes"]
        assert found["pageInfo"]["hasPreviousPage"] is (after is not None)
        if not found["pageInfo"]["hasNextPage"]:
            return nodes
        assert len(found["nodes"]) == first
        after = found["pageInfo"]["endCursor"]


@pytest.fixture
def people() -> list[UUID]:
    return [uuid7() for _ in range(10)]


@pytest.fixture
async def event(subgraph: SubgraphUnderTest, people: list[UUID]) -> UUID:
    """Ten people won at it. Of the first six, every other one is recorded."""
    event = await create_event(subgraph)
    for person in people:
        await issue(subgraph, event, person)
    await record(subgraph, (await taken(subgraph))[:6:2])
    return event


ISSUED, PENDING = [1, 3, 5], [2, 4, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("statuses", "ranks"),
    [
        (None, list(range(1, 11))),
        (["PENDING", "ISSUED"], list(range(1, 11))),
        (["ISSUED"], ISSUED),
        (["PENDING"], PENDING),
        ([], []),
    ],
)
@pytest.mark.parametrize("first", [1, 3, 100])
async def test_they_come_in_the_order_of_acceptance_from_both_books(
    subgraph: SubgraphUnderTest, event: UUID, statuses: list[str] | None, ranks: list[int], first: int
) -> None:
    nodes = await all_pages(subgraph, event, first, statuses=statuses)
    assert [node["rank"] for node in nodes] == ranks
    assert {node["rank"]: node["status"] for node in nodes} == {
        rank: "ISSUED" if rank in ISSUED else "PENDING" for rank in ranks
    }
    assert (await page(subgraph, event, statuses=statuses))["totalCount"] == len(ranks)


async def test_each_says_whose_it_is_and_what_they_own(
    subgraph: SubgraphUnderTest, event: UUID, people: list[UUID]
) -> None:
    nodes = (await page(subgraph, event))["nodes"]
    assert [node["user"]["id"] for node in nodes] == list(map(str, people))
    assert nodes[0]["userCoupon"] == {"status": "AVAILABLE", "user": {"id": str(people[0])}}
    assert nodes[1]["userCoupon"] is None
    assert nodes[0]["id"] == (await issue(subgraph, event, people[0]))["id"]


async def test_a_page_is_stable_while_what_waits_is_recorded(subgraph: SubgraphUnderTest, event: UUID) -> None:
    first = await page(subgraph, event, first=4)
    await record_all(subgraph)
    await issue(subgraph, event, uuid7())
    rest = await page(subgraph, event, after=first["pageInfo"]["endCursor"])
    assert [node["rank"] for node in (*first["nodes"], *rest["nodes"])] == list(range(1, 12))
    assert [node["status"] for node in rest["nodes"]][-1] == "PENDING"


async def test_what_is_recorded_between_two_looks_is_neither_missed_nor_shown_twice(
    subgraph: SubgraphUnderTest, event: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Gate.waiting

    async def overtaken(self: Gate, *given: Any) -> Any:
        found = await waiting(self, *given)
        await record(subgraph, found)
        return found

    monkeypatch.setattr(Gate, "waiting", overtaken)
    found = await page(subgraph, event)
    assert [(node["rank"], node["status"]) for node in found["nodes"]] == [(at, "ISSUED") for at in range(1, 11)]
    assert found["totalCount"] == 10


@pytest.mark.parametrize("statuses", [None, ["PENDING"]])
async def test_however_much_of_the_stream_is_recorded_already_the_page_is_full(
    subgraph: SubgraphUnderTest, event: UUID, statuses: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a consumer that died between the rows and the stream."""
    monkeypatch.setattr(look_through, "RECORDED_ALREADY", 0)
    entries = Keys(event).entries
    kept = await subgraph.cache.redis.xrange(entries)
    await record(subgraph, (await subgraph.resources[Gate].waiting(event, None, 100))[:5])
    await subgraph.cache.redis.delete(entries)
    for entry, fields in kept:
        await subgraph.cache.redis.xadd(entries, fields, id=entry)
    ranks = [9, 10] if statuses else list(range(1, 11))
    assert [node["rank"] for node in await all_pages(subgraph, event, 2, statuses=statuses)] == ranks
    assert (await page(subgraph, event, statuses=statuses))["totalCount"] == len(ranks)


async def test_with_the_gate_lost_what_waits_is_shown_all_the_same(subgraph: SubgraphUnderTest, event: UUID) -> None:
    await subgraph.cache.redis.delete(Keys(event).gate)
    assert [node["rank"] for node in (await page(subgraph, event))["nodes"]] == list(range(1, 11))


@pytest.mark.parametrize(
    ("variables", "field", "code"),
    [
        ({"first": 0}, "first", "OUT_OF_RANGE"),
        ({"first": 101}, "first", "OUT_OF_RANGE"),
        ({"after": "no cursor"}, "after", "NOT_A_CURSOR"),
    ],
)
async def test_no_page_is_refused(
    subgraph: SubgraphUnderTest, event: UUID, variables: dict[str, Any], field: str, code: str
) -> None:
    answer = await ask(subgraph, ISSUANCES, id=str(event), **variables)
    assert answer.errors[0]["extensions"] == {"code": "INVALID_INPUT", "fields": [{"field": field, "code": code}]}


async def test_references_are_answered_to_administrators_once_it_is_recorded(
    subgraph: SubgraphUnderTest, event: UUID, people: list[UUID]
) -> None:
    recorded, waiting = [(await issue(subgraph, event, person))["id"] for person in people[:2]]
    of = [{"__typename": "CouponIssuance", "id": each} for each in (recorded, waiting, str(uuid7()))]
    answer = await ask(subgraph, ENTITY, of=of)
    assert answer.data == {"_entities": [{"status": "ISSUED", "rank": 1}, None, None]}
    answer = await subgraph.graphql(ENTITY, {"of": of}, user=people[0], face="admin")
    assert (answer.data, answer.errors) == ({"_entities": [None, None, None]}, [])
