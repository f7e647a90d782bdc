"""Points in the back office: granted and revoked once a key, and every entry found."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.points.rules import expiry_of
from tests.loyalty.backoffice import ADMIN, ask, later, text
from tests.loyalty.bookings import Booking
from tests.loyalty.ledger import GRANT, REVOKE, a_change, account, complete, differences, grant, history, revoke

ENTRIES = """query ($filter: PointEntryFilter! = {}, $orderBy: PointEntryOrder! = CREATED_AT_DESC,
                    $first: Int! = 20, $after: String) {
    pointEntries(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
        nodes { points } totalCount pageInfo { hasNextPage endCursor } } }"""
ACCOUNTS = """query ($of: [_Any!]!, $kinds: [PointEntryKind!], $first: Int! = 20, $after: String) {
    _entities(representations: $of) { ... on PointAccount { id user { id } balance held
        entries(kinds: $kinds, first: $first, after: $after) {
            nodes { kind points user { id } createdBy { id } description }
            totalCount pageInfo { hasNextPage endCursor } } }
    ... on User { pointAccount { id balance held } } } }"""


async def found(subgraph: SubgraphUnderTest, **variables: Any) -> list[int]:
    answer = await ask(subgraph, ENTRIES, **variables)
    assert answer.errors == [], answer.errors
    return [node["points"] for node in answer.data["pointEntries"]["nodes"]]


async def test_granted_points_are_the_persons(subgraph: SubgraphUnderTest) -> None:
    user = uuid7()
    answer = await grant(subgraph, user, 500)
    assert answer.data == {"grantPoints": {"id": str(user), "balance": 500, "held": 0}}
    [entry] = (await account(subgraph, user))["entries"]["nodes"]
    assert (entry["kind"], entry["points"], entry["description"]) == ("GRANT", 500, "For the trouble")
    expected = expiry_of(clock.now(), ZoneInfo("Asia/Seoul"))
    assert datetime.fromisoformat(entry["expiresAt"]) == expected


async def test_granted_points_expire_when_the_administrator_says(subgraph: SubgraphUnderTest) -> None:
    user, ends = uuid7(), clock.now().replace(microsecond=0) + timedelta(days=3)
    await grant(subgraph, user, 500, expiresAt=text(ends))
    assert datetime.fromisoformat((await account(subgraph, user))["nextExpiry"]["at"]) == ends


async def test_revoked_points_are_gone(subgraph: SubgraphUnderTest) -> None:
    user = uuid7()
    await grant(subgraph, user, 500)
    answer = await revoke(subgraph, user, 200)
    assert answer.data == {"revokePoints": {"id": str(user), "balance": 300, "held": 0}}
    assert await history(subgraph, user) == [("GRANT", 500, 500), ("REVOKE", -200, 300)]


async def test_no_more_is_revoked_than_is_free(subgraph: SubgraphUnderTest) -> None:
    user = uuid7()
    await grant(subgraph, user, 500)
    await Booking(subgraph, user).hold(None, points=100)
    change = a_change(user, 401)
    assert (await ask(subgraph, REVOKE, input=change)).codes == ["NOT_ENOUGH_POINTS"]
    assert await history(subgraph, user) == [("GRANT", 500, 500)]
    # A refusal is not kept: asked again with the same key when there are enough, it is done.
    await grant(subgraph, user, 1)
    assert (await ask(subgraph, REVOKE, input=change)).data["revokePoints"]["balance"] == 0
    assert (await revoke(subgraph, uuid7(), 1)).codes == ["NOT_ENOUGH_POINTS"]


@pytest.mark.parametrize("mutation", [GRANT, REVOKE])
async def test_the_same_key_and_input_is_done_once(subgraph: SubgraphUnderTest, mutation: str) -> None:
    user = uuid7()
    await grant(subgraph, user, 500)
    change = a_change(user, 100)
    first = await ask(subgraph, mutation, input=change)
    assert first.errors == []
    assert (await ask(subgraph, mutation, input=change)).data == first.data
    assert len(await history(subgraph, user)) == 2


async def test_a_grant_is_answered_again_also_after_its_points_have_expired(subgraph: SubgraphUnderTest) -> None:
    user = uuid7()
    change = a_change(user, 100, expiresAt=text(clock.now() + timedelta(minutes=1)))
    assert (await ask(subgraph, GRANT, input=change)).errors == []
    with later(minutes=2):
        again = await ask(subgraph, GRANT, input=change)
    assert again.data["grantPoints"]["balance"] == 0
    assert await history(subgraph, user) == [("GRANT", 100, 100), ("EXPIRE", -100, 0)]


@pytest.mark.parametrize("mutation", [GRANT, REVOKE])
async def test_of_many_with_one_key_at_once_one_is_done(subgraph: SubgraphUnderTest, mutation: str) -> None:
    user = uuid7()
    await grant(subgraph, user, 500)
    change = a_change(user, 100)
    answers = await asyncio.gather(*(ask(subgraph, mutation, input=change) for _ in range(12)))
    assert [answer.errors for answer in answers] == [[]] * 12
    assert len({str(answer.data) for answer in answers}) == 1
    assert len(await history(subgraph, user)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"points": 101},
        {"description": "For no trouble"},
        {"userId": str(uuid7())},
        {"expiresAt": "2099-01-01T00:00:00Z"},
    ],
)
async def test_the_same_key_with_other_input_is_refused(subgraph: SubgraphUnderTest, changes: dict[str, Any]) -> None:
    user = uuid7()
    change = a_change(user, 100, expiresAt=text(clock.now() + timedelta(days=5)))
    await ask(subgraph, GRANT, input=change)
    other = change | changes
    if "expiresAt" in changes:
        other["expiresAt"] = text(clock.now() + timedelta(days=6))
    assert (await ask(subgraph, GRANT, input=other)).codes == ["IDEMPOTENCY_MISMATCH"]
    del change["expiresAt"]
    assert (await ask(subgraph, REVOKE, input=change)).codes == ["IDEMPOTENCY_MISMATCH"]
    assert await history(subgraph, user) == [("GRANT", 100, 100)]
    assert await found(subgraph) == [100]


async def test_of_two_people_granted_with_one_key_at_once_one_gets_them(subgraph: SubgraphUnderTest) -> None:
    key = str(uuid7())
    people = [uuid7() for _ in range(10)]
    answers = await asyncio.gather(*(grant(subgraph, user, 100, idempotencyKey=key) for user in people))
    assert sorted(code for answer in answers for code in answer.codes) == ["IDEMPOTENCY_MISMATCH"] * 9
    assert (await found(subgraph), await differences(subgraph)) == ([100], {})


async def test_keys_belong_to_an_administrator(subgraph: SubgraphUnderTest) -> None:
    user, other = uuid7(), uuid7()
    change = a_change(user, 100)
    await ask(subgraph, GRANT, input=change)
    answer = await subgraph.graphql(GRANT, {"input": change}, user=other, role=Role.ADMIN, face="admin")
    assert answer.data["grantPoints"]["balance"] == 200


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"points": 0}, "points", "OUT_OF_RANGE"),
        ({"points": 10_000_001}, "points", "OUT_OF_RANGE"),
        ({"description": ""}, "description", "EMPTY"),
        ({"idempotencyKey": ""}, "idempotencyKey", "EMPTY"),
        ({"userId": "somebody"}, "userId", "NOT_A_UUID"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt", "IN_THE_PAST"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_is_done(
    subgraph: SubgraphUnderTest, changes: dict[str, Any], field: str, code: str
) -> None:
    answer = await ask(subgraph, GRANT, input=a_change(uuid7(), 100) | changes)
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": field, "code": code}]
    assert await found(subgraph) == []


async def test_an_account_takes_no_more_than_a_client_can_read(subgraph: SubgraphUnderTest) -> None:
    user = uuid7()
    for _ in range(200):
        assert (await grant(subgraph, user, 10_000_000)).errors == []
    assert (await grant(subgraph, user, 1)).codes == ["INVALID_INPUT"]
    assert (await account(subgraph, user))["balance"] == 2_000_000_000


@pytest.mark.parametrize(
    ("role", "code"), [(Role.GUEST, "FORBIDDEN"), (Role.HOST, "FORBIDDEN"), (None, "UNAUTHENTICATED")]
)
@pytest.mark.parametrize("mutation", [GRANT, REVOKE])
async def test_only_administrators_change_points(
    subgraph: SubgraphUnderTest, mutation: str, role: Role | None, code: str
) -> None:
    user = uuid7()
    who: dict[str, Any] = {"user": user, "role": role} if role else {}
    answer = await subgraph.graphql(mutation, {"input": a_change(user, 100)}, face="admin", **who)
    assert answer.codes == [code]
    assert (await subgraph.graphql(ENTRIES, face="admin", **who)).codes == [code]
    assert await found(subgraph) == []


@pytest.fixture
async def two_people(subgraph: SubgraphUnderTest) -> list[UUID]:
    """Entries of 100, -30, 500 and -20, 7 in this order; the last of them earned by a stay."""
    one, other = uuid7(), uuid7()
    await grant(subgraph, one, 100)
    await revoke(subgraph, one, 30)
    await grant(subgraph, other, 500)
    await revoke(subgraph, other, 20)
    await complete(subgraph, other, "700")
    return [one, other]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, [7, -20, 500, -30, 100]),
        ({"orderBy": "CREATED_AT_ASC"}, [100, -30, 500, -20, 7]),
        ({"orderBy": "POINTS_ASC"}, [-30, -20, 7, 100, 500]),
        ({"orderBy": "POINTS_DESC"}, [500, 100, 7, -20, -30]),
        ({"filter": {"kinds": ["REVOKE", "EARN"]}}, [7, -20, -30]),
        ({"filter": {"kinds": []}}, []),
        ({"filter": {"kinds": None}}, [7, -20, 500, -30, 100]),
        ({"filter": {"pointsFrom": 7}}, [7, 500, 100]),
        ({"filter": {"pointsTo": -20}}, [-20, -30]),
        ({"filter": {"pointsFrom": -20, "pointsTo": 100, "kinds": ["GRANT", "REVOKE"]}}, [-20, 100]),
        ({"filter": {"createdFrom": "2099-01-01T00:00:00Z"}}, []),
        ({"filter": {"createdTo": "2020-01-01T00:00:00Z"}}, []),
    ],
)
async def test_entries_are_found_by_every_filter_and_in_every_order(
    subgraph: SubgraphUnderTest, two_people: list[UUID], variables: dict[str, Any], expected: list[int]
) -> None:
    assert await found(subgraph, **variables) == expected
    answer = await ask(subgraph, ENTRIES, **variables, first=1)
    assert answer.data["pointEntries"]["totalCount"] == len(expected)


async def test_entries_are_found_by_person_and_time(subgraph: SubgraphUnderTest, two_people: list[UUID]) -> None:
    assert await found(subgraph, filter={"userId": str(two_people[0])}) == [-30, 100]
    everything = await ask(subgraph, "{ pointEntries { nodes { points createdAt } } }")
    times = {node["points"]: node["createdAt"] for node in everything.data["pointEntries"]["nodes"]}
    # What is shown is cut to milliseconds.
    just_after = text(datetime.fromisoformat(times[-30]) + timedelta(milliseconds=1))
    assert await found(subgraph, filter={"createdFrom": times[-30], "createdTo": just_after}) == [-30]
    assert (await ask(subgraph, ENTRIES, filter={"userId": "x"})).codes == ["INVALID_INPUT"]


@pytest.mark.parametrize("order", ["CREATED_AT_DESC", "CREATED_AT_ASC", "POINTS_DESC", "POINTS_ASC"])
async def test_pages_of_entries_follow_each_other(
    subgraph: SubgraphUnderTest, two_people: list[UUID], order: str
) -> None:
    pages, after = [], None
    while True:
        answer = await ask(subgraph, ENTRIES, orderBy=order, first=2, after=after)
        page = answer.data["pointEntries"]
        pages += [node["points"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert pages == await found(subgraph, orderBy=order)


async def test_an_administrator_sees_anybodys_account(subgraph: SubgraphUnderTest, two_people: list[UUID]) -> None:
    one, other = two_people
    kinds = [
        ("PointAccount", one),
        ("PointAccount", other),
        ("PointAccount", uuid7()),
        ("User", one),
        ("User", uuid7()),
    ]
    of = [{"__typename": kind, "id": str(each)} for kind, each in kinds]
    answer = await ask(subgraph, ACCOUNTS, of=of, first=1)
    assert answer.errors == []
    first, second, nobody, user, stranger = answer.data["_entities"]
    shown = [(each["balance"], each["held"], each["entries"]["totalCount"]) for each in (first, second, nobody)]
    assert shown == [(70, 0, 2), (487, 0, 3), (0, 0, 0)]
    assert first["entries"]["nodes"] == [
        {
            "kind": "REVOKE",
            "points": -30,
            "user": {"id": str(one)},
            "createdBy": {"id": str(ADMIN)},
            "description": "For the trouble",
        }
    ]
    assert second["entries"]["nodes"][0]["createdBy"] is None
    assert (first["user"], user) == ({"id": str(one)}, {"pointAccount": {"id": str(one), "balance": 70, "held": 0}})
    assert stranger["pointAccount"]["balance"] == 0
    rest = await ask(subgraph, ACCOUNTS, of=of[:1], first=1, after=first["entries"]["pageInfo"]["endCursor"])
    assert [node["points"] for node in rest.data["_entities"][0]["entries"]["nodes"]] == [100]
    granted = await ask(subgraph, ACCOUNTS, of=of[:2], kinds=["GRANT"])
    assert [each["entries"]["totalCount"] for each in granted.data["_entities"]] == [1, 1]


@pytest.mark.parametrize("role", [Role.GUEST, Role.HOST, None])
async def test_nobody_else_sees_an_account_in_the_back_office(
    subgraph: SubgraphUnderTest, two_people: list[UUID], role: Role | None
) -> None:
    who: dict[str, Any] = {"user": two_people[0], "role": role} if role else {}
    of = [{"__typename": "PointAccount", "id": str(each)} for each in two_people]
    answer = await subgraph.graphql(ACCOUNTS, {"of": of}, face="admin", **who)
    assert answer.data == {"_entities": [None, None]}
    user = await subgraph.graphql(ACCOUNTS, {"of": [of[0] | {"__typename": "User"}]}, face="admin", **who)
    assert user.data == {"_entities": [{"pointAccount": None}]}
    assert user.codes == ["FORBIDDEN" if role else "UNAUTHENTICATED"]
