"""What the tests of a subgraph read off its schemas, so that they know by themselves of a field that is new."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type, is_required_argument

from chassis.federation import Schema


def graph_of(schema: Schema) -> GraphQLSchema:
    return schema._schema  # noqa: SLF001 (there is no other way to it)


def root_fields(**faces: Schema) -> set[str]:
    """`public Query.booking`, `admin Mutation.cancelBooking` …"""
    return {
        f"{face} {root.name}.{name}"
        for face, schema in faces.items()
        for root in _roots(graph_of(schema))
        for name in root.fields
        if not name.startswith("_")
    }


def entities(**faces: Schema) -> set[str]:
    """`public Booking` …; what has no field but its id is only pointed at."""
    found: Iterable[Any] = (
        (face, each)
        for face, schema in faces.items()
        for each in graph_of(schema).type_map["_Entity"].types  # type: ignore[attr-defined]
    )
    return {f"{face} {each.name}" for face, each in found if each.fields.keys() != {"id"}}


def everything(type_: GraphQLObjectType, arguments: Mapping[str, str], above: tuple[str, ...] = ()) -> str:
    """All fields of a type with all below them; a type that is open above is not opened again.

    `arguments` are those of fields that need some, by coordinate: `{"RoomType.calendar": 'from: "…", to: "…"'}`.
    """
    return " ".join(_selected(type_, arguments, (*above, type_.name)))


def _selected(type_: GraphQLObjectType, arguments: Mapping[str, str], above: tuple[str, ...]) -> Iterator[str]:
    for name, field in type_.fields.items():
        coordinate, inner = f"{type_.name}.{name}", get_named_type(field.type)
        if coordinate not in arguments and any(map(is_required_argument, field.args.values())):
            raise LookupError(f"{coordinate} needs arguments, and nobody gave them")
        asked = f"{name}({arguments[coordinate]})" if coordinate in arguments else name
        if is_leaf_type(inner):
            yield asked
        elif inner.name not in above:
            yield f"{asked} {{ {everything(inner, arguments, above)} }}"


def _roots(graph: GraphQLSchema) -> list[GraphQLObjectType]:
    return [each for each in (graph.query_type, graph.mutation_type, graph.subscription_type) if each]
