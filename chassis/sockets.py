"""One graphql-transport-ws connection: its hand-shake, its operations, its keep-alive and its end."""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from graphql import OperationType
from opentelemetry import trace

from chassis import clock
from chassis.answers import encoded
from chassis.auth import TokenVerifier
from chassis.context import Context
from chassis.documents import RequestRefused
from chassis.errors import DomainError, Unauthenticated, Unavailable
from chassis.execution import BadRequest, Graph, Request, name_span
from chassis.graphql_http import Admit
from chassis.graphql_metrics import subscriptions
from chassis.http_body import Receive, Send
from chassis.masking import all_shown
from chassis.waiting import comes_within

logger = structlog.get_logger(__name__)
tracer = trace.get_tracer(__name__)

BAD_REQUEST = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
INIT_TIMEOUT = 4408
ID_TAKEN = 4409
TOO_MANY_INITS = 4429
INTERNAL_ERROR = 4500
GOING_AWAY = 1001
TOO_BIG = 1009
TRY_AGAIN_LATER = 1013

_LONGEST_ID = 128


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """Times are in seconds. A client that says nothing for two pings in a row is taken for gone."""

    connections: int = 10_000
    operations: int = 30
    message_bytes: int = 262_144
    init_within: float = 10
    ping_every: float = 20
    answer_within: float = 30


class TooManyOperations(DomainError):
    code = "TOO_MANY_OPERATIONS"


