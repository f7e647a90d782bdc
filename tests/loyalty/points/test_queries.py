"""What people see of their own points, and of nobody else's."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from tests.loyalty.backoffice import text
from tests.loyalty.bookings import Booking
from tests.loyalty.ledger import account, complete, grant, revoke, standing

ACCOUNT = """query ($of: [_Any!]!, $kinds: [PointEntryKind!], $createdFrom: DateTime, $createdTo: DateTime,
                    $first: Int! = 20, $after: String) {
    _entities(representations: $of) { ... on PointAccount { id balance
        entries(kinds: $kinds, createdFrom: $createdFrom, createdTo: $createdTo, first: $first, after: $after) {
            nodes { id kind points createdAt } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } } } }"""


async def mine(subgraph: SubgraphUnderTest, user_id: UUID, **variables: Any) -> dict[str, Any]:
    of = [{"__typename": "PointAccount", "id": str(user_id)}]
    answer = await subgraph.graphql(ACCOUNT, {"of": of, **variables}, user=user_id)
    assert answer.errors == [], answer.errors
    found: dict[str, Any] = answer.data["_entities"][0]
    return found


async def points(subgraph: SubgraphUnderTest, user_id: UUID, **variables: Any) -> list[int]:
    return [node["points"] for node in (await mine(subgraph, user_id, **variables))["entries"]["nodes"]]


async def test_who_never_had_points_has_an_account_with_none_and_reading_writes_nothing(
    subgraph: SubgraphUnderTest,
) -> None:
    viewer = uuid7()
    subgraph.sql.clear()
    found = await account(subgraph, viewer, ensure=False)
    nothing = {"nodes": []}
    assert found == {"balance": 0, "held": 0, "nextExpiry": None, "entries": nothing}
    assert not [statement for statement in subgraph.sql if statement.startswith("INSERT")]


async def test_an_account_is_answered_only_to_whose_it_is(subgraph: SubgraphUnderTest) -> None:
    owner = uuid7()
    await grant(subgraph, owner, 100)
    assert (await mine(subgraph, owner))["balance"] == 100
    of = {"of": [{"__typename": "PointAccount", "id": str(owner)}]}
    for who in ({"user": uuid7()}, {"user": uuid7(), "role": Role.ADMIN}, {}):
        answer = await subgraph.graphql(ACCOUNT, of, **who)
        assert (answer.data, answer.errors) == ({"_entities": [None]}, [])


async def test_what_expires_next_is_told_with_its_time(subgraph: SubgraphUnderTest) -> None:
    viewer, now = uuid7(), clock.now().replace(microsecond=0)
    for amount, days in ((40, 9), (10, 5), (20, 5)):
        await grant(subgraph, viewer, amount, expiresAt=text(now + timedelta(days=days)))
    booking = Booking(subgraph, viewer)
    await booking.hold(None, points=25)
    found = (await account(subgraph, viewer))["nextExpiry"]
    # Of the 30 that expire first, 25 are held: those do not expire.
    assert (found["points"], datetime.fromisoformat(found["at"])) == (5, now + timedelta(days=5))
    await revoke(subgraph, viewer, 5)
    found = (await account(subgraph, viewer))["nextExpiry"]
    assert (found["points"], datetime.fromisoformat(found["at"])) == (40, now + timedelta(days=9))
    await Booking(subgraph, viewer).hold(None, points=40)
    assert (await account(subgraph, viewer))["nextExpiry"] is None
    assert await standing(subgraph, viewer) == (0, 65)


async def test_entries_are_found_by_kind_and_time_newest_first(subgraph: SubgraphUnderTest) -> None:
    viewer = uuid7()
    await grant(subgraph, viewer, 100)
    await complete(subgraph, viewer, "2000")
    await revoke(subgraph, viewer, 7)
    assert await points(subgraph, viewer) == [-7, 20, 100]
    assert await points(subgraph, viewer, kinds=["GRANT", "REVOKE"]) == [-7, 100]
    assert await points(subgraph, viewer, kinds=[]) == []
    at = (await mine(subgraph, viewer))["entries"]["nodes"][1]["createdAt"]
    just_after = text(datetime.fromisoformat(at) + timedelta(milliseconds=1))
    assert await points(subgraph, viewer, createdFrom=at, createdTo=just_after) == [20]
    assert await points(subgraph, viewer, createdTo=text(clock.now() - timedelta(hours=1))) == []
    assert (await mine(subgraph, viewer, kinds=["EARN"]))["entries"]["totalCount"] == 1


async def test_pages_of_entries_follow_each_other_and_are_ones_own(subgraph: SubgraphUnderTest) -> None:
    viewer, other = uuid7(), uuid7()
    for amount in range(1, 6):
        await grant(subgraph, viewer, amount)
        await grant(subgraph, other, 100)
    first = (await mine(subgraph, viewer, first=2))["entries"]
    assert ([node["points"] for node in first["nodes"]], first["totalCount"]) == ([5, 4], 5)
    await grant(subgraph, viewer, 6)
    second = (await mine(subgraph, viewer, first=2, after=first["pageInfo"]["endCursor"]))["entries"]
    assert [node["points"] for node in second["nodes"]] == [3, 2]
    assert (second["pageInfo"]["hasPreviousPage"], second["pageInfo"]["hasNextPage"]) == (True, True)


@pytest.mark.parametrize("variables", [{"first": 0}, {"first": 101}, {"after": "nonsense"}])
async def test_what_is_no_page_is_refused(subgraph: SubgraphUnderTest, variables: dict[str, Any]) -> None:
    viewer = uuid7()
    of = [{"__typename": "PointAccount", "id": str(viewer)}]
    answer = await subgraph.graphql(ACCOUNT, {"of": of, **variables}, user=viewer)
    assert answer.codes == ["INVALID_INPUT"]
