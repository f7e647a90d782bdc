"""Sockets as the protocol has them: who may stay, for how long, and the code with which everybody else is sent away."""

import json
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidMessage

from chassis import clock
from chassis.ids import uuid7
from chassis.revocations import PolledRevocations
from chassis.testing_tokens import TokenIssuer

from .bookings import watchers
from .client import Graph, Socket
from .gateways import entrance
from .serving import application, serving

WATCH = 'subscription { booking(id: "1") { code } }'


async def test_what_is_no_message_closes_with_4400(graph: Graph) -> None:
    for rubbish in ("not json", json.dumps({"type": "nonsense"}), json.dumps({"no": "type"})):
        async with graph.socket() as socket:
            await socket.init()
            await socket.say(rubbish)
            assert await socket.closed() == 4400


async def test_what_cant_be_said_again_closes_the_local_gateways_socket_with_4400(local: Graph) -> None:
    deep = '{"type": "ping", "payload": {"a": ' + "[" * 20_000 + "]" * 20_000 + "}}"
    for rubbish in ('{"type": "ping", "payload": {"a": 1e999}}', deep):
        async with local.socket() as socket:
            await socket.init()
            await socket.say(rubbish)
            assert await socket.closed() == 4400


async def test_subscribing_before_the_handshake_closes_with_4401(graph: Graph) -> None:
    async with graph.socket() as socket:
        await socket.subscribe("1", WATCH)
        assert await socket.closed() == 4401


async def test_two_operations_of_one_id_close_with_4409(graph: Graph, token: str) -> None:
    async with graph.socket(token) as socket:
        await socket.init()
        await socket.subscribe("1", WATCH)
        await socket.subscribe("1", WATCH)
        assert await socket.closed() == 4409


async def test_two_handshakes_close_with_4429(graph: Graph) -> None:
    async with graph.socket() as socket:
        await socket.init()
        await socket.say({"type": "connection_init"})
        assert await socket.closed() == 4429


@pytest.mark.slow
async def test_a_client_that_never_introduces_itself_is_closed_with_4408(graph: Graph) -> None:
    async with graph.socket() as socket:
        assert await socket.closed() == 4408


async def ensure_sent_away(graph: Graph, socket: Socket) -> None:
    """A token that is no longer good ends the socket; Hive Router ends the subscription, with a code of its own."""
    if graph.kind == "local":
        assert await socket.closed() == 4403
    else:
        answer = await socket.next()
        assert (answer.data, answer.codes[0].startswith("SUBGRAPH_WEBSOCKET_")) == (None, True)
        assert (await socket.hear())["type"] == "complete"


