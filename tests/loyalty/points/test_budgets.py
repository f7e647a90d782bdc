"""However many rows: a fixed number of SQL statements."""

from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.loyalty.backoffice import ADMIN, ask
from tests.loyalty.ledger import GRANT, REVOKE, a_change, grant

MINE = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on Viewer { pointAccount {
    balance held nextExpiry { points at } entries(first: 100) { totalCount nodes { kind booking { id } } } } } } }"""
ENTITIES = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on PointAccount {
    balance held user { id } entries(first: 5) { totalCount nodes { kind user { id } createdBy { id } } } } } }"""
USERS = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { pointAccount {
    balance entries(first: 5) { nodes { points } } } } } }"""
ENTRIES = """query ($first: Int!) { pointEntries(first: $first) { totalCount nodes {
    kind user { id } createdBy { id } } } }"""


@pytest.fixture
async def people(subgraph: SubgraphUnderTest) -> list[UUID]:
    """100 people, the first with 60 entries and each of the others with one."""
    people = [uuid7() for _ in range(100)]
    for user in (*people, *people[:1] * 59):
        assert (await grant(subgraph, user, 10)).errors == []
    return people


async def cost(subgraph: SubgraphUnderTest, document: str, **variables: Any) -> int:
    subgraph.sql.clear()
    answer = await ask(subgraph, document, **variables)
    assert answer.errors == [], answer.errors
    return len(subgraph.sql)


async def test_a_viewers_account_with_all_that_hangs_on_it(subgraph: SubgraphUnderTest, people: list[UUID]) -> None:
    for viewer in (people[0], people[1], uuid7()):
        await subgraph.graphql("{ __typename }", user=viewer)
        subgraph.sql.clear()
        answer = await subgraph.graphql(MINE, {"of": [{"__typename": "Viewer", "id": str(viewer)}]}, user=viewer)
        assert answer.errors == []
        # The account, what expires next, the page, and its count.
        assert len(subgraph.sql) == 4


@pytest.mark.parametrize(("document", "kind", "spent"), [(ENTITIES, "PointAccount", 3), (USERS, "User", 2)])
async def test_entities_of_100_accounts(
    subgraph: SubgraphUnderTest, people: list[UUID], document: str, kind: str, spent: int
) -> None:
    for many in (100, 1):
        of = [{"__typename": kind, "id": str(user)} for user in people[:many]]
        # The accounts, the pages of all of them, and where it is asked for their counts.
        assert await cost(subgraph, document, of=of) == spent


async def test_a_page_of_100_entries_in_the_back_office(subgraph: SubgraphUnderTest, people: list[UUID]) -> None:
    for first in (100, 1):
        assert await cost(subgraph, ENTRIES, first=first) == 2


async def test_a_change_costs_the_same_however_many_lots_and_entries(
    subgraph: SubgraphUnderTest, people: list[UUID]
) -> None:
    assert ADMIN not in people
    for user in people[:2]:
        # The account made and locked, its lots, the key; the lot, the entry, and the account.
        assert await cost(subgraph, GRANT, input=a_change(user, 1)) == 7
        # The same without a lot that is made, but with one that is taken from.
        assert await cost(subgraph, REVOKE, input=a_change(user, 1)) == 7
