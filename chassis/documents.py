"""Queries made ready once: parsed, measured, validated, and kept for whoever sends the same text again."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from chassis.errors import DomainError
from chassis.limits import Limits, QueryTooDeep, QueryTooLong, ensure_items, ensure_within
from chassis.masking import VALIDATION_FAILED
from chassis.page_limits import Chain, PageFinder, ensure_pages

# Bounds of the cache: a parsed document takes some hundred times the memory of its text.
_KEPT_DOCUMENTS = 1_000
_KEPT_CHARACTERS = 500_000


class RequestRefused(Exception):
    """The request can't be executed at all. `errors` go to the client, without data."""

    def __init__(self, errors: Sequence[BaseException]) -> None:
        super().__init__(str(errors[0]))
        self.errors = errors


class OperationUnclear(DomainError):
    code = "OPERATION_RESOLUTION_FAILURE"


@dataclass(frozen=True, slots=True)
class Operation:
    node: OperationDefinitionNode
    pages: tuple[Chain, ...]
    representations: frozenset[str]

    @property
    def kind(self) -> OperationType:
        return self.node.operation


@dataclass(frozen=True, slots=True)
class Document:
    ast: DocumentNode
    operations: Mapping[str | None, Operation]

    def operation(self, name: str | None) -> Operation:
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name not in self.operations:
            said = "Name the operation to execute." if name is None else f"There is no operation named {name}."
            raise RequestRefused([OperationUnclear(said)])
        return self.operations[name]


class Documents:
    """One per schema. What is refused is not kept, so that rubbish pushes nothing useful out."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, introspection: bool) -> None:
        self.schema = schema
        self.limits = limits
        # Without introspection, suggestions would tell the schema name by name.
        self.hide_suggestions = not introspection
        self._rules = [*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule]
        if not introspection:
            self._rules.append(NoSchemaIntrospectionCustomRule)
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0

    def __getitem__(self, text: str) -> Document:
        """The document of this text. Raises RequestRefused."""
        found = self._kept.get(text)
        if found is None:
            found = self._prepared(text)
            self._keep(text, found)
        else:
            self._kept.move_to_end(text)
        return found

    def ensure_variables(self, operation: Operation, variables: Mapping[str, Any]) -> None:
        """The limits that depend on a request's variables. Raises RequestRefused."""
        try:
            if operation.pages:
                ensure_pages(operation.pages, variables, self.limits)
            ensure_items(variables, self.limits, but=operation.representations)
        except DomainError as refusal:
            raise RequestRefused([refusal]) from refusal

    def _keep(self, text: str, document: Document) -> None:
        self._kept[text] = document
        self._characters += len(text)
        while len(self._kept) > _KEPT_DOCUMENTS or self._characters > _KEPT_CHARACTERS:
            oldest, _ = self._kept.popitem(last=False)
            self._characters -= len(oldest)

    def _prepared(self, text: str) -> Document:
        try:
            ast = self._parsed(text)
            ensure_within(ast, self.limits)
        except (GraphQLError, DomainError) as refusal:
            raise RequestRefused([refusal]) from refusal
        errors = validate(self.schema, ast, self._rules, max_errors=20, hide_suggestions=self.hide_suggestions)
        if errors:
            for error in errors:
                error.extensions = {"code": VALIDATION_FAILED}
            raise RequestRefused(errors)
        return self._document(ast)

    def _parsed(self, text: str) -> DocumentNode:
        limits = self.limits
        if len(text) > limits.source_length:
            raise QueryTooLong(f"A query may be {limits.source_length} characters long at most.")
        try:
            return parse(text, max_lexical_tokens=limits.tokens, max_comments=limits.tokens)
        except GraphQLError as error:
            limit = _broken_limit(error, limits)
            if limit is None:
                raise
            raise limit from error

    def _document(self, ast: DocumentNode) -> Document:
        fragments = {each.name.value: each for each in ast.definitions if isinstance(each, FragmentDefinitionNode)}
        finder = PageFinder(self.schema, fragments)
        nodes = [each for each in ast.definitions if isinstance(each, OperationDefinitionNode)]
        return Document(ast, {(node.name.value if node.name else None): _operation(node, finder) for node in nodes})


def _broken_limit(error: GraphQLError, limits: Limits) -> DomainError | None:
    """The limit that made the parser stop; it has no other way to say so than its words."""
    if "Parsing aborted" not in error.message:
        return None
    if "nested too deeply" in error.message:
        return QueryTooDeep(f"A query may be {limits.depth} levels deep at most.")
    return QueryTooLong(f"A query may hold {limits.tokens} tokens at most.")


def _operation(node: OperationDefinitionNode, finder: PageFinder) -> Operation:
    chains = finder.chains(node)
    named = frozenset(size.variable for chain in chains for size in chain if size.representations and size.variable)
    return Operation(node, chains, named)
