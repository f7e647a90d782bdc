"""The protocol graphql-transport-ws on one connection: what it answers, and with which code it ends."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis import clock
from chassis.auth import TokenVerifier
from chassis.errors import Unavailable
from chassis.graphql_ws import GraphQLWebSocket
from chassis.principal import Role
from chassis.revocations import FixedRevocations, PolledRevocations
from chassis.sockets import SocketLimits
from tests.chassis.sample import Calls, running, service
from tests.chassis.socket import Socket, connected
from tests.chassis.tokens import USER, bearer, claims, signed


@pytest.fixture(scope="module")
async def app() -> AsyncIterator[FastAPI]:
    started = service()
    async with running(started):
        yield started


@pytest.fixture(autouse=True)
def calls(app: FastAPI) -> Calls:
    made: Calls = app.state.resources[Calls]
    made.clear()
    return made


def limited(app: FastAPI, **limits: Any) -> GraphQLWebSocket:
    face: GraphQLWebSocket = app.faces["/graphql"]["websocket"]  # type: ignore[attr-defined]
    return GraphQLWebSocket(face.graph, face.admit, face="limited", limits=SocketLimits(**limits))


async def until_called(calls: Calls, *expected: Any) -> None:
    async with asyncio.timeout(20):
        while calls != list(expected):
            await asyncio.sleep(0)


async def test_a_subscription_sends_what_comes_and_completes(app: FastAPI, calls: Calls) -> None:
    async with connected(app) as socket:
        await socket.init()
        await socket.subscribe("subscription($n:Int!){ticks(upto:$n)}", variables={"n": 2})
        assert [await socket.data(), await socket.data()] == [{"ticks": 1}, {"ticks": 2}]
        assert await socket.heard() == {"type": "complete", "id": "1"}
    assert calls == ["ticks ended"]


async def test_queries_and_mutations_go_over_it_too(app: FastAPI, calls: Calls) -> None:
    async with connected(app) as socket:
        await socket.init()
        await socket.subscribe("{hello}", "q")
        assert await socket.heard() == {"type": "next", "id": "q", "payload": {"data": {"hello": "world"}}}
        assert await socket.heard() == {"type": "complete", "id": "q"}
        await socket.subscribe("mutation{change}", "m")
        assert await socket.data() == {"change": "changed"}
    assert calls == ["change"]


async def test_decimals_keep_their_digits(app: FastAPI) -> None:
    async with connected(app) as socket:
        await socket.init()
        await socket.subscribe("{money(amount: 12345678901234567890.12345){amount}}")
        event = await socket.event()
        assert '"amount":12345678901234567890.12345' in event["text"]


async def test_a_client_that_completes_hears_nothing_more_and_the_work_stops(app: FastAPI, calls: Calls) -> None:
    async with connected(app) as socket:
        await socket.init()
        await socket.subscribe("subscription{forever}")
        assert await socket.data() == {"forever": 1}
        await socket.send({"type": "complete", "id": "1"})
        await until_called(calls, "forever ended")
        await socket.subscribe("{hello}")  # the id is free again
        assert await socket.data() == {"hello": "world"}
        await socket.send({"type": "complete", "id": "unknown"})


async def test_a_client_that_leaves_leaves_nothing_running(app: FastAPI, calls: Calls) -> None:
    async with connected(app) as socket:
        await socket.init()
        for number in "123":
            await socket.subscribe("subscription{forever}", number)
            await socket.data()
        running_now = REGISTRY.get_sample_value("graphql_subscriptions", {"face": "public"})
    assert running_now == 3
    assert calls == ["forever ended"] * 3
    assert REGISTRY.get_sample_value("graphql_subscriptions", {"face": "public"}) == 0


async def test_each_event_is_loaded_anew(app: FastAPI, calls: Calls) -> None:
    async with connected(app) as socket:
        await socket.init()
        await socket.subscribe("subscription{samePlace(times:2){double again:double}}")
        assert await socket.data() == {"samePlace": {"double": 14, "again": 14}}
        assert await socket.data() == {"samePlace": {"double": 14, "again": 14}}
    assert calls == [("doubled", [7]), ("doubled", [7])]


async def test_roles_hold_for_subscriptions(app: FastAPI, calls: Calls) -> None:
    for headers, code in (({}, "UNAUTHENTICATED"), (bearer(Role.HOST), "FORBIDDEN")):
        async with connected(app, headers=headers) as socket:
            await socket.init()
            await socket.subscribe("subscription{alarms}")
            message = await socket.heard()
            assert (message["type"], message["payload"][0]["extensions"]) == ("error", {"code": code})
            assert message["payload"][0]["path"] == ["alarms"]
    assert calls == []
    async with connected(app, headers=bearer(Role.ADMIN)) as socket:
        await socket.init()
        await socket.subscribe("subscription{alarms}")
        assert await socket.data() == {"alarms": "fire"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nope}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription{nothing}", "NOT_FOUND"),
        ("subscription{ticks alarms}", "GRAPHQL_VALIDATION_FAILED"),
        ("{" + "hello " * 1_001 + "}", "QUERY_TOO_WIDE"),
        ("subscription($n:Int!){ticks(upto:$n)}", "INVALID_INPUT"),
        ("query A{hello} query B{hello}", "OPERATION_RESOLUTION_FAILURE"),
    ],
)
async def test_what_can_not_run_is_an_error_of_its_operation_alone(app: FastAPI, query: str, code: str) -> None:
    async with connected(app) as socket:
        await socket.init()
        await socket.subscribe("subscription{forever}", "other")
        await socket.data()
        await socket.subscribe(query)
        message = await socket.heard()
        assert (message["type"], message["id"]) == ("error", "1")
        assert {each["extensions"]["code"] for each in message["payload"]} == {code}
        await socket.subscribe("{hello}")
        assert await socket.data() == {"hello": "world"}


async def test_a_subscription_that_breaks_says_so_without_its_secrets(app: FastAPI) -> None:
    async with connected(app) as socket:
        await socket.init()
        with capture_logs() as logs:
            await socket.subscribe("subscription{breaking}")
            assert await socket.data() == {"breaking": 1}
            message = await socket.heard()
    (error,) = message["payload"]
    assert (message["type"], error["message"], error["path"]) == ("error", "Internal error", ["breaking"])
    assert error["extensions"]["id"] == next(each["error_id"] for each in logs if each["event"] == "internal_error")


async def test_a_field_that_fails_leaves_the_rest_of_the_event(app: FastAPI) -> None:
    async with connected(app) as socket:
        await socket.init()
        await socket.subscribe("subscription{samePlace(times:1){name secret}}")
        message = await socket.heard()
        assert message["payload"]["data"] == {"samePlace": {"name": "Place 7", "secret": None}}
        assert message["payload"]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"text": "nonsense"}, 4400),
        ({"bytes": b'{"type":"ping"}'}, 4400),
        ({"text": "[]"}, 4400),
        ({"text": "{}"}, 4400),
        ({"text": '{"type": 5}'}, 4400),
        ({"text": '{"type": "start"}'}, 4400),
        ({"text": '{"type": "connection_init", "payload": []}'}, 4400),
        ({"text": '{"type": "connection_init", "payload": "x"}'}, 4400),
        ({"text": '{"type": "ping", "payload": "' + "x" * 262_144 + '"}'}, 1009),
    ],
)
async def test_what_is_no_message_ends_the_connection(app: FastAPI, event: dict[str, Any], code: int) -> None:
    async with connected(app) as socket:
        await socket.send_raw(**event)
        assert (await socket.closed())[0] == code


@pytest.mark.parametrize(
    "message",
    [
        {"id": "1"},
        {"payload": {"query": "{hello}"}},
        {"id": "", "payload": {"query": "{hello}"}},
        {"id": 1, "payload": {"query": "{hello}"}},
        {"id": "x" * 129, "payload": {"query": "{hello}"}},
        {"id": "1", "payload": {}},
        {"id": "1", "payload": {"query": 5}},
        {"id": "1", "payload": [{"query": "{hello}"}]},
        {"id": "1", "payload": {"query": "{hello}", "variables": []}},
    ],
)
async def test_a_subscribe_that_is_none_ends_the_connection(app: FastAPI, message: dict[str, Any]) -> None:
    async with connected(app) as socket:
        await socket.init()
        await socket.send({"type": "subscribe", **message})
        assert (await socket.closed())[0] == 4400


async def test_nothing_runs_before_the_hand_shake(app: FastAPI, calls: Calls) -> None:
    async with connected(app) as socket:
        await socket.subscribe("mutation{change}")
        assert await socket.closed() == (4401, "Unauthorized")
    assert calls == []


async def test_the_hand_shake_is_made_once(app: FastAPI) -> None:
    async with connected(app) as socket:
        await socket.init()
        await socket.send({"type": "connection_init"})
        assert await socket.closed() == (4429, "Too many initialisation requests")


async def test_a_client_that_never_shakes_hands_is_let_go(app: FastAPI) -> None:
    async with connected(limited(app, init_within=0.02)) as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_an_id_that_is_in_use_ends_the_connection(app: FastAPI, calls: Calls) -> None:
    async with connected(app) as socket:
        await socket.init()
        await socket.subscribe("subscription{forever}")
        await socket.data()
        await socket.subscribe("subscription{forever}")
        assert await socket.closed() == (4409, "Subscriber for 1 already exists")
    assert calls == ["forever ended"]


async def test_what_comes_with_the_first_message_in_one_breath_ends_the_connection_at_once(app: FastAPI) -> None:
    client = Client(INIT, {"type": "nonsense"})
    async with asyncio.timeout(20):
        await limited(app)(client.scope(), client.receive, client.send)
    assert client.received[-1] == {"type": "websocket.close", "code": 4400, "reason": "Unknown message type"}


async def test_only_so_many_operations_run_at_once(app: FastAPI, calls: Calls) -> None:
    async with connected(limited(app, operations=2)) as socket:
        await socket.init()
        for number in "12":
            await socket.subscribe("subscription{forever}", number)
            await socket.data()
        await socket.subscribe("mutation{change}", "3")
        message = await socket.heard()
        assert (message["type"], message["id"]) == ("error", "3")
        assert message["payload"][0]["extensions"] == {"code": "TOO_MANY_OPERATIONS"}
        assert calls == []
        await socket.send({"type": "complete", "id": "1"})
        await socket.subscribe("mutation{change}", "3")
        assert await socket.data() == {"change": "changed"}


async def test_pings_are_answered_and_pongs_taken(app: FastAPI) -> None:
    async with connected(app) as socket:
        await socket.send({"type": "ping"})
        assert await socket.heard() == {"type": "pong"}
        await socket.init()
        await socket.send({"type": "pong"})
        await socket.send({"type": "ping", "payload": {}})
        assert await socket.heard() == {"type": "pong"}


async def answer_pings(socket: Socket, count: int) -> None:
    for _ in range(count):
        assert await socket.heard() == {"type": "ping"}
        await socket.send({"type": "pong"})


async def test_a_client_that_answers_pings_is_kept(app: FastAPI) -> None:
    async with connected(limited(app, ping_every=0.05)) as socket:
        await socket.init()
        await answer_pings(socket, 5)


async def test_a_client_that_says_nothing_is_taken_for_gone(app: FastAPI) -> None:
    async with connected(limited(app, ping_every=0.01)) as socket:
        await socket.init()
        assert [await socket.heard(), await socket.heard()] == [{"type": "ping"}] * 2
        assert await socket.event() == {"type": "websocket.close", "code": 1001, "reason": "No answer to pings"}


class Client:
    """A client that may stop to read, or be gone, without having said so. It ignores pings: they come by the clock."""

    def __init__(self, *messages: Any) -> None:
        self.events = [{"type": "websocket.connect"}]
        self.events += [{"type": "websocket.receive", "text": json.dumps(message)} for message in messages]
        self.received: list[Any] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.gone_after = 1_000

    async def receive(self) -> Any:
        return self.events.pop(0) if self.events else await asyncio.Event().wait()

    async def send(self, event: Any) -> None:
        await self.reads.wait()
        if len(self.received) >= self.gone_after:
            raise BrokenPipeError
        if "ping" not in event.get("text", ""):
            self.received.append(event)

    def scope(self) -> dict[str, Any]:
        return {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": ["graphql-transport-ws"]}


INIT = {"type": "connection_init"}
FOREVER = {"type": "subscribe", "id": "1", "payload": {"query": "subscription{forever}"}}
TICKS = {"type": "subscribe", "id": "1", "payload": {"query": "subscription{ticks(upto:100)}"}}


async def test_a_client_that_is_gone_without_a_word_ends_its_operations_quietly(app: FastAPI, calls: Calls) -> None:
    client = Client(INIT, TICKS)
    client.gone_after = 4  # accept, ack and two ticks
    with capture_logs() as logs:
        await limited(app, ping_every=0.05)(client.scope(), client.receive, client.send)
    assert [json.loads(each["text"])["type"] for each in client.received[1:]] == ["connection_ack", "next", "next"]
    assert calls == ["ticks ended"]
    assert logs == []


async def test_a_client_that_reads_nothing_any_more_is_let_go(app: FastAPI, calls: Calls) -> None:
    client = Client(INIT, FOREVER)
    serving = asyncio.create_task(limited(app, ping_every=0.1)(client.scope(), client.receive, client.send))
    async with asyncio.timeout(20):
        while len(client.received) < 3:
            await asyncio.sleep(0)
        client.reads.clear()
        await until_called(calls, "forever ended")
        client.reads.set()
        await serving
    assert client.received[-1] == {"type": "websocket.close", "code": 1001, "reason": "Nothing is read any more"}


async def test_the_connection_ends_when_the_token_does(
    app: FastAPI, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = claims()
    expires_at = datetime.fromtimestamp(said["exp"], UTC)
    monkeypatch.setattr(clock, "now", lambda: expires_at - timedelta(seconds=0.2))
    async with connected(app) as socket:
        await socket.init({"Authorization": f"Bearer {signed(said)}"})
        await socket.subscribe("subscription{forever}")
        assert await socket.data() == {"forever": 1}
        monkeypatch.setattr(clock, "now", lambda: expires_at)
        assert await socket.closed() == (4403, "Token expired")
    assert calls == ["forever ended"]


@pytest.mark.parametrize(
    ("known", "closed"), [({USER: datetime.max.replace(tzinfo=UTC)}, (4403, "Token revoked")), ({}, None)]
)
async def test_the_connection_ends_when_the_token_is_taken_back(
    app: FastAPI, calls: Calls, monkeypatch: pytest.MonkeyPatch, known: Any, closed: tuple[int, str] | None
) -> None:
    async with connected(limited(app, ping_every=0.05)) as socket:
        await socket.init({"Authorization": bearer()["authorization"]})
        await socket.subscribe("subscription{forever}")
        assert await socket.data() == {"forever": 1}
        monkeypatch.setattr(app.state.resources[TokenVerifier], "revocations", FixedRevocations(known))
        if closed:
            assert await socket.closed() == closed
        else:
            assert await socket.heard() == {"type": "ping"}
    assert calls == ["forever ended"]


async def test_while_nobody_knows_what_was_taken_back_the_client_may_come_again(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unknown:
        async def revoked_at(self, user_id: UUID) -> None:
            raise Unavailable(2)

        def known_for(self) -> float:
            return float("inf")

    async with connected(limited(app, ping_every=0.05)) as socket, connected(limited(app, ping_every=0.05)) as nobody:
        await socket.init({"Authorization": bearer()["authorization"]})
        await nobody.init()
        monkeypatch.setattr(app.state.resources[TokenVerifier], "revocations", Unknown())
        assert await socket.closed() == (1013, "Try again later")
        assert await nobody.heard() == {"type": "ping"}


async def test_while_tokens_can_not_be_judged_the_client_may_come_again(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_self: TokenVerifier, _authorization: str | None) -> None:
        raise Unavailable(3)

    monkeypatch.setattr(TokenVerifier, "principal", away)
    async with connected(app) as socket:
        await socket.send({"type": "connection_init"})
        assert await socket.closed() == (1013, "Try again later")


async def test_nobody_stays_longer_than_the_last_list_counts_however_rarely_pings_come(
    app: FastAPI, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = [True, False]

    async def read() -> dict[UUID, datetime]:
        if not heard.pop(0):
            raise httpx.ConnectError("refused")
        return {}

    at = time.monotonic()
    monkeypatch.setattr("chassis.revocations.time", SimpleNamespace(monotonic=lambda: at))
    revocations = PolledRevocations(read, every=0.1, again=3_600, good_for=0.3)
    revocations.start()
    monkeypatch.setattr(app.state.resources[TokenVerifier], "revocations", revocations)
    with capture_logs() as logs:
        async with connected(limited(app, ping_every=3_600)) as socket:
            await socket.init({"Authorization": bearer()["authorization"]})
            await socket.subscribe("subscription{forever}")
            assert await socket.data() == {"forever": 1}
            at += 0.4
            assert await socket.closed() == (1013, "Try again later")
    await revocations.close()
    assert (calls, logs[0]["event"]) == (["forever ended"], "revocations_unavailable")


async def test_what_breaks_by_itself_ends_the_connection_and_tells_nothing(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_self: TokenVerifier, _authorization: str | None) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(TokenVerifier, "principal", broken)
    with capture_logs() as logs:
        async with connected(app) as socket:
            await socket.send({"type": "connection_init"})
            assert await socket.closed() == (4500, "Internal error")
    assert [each["event"] for each in logs] == ["socket_broke"]


async def test_a_query_that_takes_too_long_is_given_up(app: FastAPI, calls: Calls) -> None:
    async with connected(limited(app, answer_within=0.02)) as socket:
        await socket.init()
        await socket.subscribe("{slow}")
        message = await socket.heard()
        assert message["payload"][0]["extensions"] == {"code": "UNAVAILABLE", "retryAfter": 1}
    assert calls == ["slow was cancelled"]
