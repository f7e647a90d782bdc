"""GraphQL over WebSocket as a bare ASGI callable: graphql-transport-ws, one connection after another let in."""

from chassis.execution import Graph
from chassis.graphql_http import Admit
from chassis.graphql_metrics import connections
from chassis.http_body import Receive, Scope, Send
from chassis.sockets import TRY_AGAIN_LATER, Connection, SocketLimits

SUBPROTOCOL = "graphql-transport-ws"
SUBPROTOCOL_NOT_ACCEPTABLE = 4406


class GraphQLWebSocket:
    def __init__(self, graph: Graph, admit: Admit, *, face: str, limits: SocketLimits | None = None) -> None:
        self.graph = graph
        self.admit = admit
        self.face = face
        self.limits = limits or SocketLimits()
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        spoken = SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None
        await send({"type": "websocket.accept", "subprotocol": spoken})
        # Only a socket that was accepted tells its client why it is closed.
        if spoken is None:
            await _close(send, SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
        elif self._open >= self.limits.connections:
            await _close(send, TRY_AGAIN_LATER, "Too many connections")
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        connection = Connection(
            self.graph,
            self.admit,
            self.limits,
            face=self.face,
            authorization=headers[b"authorization"].decode("latin-1") if b"authorization" in headers else None,
            address=scope["client"][0] if scope.get("client") else None,
        )
        self._open += 1
        try:
            with connections.labels(self.face).track_inprogress():
                await connection.run(receive, send)
        finally:
            self._open -= 1


async def _close(send: Send, code: int, reason: str) -> None:
    await send({"type": "websocket.close", "code": code, "reason": reason})