class Closed(Exception):
    """The connection ends with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


def _broken(error: Exception) -> Closed:
    logger.error("socket_broke", exc_info=error)
    return Closed(INTERNAL_ERROR, "Internal error")


class Gone(Exception):
    """The client left while something was being sent to it."""


class Connection:
    def __init__(
        self,
        graph: Graph,
        admit: Admit,
        limits: SocketLimits,
        *,
        face: str,
        authorization: str | None,
        address: str | None,
    ) -> None:
        self.graph = graph
        self.admit = admit
        self.limits = limits
        self.face = face
        self.authorization = authorization
        self.address = address
        self.context: Context | None = None
        self.operations: dict[str, asyncio.Task[None]] = {}
        # Also those the client has completed, until they have cleaned up.
        self._running: set[asyncio.Task[None]] = set()
        self._initialised = asyncio.Event()
        self._silent_pings = 0
        self._send: Send

    async def run(self, receive: Receive, send: Send) -> None:
        """Serve the connection until one of both sides ends it. Its socket is accepted already."""
        self._send = send
        reading = asyncio.create_task(self._read(receive))
        guarding = asyncio.create_task(self._guard())
        try:
            await asyncio.wait({reading, guarding}, return_when=asyncio.FIRST_COMPLETED)
            first = reading if reading.done() else guarding
            with suppress(Gone):
                first.result()
        except Exception as error:  # noqa: BLE001 - the client is told, and nothing of what it was
            await self._end({reading, guarding})
            closed = error if isinstance(error, Closed) else _broken(error)
            with suppress(OSError):
                await send({"type": "websocket.close", "code": closed.code, "reason": closed.reason})
        finally:
            await self._end({reading, guarding})

    async def _end(self, tasks: set[asyncio.Task[None]]) -> None:
        """Nothing of the connection runs any longer, and every subscription has cleaned up after itself."""
        tasks |= self._running
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _guard(self) -> None:
        """Raises Closed when the client is late, gone, or no longer who it was."""
        if not await comes_within(self._initialised, self.limits.init_within):
            raise Closed(INIT_TIMEOUT, "Connection initialisation timeout")
        while True:
            await asyncio.sleep(min(self.limits.ping_every, self._good_for()))
            await self._ensure_still_let_in()
            if self._silent_pings >= 2:
                raise Closed(GOING_AWAY, "No answer to pings")
            self._silent_pings += 1
            await self._ping()

    async def _ensure_still_let_in(self) -> None:
        context = self.context
        if context is None or TokenVerifier not in context.resources:
            return
        expires_at = context.principal.expires_at
        if expires_at and expires_at <= clock.now():
            raise Closed(FORBIDDEN, "Token expired")
        try:
            await context.resources[TokenVerifier].ensure_good(context.principal)
        except Unauthenticated:
            raise Closed(FORBIDDEN, "Token revoked") from None
        except Unavailable:
            raise Closed(TRY_AGAIN_LATER, "Try again later") from None

    async def _ping(self) -> None:
        try:
            async with asyncio.timeout(self.limits.ping_every):
                await self._say({"type": "ping"})
        except TimeoutError:
            raise Closed(GOING_AWAY, "Nothing is read any more") from None

    def _good_for(self) -> float:
        """No list of revocations is believed for longer than it counts, however long it is to the next ping."""
        context = self.context
        if context is None or TokenVerifier not in context.resources:
            return float("inf")
        return context.resources[TokenVerifier].good_for(context.principal)

    async def _read(self, receive: Receive) -> None:
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            self._silent_pings = 0
            await self._heard(self._message(event))

    def _message(self, event: Any) -> dict[str, Any]:
        text = event.get("text")
        if text is None:
            raise Closed(BAD_REQUEST, "Messages must be text")
        if len(text) > self.limits.message_bytes:
            raise Closed(TOO_BIG, "Message too big")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Closed(BAD_REQUEST, "Messages must be JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Closed(BAD_REQUEST, "Messages must have a type")
        return message

    async def _heard(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_init":
                await self._init(message.get("payload"))
            case "subscribe":
                await self._subscribe(message.get("id"), message.get("payload"))
            case "complete":
                self._complete(message.get("id"))
            case "ping":
                await self._say({"type": "pong"})
            case "pong":
                pass
            case _:
                raise Closed(BAD_REQUEST, "Unknown message type")

    async def _init(self, payload: Any) -> None:
        if self.context is not None:
            raise Closed(TOO_MANY_INITS, "Too many initialisation requests")
        if not (payload is None or isinstance(payload, dict)):
            raise Closed(BAD_REQUEST, "The payload of connection_init must be an object")
        given = (payload or {}).get("Authorization", (payload or {}).get("authorization", self.authorization))
        try:
            self.context = await self.admit(given if given is None else str(given), self.address)
        except Unauthenticated:
            raise Closed(FORBIDDEN, "Forbidden") from None
        except Unavailable:
            raise Closed(TRY_AGAIN_LATER, "Try again later") from None
        await self._say({"type": "connection_ack"})
        self._initialised.set()

    async def _subscribe(self, number: Any, payload: Any) -> None:
        if self.context is None:
            raise Closed(UNAUTHORIZED, "Unauthorized")
        if not isinstance(number, str) or not 0 < len(number) <= _LONGEST_ID:
            raise Closed(BAD_REQUEST, "An operation must have an id")
        if number in self.operations:
            raise Closed(ID_TAKEN, f"Subscriber for {number} already exists")
        try:
            request = Request.read(payload)
        except BadRequest as refusal:
            raise Closed(BAD_REQUEST, refusal.message) from None
        if len(self.operations) >= self.limits.operations:
            await self._refuse(number, [TooManyOperations(f"{self.limits.operations} operations run already.")])
            return
        task = asyncio.create_task(self._operate(number, request, self.context.renewed()))
        self.operations[number] = task
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _complete(self, number: Any) -> None:
        if isinstance(number, str) and number in self.operations:
            self.operations.pop(number).cancel()

    async def _operate(self, number: str, request: Request, context: Context) -> None:
        with subscriptions.labels(self.face).track_inprogress(), suppress(Gone):
            try:
                await self._answered(number, request, context)
            except Gone:
                raise
            except RequestRefused as refused:
                await self._refuse(number, refused.errors)
            except Exception as error:  # noqa: BLE001 - masked and logged as every error is
                await self._refuse(number, [error])
            else:
                self._forget(number)
                await self._say({"type": "complete", "id": number})

    async def _answered(self, number: str, request: Request, context: Context) -> None:
        operation = self.graph.operation(request)
        if operation.kind is not OperationType.SUBSCRIPTION:
            with tracer.start_as_current_span("operation", kind=trace.SpanKind.SERVER) as span:
                name_span(span, operation)
                async with asyncio.timeout(self.limits.answer_within):
                    answer = await self.graph.execute(request, context)
            await self._say({"type": "next", "id": number, "payload": answer})
            return
        async with aclosing(self.graph.subscribe(request, context)) as answers:
            async for answer in answers:
                await self._say({"type": "next", "id": number, "payload": answer})

    def _forget(self, number: str) -> None:
        """Free the id before the last message of its operation: the client may use it again at once."""
        if self.operations.get(number) is asyncio.current_task():
            del self.operations[number]

    async def _refuse(self, number: str, errors: Any) -> None:
        self._forget(number)
        await self._say({"type": "error", "id": number, "payload": all_shown(errors)})

    async def _say(self, message: dict[str, Any]) -> None:
        try:
            await self._send({"type": "websocket.send", "text": encoded(message).decode()})
        except OSError as error:
            raise Gone from error
