"""How much the pages of one operation may hold together: pages within pages multiply."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    type_from_ast,
)

from chassis.errors import DomainError
from chassis.limits import Limits
from chassis.pagination import ensure_page_size


class TooManyNodes(DomainError):
    code = "TOO_MANY_NODES"


@dataclass(frozen=True, slots=True)
class PageSize:
    """Where the size of a page comes from: the query itself, or a variable of the request."""

    fixed: int
    variable: str | None = None
    representations: bool = False

    def among(self, variables: Mapping[str, Any]) -> int:
        if self.variable is None or self.variable not in variables:
            size: Any = self.fixed
        else:
            size = variables[self.variable]
        if self.representations:
            return len(size) if isinstance(size, list) else 1
        # What is no integer is refused by name when variables are coerced.
        return ensure_page_size(size) if type(size) is int else 1


Chain: TypeAlias = tuple[PageSize, ...]


def ensure_pages(chains: tuple[Chain, ...], variables: Mapping[str, Any], limits: Limits) -> None:
    """Raises InvalidInput for a page size out of range, TooManyNodes when all pages together are too much."""
    nodes = sum(prod(size.among(variables) for size in chain) for chain in chains)
    if nodes > limits.nodes:
        raise TooManyNodes(f"The pages of this query could hold {nodes} nodes; {limits.nodes} are the limit.")


class PageFinder:
    """Finds the pages of an operation that is valid: every field with a `first`, with the pages it is in."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.schema = schema
        self.fragments = fragments
        self._defaults: dict[str, int] = {}

    def chains(self, operation: OperationDefinitionNode) -> tuple[Chain, ...]:
        root = self.schema.get_root_type(operation.operation)
        self._defaults = {
            each.variable.name.value: int(each.default_value.value)
            for each in operation.variable_definitions or ()
            if isinstance(each.default_value, IntValueNode)
        }
        return tuple(self._within(operation.selection_set, root, ()))

    def _within(self, selections: SelectionSetNode, parent: Any, outer: Chain) -> Iterator[Chain]:
        for each in selections.selections:
            if isinstance(each, FieldNode):
                yield from self._field(each, parent, outer)
                continue
            inner: Any = self.fragments[each.name.value] if isinstance(each, FragmentSpreadNode) else each
            condition = inner.type_condition
            yield from self._within(
                inner.selection_set, type_from_ast(self.schema, condition) if condition else parent, outer
            )

    def _field(self, node: FieldNode, parent: Any, outer: Chain) -> Iterator[Chain]:
        field = self.schema.get_field(parent, node.name.value) if parent else None
        size = self._size(node, field) if field else None
        chain = (*outer, size) if size else outer
        if size:
            yield chain
        if node.selection_set and field:
            yield from self._within(node.selection_set, get_named_type(field.type), chain)

    def _size(self, node: FieldNode, field: GraphQLField) -> PageSize | None:
        if node.name.value == "_entities":
            return self._representations(node)
        argument = field.args.get("first")
        if argument is None:
            return None
        given = _argument(node, "first")
        if isinstance(given, VariableNode):
            name = given.name.value
            return PageSize(self._defaults.get(name, _default(argument)), name)
        return PageSize(int(given.value) if isinstance(given, IntValueNode) else _default(argument))

    def _representations(self, node: FieldNode) -> PageSize:
        given = _argument(node, "representations")
        if isinstance(given, VariableNode):
            return PageSize(1, given.name.value, representations=True)
        return PageSize(len(given.values) if isinstance(given, ListValueNode) else 1, representations=True)


def _argument(node: FieldNode, name: str) -> Any:
    return next((each.value for each in node.arguments or () if each.name.value == name), None)


def _default(argument: Any) -> int:
    return argument.default_value if type(argument.default_value) is int else 1