async def test_a_socket_ends_with_its_token(graph: Graph, tokens: TokenIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    booking_id, ends = str(uuid7().int % 1_000_000), clock.now().replace(microsecond=0) + timedelta(minutes=10)
    token = tokens.issue(uuid7(), exp=int(ends.timestamp()))
    monkeypatch.setattr(clock, "now", lambda: ends - timedelta(seconds=0.5))
    async with graph.watching(f'subscription {{ booking(id: "{booking_id}") {{ code }} }}', token) as socket:
        await watchers.become(booking_id, 1)
        monkeypatch.setattr(clock, "now", lambda: ends)
        await ensure_sent_away(graph, socket)
    await watchers.become(booking_id, 0)


async def test_whose_token_is_revoked_is_sent_away_through_the_gateway(
    surroundings: dict[str, str], folder: Path, http: httpx.AsyncClient, tokens: TokenIssuer
) -> None:
    """Also who only listens; and whoever else does goes on."""
    booking_id, guest = str(uuid7().int % 1_000_000), uuid7()
    given = tokens.issue(guest)
    app = application("booking", tokens)
    async with (
        serving(app) as booking,
        entrance(folder / "revoked", {**surroundings, "BOOKING_URL": booking}) as url,
    ):
        sockets = app.app.faces["/graphql"]["websocket"]
        sockets.limits = replace(sockets.limits, ping_every=1.5)
        graph = Graph(url, "local", http)
        watch = f'subscription {{ booking(id: "{booking_id}") {{ code }} }}'
        async with graph.watching(watch, given) as socket, graph.watching(watch, tokens.issue(uuid7())) as other:
            await watchers.become(booking_id, 2)
            tokens.revoked[guest] = clock.now()
            assert await app.app.state.resources[PolledRevocations].look()
            assert await socket.closed() == 4403
            await watchers.become(booking_id, 1)
            assert (await graph.ask('{ booking(id: "1") { code } }', token=given)).codes == ["UNAUTHENTICATED"]
            watchers.tell(booking_id, "STILL")
            assert (await other.next()).data == {"booking": {"code": "STILL"}}


async def test_a_bad_token_gets_no_subscription(graph: Graph, tokens: TokenIssuer) -> None:
    with TokenIssuer() as others:
        foreign = others.issue(uuid7())
    for bad in ("nonsense", foreign, tokens.issue(uuid7(), seconds=-60)):
        async with graph.watching(WATCH, bad) as socket:
            await ensure_sent_away(graph, socket)


async def test_nothing_of_the_inside_is_told_with_the_end_of_a_subscription(graph: Graph) -> None:
    async with graph.watching("subscription { payment { id } }") as socket:
        answer = await socket.next()
    assert answer.errors
    assert "://" not in json.dumps(answer.errors)


async def test_a_message_that_is_too_long_ends_the_local_gateways_socket(local: Graph) -> None:
    async with local.socket() as socket:
        await socket.init()
        await socket.say(json.dumps({"type": "ping", "payload": {"padding": "x" * 70_000}}))
        assert await socket.closed() == 1009


async def test_too_many_operations_on_one_socket_are_refused_and_the_others_stay(local: Graph, token: str) -> None:
    booking_id = str(uuid7().int % 1_000_000)
    async with local.socket(token) as socket:
        await socket.init()
        for number in range(31):
            await socket.subscribe(str(number), f'subscription {{ booking(id: "{booking_id}") {{ code }} }}')
        refused = await socket.hear()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "TOO_MANY_OPERATIONS")
        await watchers.become(booking_id, 30)
        watchers.tell(booking_id, "STILL")
        heard = [await socket.hear() for _ in range(30)]
    assert {each["payload"]["data"]["booking"]["code"] for each in heard} == {"STILL"}
    assert {each["id"] for each in heard} == {str(number) for number in range(31)} - {refused["id"]}


async def test_a_socket_on_which_nothing_runs_is_closed_after_a_while(
    surroundings: dict[str, str], folder: Path, http: httpx.AsyncClient, token: str
) -> None:
    booking_id = str(uuid7().int % 1_000_000)
    own = folder / "idle"
    async with entrance(own, {**surroundings, "SOCKET_IDLE_MS": "2000"}) as url:
        graph = Graph(url, "local", http)
        async with (
            graph.watching(f'subscription {{ booking(id: "{booking_id}") {{ code }} }}', token) as busy,
            graph.socket(token) as idle,
        ):
            await idle.init()
            await watchers.become(booking_id, 1)
            assert await idle.closed() == 1000
            watchers.tell(booking_id, "STILL")
            assert (await busy.next()).data == {"booking": {"code": "STILL"}}


async def test_a_gateway_that_stops_says_so_to_every_socket(
    surroundings: dict[str, str], folder: Path, http: httpx.AsyncClient, token: str
) -> None:
    booking_id = str(uuid7().int % 1_000_000)
    async with AsyncExitStack() as stack:
        async with entrance(folder / "stopping", surroundings) as url:
            graph = Graph(url, "local", http)
            subscription = f'subscription {{ booking(id: "{booking_id}") {{ code }} }}'
            sockets = [await stack.enter_async_context(graph.watching(subscription, token)) for _ in range(3)]
            await watchers.become(booking_id, 3)
        assert [await socket.closed() for socket in sockets] == [1001, 1001, 1001]
    await watchers.become(booking_id, 0)


async def test_more_connections_than_there_may_be_are_turned_away_and_the_others_stay(
    surroundings: dict[str, str], folder: Path, http: httpx.AsyncClient
) -> None:
    async with entrance(folder / "full", {**surroundings, "MAX_CONNECTIONS": "2"}) as url:
        graph = Graph(url, "local", http)
        async with graph.socket() as first, graph.socket() as second:
            with pytest.raises((OSError, EOFError, InvalidMessage)):
                async with graph.socket():
                    pass
            await first.init()
            await second.init()
