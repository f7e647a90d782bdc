"""How pages look in the graph: XConnection { edges nodes pageInfo totalCount } and XEdge { cursor node }."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import strawberry
from graphql import BooleanValueNode, DirectiveNode, FieldNode, GraphQLResolveInfo, SelectionSetNode, VariableNode

from chassis.pagination import Page

Node = TypeVar("Node")
Row = TypeVar("Row")


@strawberry.federation.type(shareable=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None

    @classmethod
    def of(cls, page: Page[Any]) -> "PageInfo":
        return cls(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )


@strawberry.type
class Edge(Generic[Node]):
    """`Edge[Coupon]` is CouponEdge in the graph."""

    cursor: str
    node: Node


@strawberry.type
class Connection(Generic[Node]):
    """`Connection[Coupon]` is CouponConnection in the graph.

    A page is counted only where totalCount is selected: pass `count=wants_total(info)` to pagination.page.
    """

    edges: list[Edge[Node]]
    nodes: list[Node]
    page_info: PageInfo
    total: strawberry.Private[int | None]

    @strawberry.field
    def total_count(self) -> int:
        if self.total is None:
            raise RuntimeError("totalCount is selected but the page was not counted: page(…, count=wants_total(info))")
        return self.total

    @classmethod
    def of(cls, page: Page[Row], node: Callable[[Row], Node]) -> "Connection[Node]":
        """The page with each row made a node, once."""
        nodes = [node(row) for row in page.rows]
        edges = [Edge(cursor=cursor, node=each) for cursor, each in zip(page.cursors, nodes, strict=True)]
        return cls(edges=edges, nodes=nodes, page_info=PageInfo.of(page), total=page.total)


def wants_total(info: strawberry.Info[Any, Any]) -> bool:
    """Whether totalCount is selected on the field being resolved, fragments and @skip and @include considered."""
    raw = info._raw_info  # noqa: SLF001 - Strawberry has no other door to the selection
    return any(
        field.name.value == "totalCount"
        for node in raw.field_nodes
        if node.selection_set
        for field in _fields(raw, node.selection_set)
    )


def _fields(info: GraphQLResolveInfo[Any], selection_set: SelectionSetNode) -> Iterator[FieldNode]:
    for selection in selection_set.selections:
        if not _included(info, selection):
            continue
        if isinstance(selection, FieldNode):
            yield selection
            continue
        name = getattr(selection, "name", None)
        fragment = info.fragments[name.value] if name else selection
        yield from _fields(info, fragment.selection_set)  # type: ignore[union-attr]


def _included(info: GraphQLResolveInfo[Any], selection: Any) -> bool:
    conditions = {each.name.value: _condition(info, each) for each in selection.directives or ()}
    return not conditions.get("skip", False) and conditions.get("include", True)


def _condition(info: GraphQLResolveInfo[Any], directive: DirectiveNode) -> bool:
    value = next((each.value for each in directive.arguments or () if each.name.value == "if"), None)
    if isinstance(value, VariableNode):
        variables: Any = info.variable_values  # Strawberry hands over the plain values
        return bool(variables.get(value.name.value))
    return isinstance(value, BooleanValueNode) and value.value
