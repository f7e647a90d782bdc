"""How a subgraph's schema is put together and printed: one federated schema per face."""

from collections.abc import Sequence
from typing import Any, Final

import strawberry
from graphql import REMOVE, FieldDefinitionNode, Node, TypeDefinitionNode, Visitor, parse, print_ast, visit
from strawberry.printer import print_schema as print_strawberry_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import get_object_definition

from chassis.entities import Schema as Schema
from chassis.scalars import SCALARS

# The newest version that every composer in use understands.
FEDERATION_VERSION: Final = "2.9"
_MACHINERY = frozenset({"_entities", "_service", "_Any", "_Entity", "_Service"})


def build_schema(
    *,
    query: Sequence[type],
    mutation: Sequence[type] = (),
    subscription: Sequence[type] = (),
    types: Sequence[type] = (),
) -> Schema:
    """One face of a subgraph, from the root classes of its features and the types no root field reaches.

    Raises ValueError when two features give the same root field.
    """
    return Schema(
        query=_root("Query", query),
        mutation=_root("Mutation", mutation),
        subscription=_root("Subscription", subscription),
        types=types,
        config=StrawberryConfig(scalar_map=SCALARS),
        federation_version=FEDERATION_VERSION,
    )


def print_schema(schema: Schema) -> str:
    """The SDL as it is committed and composed: without the fields that only let a router ask for it."""
    document = parse(print_strawberry_schema(schema), no_location=True)
    return print_ast(visit(document, _WithoutMachinery())) + "\n"


class _WithoutMachinery(Visitor):
    """Takes out what every composer adds by itself: _entities, _service and their types."""

    def enter(self, node: Node, *_: object) -> Any:
        name = getattr(getattr(node, "name", None), "value", "")
        if name in _MACHINERY and isinstance(node, (FieldDefinitionNode, TypeDefinitionNode)):
            return REMOVE
        return None


def _root(name: str, parts: Sequence[type]) -> Any:
    if not parts:
        return None
    owners: dict[str, type] = {}
    for part in parts:
        for field in get_object_definition(part, strict=True).fields:
            other = owners.setdefault(field.python_name, part)
            if other is not part:
                raise ValueError(f"{name}.{field.python_name} is in both {other.__qualname__} and {part.__qualname__}")
    return strawberry.type(type(name, tuple(parts), {}), name=name)
