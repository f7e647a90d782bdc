"""Whether an answer is one its schema allows: what was asked for, as the types say, and every error with a code."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
)

_TEXTS = {
    "Date": re.compile(r"\d{4}-\d\d-\d\d"),
    "DateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "LocalTime": re.compile(r"\d\d:\d\d:\d\d(\.\d+)?"),
}
_KINDS: Mapping[str, tuple[type, ...]] = {
    "String": (str,),
    "ID": (str,),
    "Boolean": (bool,),
    "Float": (int, float),
    "Decimal": (int, float),
}
NOT_OURS_TO_SAY = {None, "", "INTERNAL", "UNAVAILABLE"}
"""Codes of errors that no input may cause: nothing is away here."""


def breaches(schema: GraphQLSchema, document: DocumentNode, answer: Any) -> list[str]:
    """What of the answer breaks the schema, or says no more than that something went wrong."""
    if not isinstance(answer, dict) or not answer.keys() <= {"data", "errors"} or not answer:
        return [f"no GraphQL answer: {answer!r:.200}"]
    found = [*_in_errors(answer.get("errors", []))]
    data = answer.get("data")
    if data is None:
        return found if answer.get("errors") else [*found, "neither data nor errors"]
    return [*found, *_Walk(schema, document).root(data)]


def _in_errors(errors: Any) -> Iterator[str]:
    for error in errors:
        extensions = error.get("extensions") or {}
        if extensions.get("code") in NOT_OURS_TO_SAY or not isinstance(error.get("message"), str):
            yield f"error {error}"
        for field in extensions.get("fields", []):
            if not (field.keys() == {"field", "code"} and re.fullmatch(r"[A-Z_]+", field["code"])):
                yield f"field of an error {field}"


class _Walk:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        [self._operation] = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]

    def root(self, data: Any) -> Iterator[str]:
        root = self._schema.get_root_type(self._operation.operation)
        assert root
        yield from self._object(root, [self._operation.selection_set], data, self._operation.operation.value)

    def _object(self, of: GraphQLObjectType, selections: list[SelectionSetNode], data: Any, path: str) -> Iterator[str]:
        if not isinstance(data, dict):
            yield f"{path} is {data!r:.80}, no {of.name}"
            return
        wanted: dict[str, list[FieldNode]] = {}
        for node in (field for each in selections for field in self._fields(of, each)):
            wanted.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        if wanted.keys() != data.keys():
            yield f"{path} has {sorted(data)}, asked for were {sorted(wanted)}"
        for key, nodes in wanted.items():
            if key not in data:
                continue
            if nodes[0].name.value == "__typename":
                if data[key] != of.name:
                    yield f"{path}.{key} is {data[key]}, not {of.name}"
                continue
            inner = [node.selection_set for node in nodes if node.selection_set]
            yield from self._value(of.fields[nodes[0].name.value].type, inner, data[key], f"{path}.{key}")

    def _fields(self, of: GraphQLObjectType, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for each in selections.selections:
            if isinstance(each, FieldNode):
                yield each
            elif isinstance(each, InlineFragmentNode) and self._applies(each, of):
                yield from self._fields(of, each.selection_set)
            elif isinstance(each, FragmentSpreadNode):
                raise NotImplementedError("no document here has named fragments")

    def _applies(self, fragment: InlineFragmentNode, of: GraphQLObjectType) -> bool:
        if fragment.type_condition is None or fragment.type_condition.name.value == of.name:
            return True
        condition = self._schema.type_map[fragment.type_condition.name.value]
        return is_abstract_type(condition) and self._schema.is_sub_type(condition, of)  # type: ignore[arg-type]

    def _value(self, of: GraphQLOutputType, inner: list[SelectionSetNode], data: Any, path: str) -> Iterator[str]:
        nullable = get_nullable_type(of)
        if data is None:
            if nullable is not of:
                yield f"{path} is null"
        elif isinstance(nullable, GraphQLList):
            yield from self._list(nullable, inner, data, path)
        elif is_leaf_type(nullable):
            if not _is_leaf(nullable, data):
                yield f"{path} is {data!r:.80}, no {nullable}"
        else:
            yield from self._composite(nullable, inner, data, path)

    def _list(self, of: GraphQLList[Any], inner: list[SelectionSetNode], data: Any, path: str) -> Iterator[str]:
        if not isinstance(data, list):
            yield f"{path} is no list"
            return
        for at, item in enumerate(data):
            yield from self._value(of.of_type, inner, item, f"{path}.{at}")

    def _composite(self, of: Any, inner: list[SelectionSetNode], data: Any, path: str) -> Iterator[str]:
        """Which of its types an abstract one is, only __typename says, which is not always asked for."""
        if not is_abstract_type(of):
            yield from self._object(of, inner, data, path)
        elif isinstance(data, dict) and "__typename" in data:
            found = self._schema.type_map.get(data["__typename"])
            if isinstance(found, GraphQLObjectType) and self._schema.is_sub_type(of, found):
                yield from self._object(found, inner, data, path)
            else:
                yield f"{path} is {data['__typename']!r}, no {of}"


def _is_leaf(of: Any, value: Any) -> bool:
    if isinstance(of, GraphQLEnumType):
        return value in of.values
    if of.name == "Int":
        return isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31
    if pattern := _TEXTS.get(of.name):
        return isinstance(value, str) and pattern.fullmatch(value) is not None
    kinds = _KINDS[of.name]
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
