"""Subscriptions over WebSocket: followed to their subgraph, completed by the others, ended with either side."""

import asyncio
from uuid import UUID

import pytest
from websockets.exceptions import InvalidStatus

from chassis.ids import uuid7
from chassis.testing_tokens import TokenIssuer

from .bookings import GUESTLESS, watchers
from .client import Graph
from .coupons import stamps

ALONE = 'subscription {{ booking(id: "{0}") {{ id code }} }}'
COMPLETED = 'subscription {{ booking(id: "{0}") {{ code points seenBy guest {{ name }} }} }}'


@pytest.fixture
def booking_id() -> str:
    """A booking nobody else watches."""
    return str(uuid7().int % 1_000_000)


async def test_every_change_is_passed_on(graph: Graph, token: str, booking_id: str) -> None:
    async with graph.watching(ALONE.format(booking_id), token) as socket:
        await watchers.become(booking_id, 1)
        for code in ("ONE", "TWO", "THREE"):
            watchers.tell(booking_id, code)
        heard = [await socket.next() for _ in range(3)]
    assert [(each.data, each.errors) for each in heard] == [
        ({"booking": {"id": booking_id, "code": code}}, []) for code in ("ONE", "TWO", "THREE")
    ]


async def test_each_change_is_completed_by_other_subgraphs_in_the_clients_name(
    graph: Graph, token: str, guest_id: UUID, booking_id: str
) -> None:
    async with graph.watching(COMPLETED.format(booking_id), token) as socket:
        await watchers.become(booking_id, 1)
        for code in ("ONE", "TWO"):
            watchers.tell(booking_id, code)
            answer = await socket.next()
            assert answer.errors == []
            assert answer.data["booking"] == {
                "code": code,
                "points": int(booking_id) * 100,
                "seenBy": str(guest_id),
                "guest": {"name": "Person 7"},
            }


async def test_what_others_add_is_as_new_as_the_change(graph: Graph, token: str, booking_id: str) -> None:
    query = f'subscription {{ booking(id: "{booking_id}") {{ code stamps }} }}'
    async with graph.watching(query, token) as socket:
        await watchers.become(booking_id, 1)
        for number in range(3):
            stamps[booking_id] = number
            watchers.tell(booking_id, f"CHANGE {number}")
            answer = await socket.next()
            assert answer.errors == []
            assert answer.data["booking"] == {"code": f"CHANGE {number}", "stamps": number}


async def test_what_another_subgraph_does_not_know_is_null_in_a_change(graph: Graph, token: str) -> None:
    query = f'subscription {{ booking(id: "{GUESTLESS}") {{ code guest {{ name }} }} }}'
    async with graph.watching(query, token) as socket:
        await watchers.become(GUESTLESS, 1)
        watchers.tell(GUESTLESS, "ONE")
        answer = await socket.next()
    await graph.left(GUESTLESS)
    assert (answer.errors, answer.data) == ([], {"booking": {"code": "ONE", "guest": None}})


async def test_the_token_may_come_with_the_upgrade_to_the_local_gateway(
    local: Graph, token: str, booking_id: str
) -> None:
    async with local.socket(headers={"Authorization": f"Bearer {token}"}) as socket:
        await socket.init()
        await socket.subscribe("1", COMPLETED.format(booking_id))
        await watchers.become(booking_id, 1)
        watchers.tell(booking_id, "ONE")
        answer = await socket.next()
    assert (answer.errors, answer.data["booking"]["code"]) == ([], "ONE")


