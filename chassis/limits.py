"""How much one GraphQL request may ask for, checked before anything is validated or resolved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    visit,
)

from chassis.errors import DomainError


class QueryTooLong(DomainError):
    code = "QUERY_TOO_LONG"


class QueryTooDeep(DomainError):
    code = "QUERY_TOO_DEEP"


class QueryTooWide(DomainError):
    code = "QUERY_TOO_WIDE"


class TooManyDirectives(DomainError):
    code = "TOO_MANY_DIRECTIVES"


class TooManyItems(DomainError):
    code = "TOO_MANY_ITEMS"


@dataclass(frozen=True, slots=True)
class Limits:
    """`fields` and `depth` count what fragments expand to; `nodes` is what all pages asked for could hold together.

    Routers send aliases and representations of their own making: those limits leave room for them.
    """

    body_bytes: int = 1_048_576
    source_length: int = 20_000
    tokens: int = 4_000
    definitions: int = 60
    depth: int = 15
    fields: int = 1_000
    aliases: int = 60
    directives: int = 60
    items: int = 1_000
    nodes: int = 10_000


@dataclass(frozen=True, slots=True)
class _Extent:
    depth: int
    fields: int
    aliases: int


def ensure_within(document: DocumentNode, limits: Limits) -> None:
    """Raises the refusal of the first limit that the document breaks."""
    if len(document.definitions) > limits.definitions:
        raise QueryTooLong(f"A document may hold {limits.definitions} operations and fragments at most.")
    counted = _Counter()
    visit(document, counted)
    if counted.directives > limits.directives:
        raise TooManyDirectives(f"A document may hold {limits.directives} directives at most.")
    _ensure_items(counted.longest_list, limits)
    _ensure_extents(document, limits)


def ensure_items(variables: Mapping[str, Any], limits: Limits, *, but: Collection[str] = ()) -> None:
    """The limit of list lengths, for variables; those in `but` have a limit of their own."""
    pending = [value for name, value in variables.items() if name not in but]
    while pending:
        each = pending.pop()
        if isinstance(each, list):
            _ensure_items(len(each), limits)
            pending.extend(each)
        elif isinstance(each, dict):
            pending.extend(each.values())


def _ensure_items(length: int, limits: Limits) -> None:
    if length > limits.items:
        raise TooManyItems(f"A list may hold {limits.items} items at most.")


def _ensure_extents(document: DocumentNode, limits: Limits) -> None:
    measure = _Measure(document, limits)
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    extents = [measure.of(each.selection_set) for each in operations]
    # Fragments that no operation uses are measured too: validation is going to walk them.
    extents += [measure.fragment(name) for name in measure.fragments]
    if sum(each.aliases for each in extents[: len(operations)]) > limits.aliases:
        raise QueryTooWide(f"A document may hold {limits.aliases} aliases at most.")


class _Counter(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.directives = 0
        self.longest_list = 0

    def enter_directive(self, _node: DirectiveNode, *_: Any) -> None:
        self.directives += 1

    def enter_list_value(self, node: Any, *_: Any) -> None:
        self.longest_list = max(self.longest_list, len(node.values))


class _Measure:
    """Extents of selection sets. Each fragment is measured once, however often it is spread."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self.limits = limits
        self.fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._measured: dict[str, _Extent] = {}
        self._nesting = 0

    def fragment(self, name: str) -> _Extent:
        if name not in self._measured:
            # A fragment that spreads itself counts as nothing here: validation refuses it.
            self._measured[name] = _Extent(0, 0, 0)
            found = self.fragments.get(name)
            if found:
                self._measured[name] = self.of(found.selection_set)
        return self._measured[name]

    def of(self, selection_set: SelectionSetNode) -> _Extent:
        self._nesting += 1
        # Fragments add no depth to the answer, yet nesting them without end would exhaust the stack.
        if self._nesting > 4 * self.limits.depth:
            raise self._too_deep()
        try:
            return self._together([self._selection(each) for each in selection_set.selections])
        finally:
            self._nesting -= 1

    def _selection(self, selection: Any) -> _Extent:
        if isinstance(selection, FragmentSpreadNode):
            return self.fragment(selection.name.value)
        if isinstance(selection, InlineFragmentNode):
            return self.of(selection.selection_set)
        return self._field(selection)

    def _field(self, field: FieldNode) -> _Extent:
        own = 1 if field.alias else 0
        if not field.selection_set:
            return _Extent(1, 1, own)
        if field.name.value in ("__schema", "__type"):
            # Introspection is deep by nature; validation has its own limit for it.
            return _Extent(1, 1, own)
        inner = self.of(field.selection_set)
        if inner.depth + 1 > self.limits.depth:
            raise self._too_deep()
        return _Extent(inner.depth + 1, inner.fields + 1, inner.aliases + own)

    def _together(self, extents: Sequence[_Extent]) -> _Extent:
        fields = sum(each.fields for each in extents)
        if fields > self.limits.fields:
            raise QueryTooWide(f"An operation may select {self.limits.fields} fields at most.")
        return _Extent(max((each.depth for each in extents), default=0), fields, sum(each.aliases for each in extents))

    def _too_deep(self) -> QueryTooDeep:
        return QueryTooDeep(f"A query may be {self.limits.depth} levels deep at most.")
