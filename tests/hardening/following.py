"""Subscriptions as strangers may ask for them: made as queries are, of what the schema says of them."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import queries
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from .hostile import scalars, with_variables

CHANGES_ALONE = {"bookings"}
"""What says nothing until something changes: it is let alone after a while, having broken nothing."""


def fields(schema: GraphQLSchema) -> list[str]:
    return list(schema.subscription_type.fields) if schema.subscription_type else []


def questions(schema: GraphQLSchema, name: str) -> st.SearchStrategy[DocumentNode]:
    """Documents are only made for queries and mutations: here subscriptions stand where queries do."""
    made: Any = queries(_as_queries(schema), fields=[name], custom_scalars=scalars(), print_ast=lambda made: made)
    return made


def sent(
    schema: GraphQLSchema, document: DocumentNode, random: Random, ids: Mapping[str, list[str]]
) -> tuple[str, Mapping[str, Any], DocumentNode]:
    _, variables, asked = with_variables(_as_queries(schema), document, random, ids)
    asked = visit(asked, _Following())
    return print_ast(asked), variables, asked


def first(url: str, token: str | None, name: str, query: str, variables: Mapping[str, Any]) -> Any:
    """What comes first, as an answer; None where nothing does. Raises when the socket is closed."""
    address = url.replace("http://", "ws://")
    with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None, open_timeout=30) as socket:
        payload = {"Authorization": f"Bearer {token}"} if token else {}
        socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(socket.recv(30))["type"] == "connection_ack"
        asked = {"query": query, "variables": variables}
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": asked}))
        try:
            message = json.loads(socket.recv(0.3 if name in CHANGES_ALONE else 30))
        except TimeoutError:
            assert name in CHANGES_ALONE, query
            return None
        assert message["type"] in {"next", "error"}, message
        return message["payload"] if message["type"] == "next" else {"errors": message["payload"]}


def _as_queries(schema: GraphQLSchema) -> GraphQLSchema:
    return GraphQLSchema(query=schema.subscription_type, types=list(schema.type_map.values()))  # type: ignore[arg-type]


class _Following(Visitor):
    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> Any:
        return OperationDefinitionNode(
            operation=OperationType.SUBSCRIPTION,
            name=node.name,
            variable_definitions=node.variable_definitions,
            directives=node.directives,
            selection_set=node.selection_set,
        )