async def test_a_forged_identity_goes_no_further(graph: Graph, token: str, booking_id: str) -> None:
    forged = {"X-User-Id": "1", "Cookie": "session=1", "X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    async with graph.socket(headers=forged) as socket:
        await socket.init({**forged, "Authorization": f"Bearer {token}"})
        await socket.subscribe("1", ALONE.format(booking_id))
        await watchers.become(booking_id, 1)
        heard = watchers.upgrades[-1]
    assert {"x-user-id", "cookie", "forwarded"}.isdisjoint(heard)
    assert heard.get("x-forwarded-for", "127.0.0.1") == "127.0.0.1"


async def test_a_token_smuggles_no_header_in(graph: Graph, token: str) -> None:
    async with graph.socket() as socket:
        await socket.init({"Authorization": f"Bearer {token}\r\nX-User-Id: 1", "tracestate": "a=b\r\nX-User-Id: 1"})
        await socket.subscribe("1", '{ heard booking(id: "1") { points } }')
        answer = await socket.next()
    assert answer.errors or not any("x-user-id" in line for line in answer.data["heard"])


async def test_people_on_sockets_of_their_own_are_not_taken_for_each_other(
    graph: Graph, tokens: TokenIssuer, booking_id: str
) -> None:
    people = [str(uuid7()) for _ in range(5)]

    async def watch(person: str, all_there: asyncio.Event) -> str:
        async with graph.watching(COMPLETED.format(booking_id), tokens.issue(UUID(person))) as socket:
            await all_there.wait()
            seen: str = (await socket.next()).data["booking"]["seenBy"]
            return seen

    all_there = asyncio.Event()
    watching = [asyncio.create_task(watch(person, all_there)) for person in people]
    await watchers.become(booking_id, 5)
    watchers.tell(booking_id, "ONE")
    all_there.set()
    assert await asyncio.gather(*watching) == people


async def test_several_subscriptions_share_a_socket_and_end_one_by_one(graph: Graph, token: str) -> None:
    one, two = (str(uuid7().int % 1_000_000) for _ in range(2))
    async with graph.socket(token) as socket:
        await socket.init()
        await socket.subscribe("a", ALONE.format(one))
        await socket.subscribe("b", ALONE.format(two))
        await watchers.become(one, 1)
        await watchers.become(two, 1)
        await socket.say({"type": "complete", "id": "a"})
        # What was under way when the client completed may still arrive.
        await graph.left(one)
        watchers.tell(two, "STILL")
        while (message := await socket.hear())["id"] == "a":
            pass
    assert message == {"type": "next", "id": "b", "payload": {"data": {"booking": {"id": two, "code": "STILL"}}}}


@pytest.mark.parametrize("document", [ALONE, COMPLETED], ids=["alone", "completed"])
async def test_the_subgraphs_subscription_ends_with_the_clients_socket(
    graph: Graph, token: str, booking_id: str, document: str
) -> None:
    async with graph.watching(document.format(booking_id), token):
        await watchers.become(booking_id, 1)
    await graph.left(booking_id)


async def test_a_refused_subscription_says_why(graph: Graph, booking_id: str) -> None:
    async with graph.watching(ALONE.format(booking_id)) as socket:
        answer = await socket.next()
    assert (answer.data, answer.codes) == (None, ["UNAUTHENTICATED"])


async def test_a_subscription_to_a_subgraph_that_is_away_fails_with_a_code(graph: Graph, token: str) -> None:
    async with graph.watching("subscription { payment { id } }", token) as socket:
        answer = await socket.next()
    assert answer.data is None
    assert len(answer.codes) == 1


async def test_a_change_is_told_without_what_a_subgraph_that_is_away_would_add(
    graph: Graph, token: str, booking_id: str
) -> None:
    query = f'subscription {{ booking(id: "{booking_id}") {{ code payment {{ id }} }} }}'
    async with graph.watching(query, token) as socket:
        await watchers.become(booking_id, 1)
        watchers.tell(booking_id, "ONE")
        answer = await socket.next()
    assert answer.data == {"booking": {"code": "ONE", "payment": None}}
    assert len(answer.codes) == 1


async def test_queries_and_mutations_go_over_the_socket_too(graph: Graph, token: str, guest_id: UUID) -> None:
    async with graph.socket(token) as socket:
        await socket.init()
        await socket.subscribe("1", '{ viewer { id } booking(id: "1") { points } }')
        answer = await socket.next()
    assert answer.data == {"viewer": {"id": str(guest_id)}, "booking": {"points": 100}}


async def test_nobody_watches_where_no_graph_is(graph: Graph) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with graph.socket(path="/nowhere"):
            pass
    assert refused.value.response.status_code == 404
