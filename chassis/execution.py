"""One face of the graph, ready to answer: what a request must look like, and how queries and subscriptions run."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, FieldNode, GraphQLError, located_error
from graphql.execution import create_source_event_stream
from opentelemetry import trace
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from chassis.context import Context
from chassis.documents import Documents, Operation, RequestRefused
from chassis.errors import DomainError
from chassis.federation import Schema
from chassis.limits import Limits
from chassis.masking import all_shown


class BadRequest(DomainError):
    """What was sent is not a GraphQL request."""

    code = "BAD_REQUEST"


@dataclass(frozen=True, slots=True)
class Request:
    query: str
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    extensions: dict[str, Any] | None = None

    @classmethod
    def read(cls, payload: Any) -> "Request":
        """From the JSON object that clients send. Raises BadRequest."""
        if isinstance(payload, list):
            raise BadRequest("Batches are not supported: send one operation a request.")
        if not isinstance(payload, dict):
            raise BadRequest("The body must be a JSON object with a `query`.")
        query = payload.get("query")
        if not isinstance(query, str) or not query.strip():
            raise BadRequest("`query` must be a string that is not empty.")
        name = payload.get("operationName")
        if not (name is None or isinstance(name, str)):
            raise BadRequest("`operationName` must be a string.")
        variables, extensions = payload.get("variables"), payload.get("extensions")
        for key, value in (("variables", variables), ("extensions", extensions)):
            if not (value is None or isinstance(value, dict)):
                raise BadRequest(f"`{key}` must be an object.")
        return cls(query, name or None, variables or {}, extensions)


class Graph:
    """A schema with its document cache and limits."""

    def __init__(self, schema: Schema, limits: Limits | None = None, *, introspection: bool = False) -> None:
        self.schema = schema
        self.limits = limits or Limits()
        self.documents = Documents(schema._schema, self.limits, introspection=introspection)  # noqa: SLF001

    def operation(self, request: Request) -> Operation:
        """The operation the request asks for, within all limits. Raises RequestRefused."""
        operation = self.documents[request.query].operation(request.operation_name)
        self.documents.ensure_variables(operation, request.variables)
        return operation

    async def execute(self, request: Request, context: Context) -> dict[str, Any]:
        """A query's or mutation's answer. Raises RequestRefused when it can't be executed at all."""
        executor = self._executor(request, context)
        return await _answered(executor, executor.execute_operation())

    async def subscribe(self, request: Request, context: Context) -> AsyncGenerator[dict[str, Any], None]:
        """A subscription's answers, each with a context in which nothing is loaded yet.

        Raises RequestRefused when it can't begin, and when what it follows fails.
        """
        executor = self._executor(request, context)
        async with aclosing(await _events(executor)) as events:
            while True:
                try:
                    event = await anext(events)
                except StopAsyncIteration:
                    return
                except Exception as error:
                    raise RequestRefused([_at_root(executor, error)]) from error
                yield await _of_event(executor, event, context.renewed())

    def _executor(self, request: Request, context: Context) -> Any:
        executor: Any = StrawberryGraphQLCoreExecutionContext.build(
            self.schema._schema,  # noqa: SLF001
            self.documents[request.query].ast,
            context_value=context,
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            hide_suggestions=self.documents.hide_suggestions,
            operation_extensions=request.extensions,
        )
        if isinstance(executor, list):
            raise RequestRefused(executor)
        return executor


def name_span(span: trace.Span, operation: Operation) -> None:
    if span.is_recording():
        name = operation.node.name.value if operation.node.name else ""
        span.update_name(f"{operation.kind.value} {name}".strip())
        span.set_attributes({"graphql.operation.type": operation.kind.value, "graphql.operation.name": name})


async def _events(executor: Any) -> AsyncGenerator[Any, None]:
    stream: Any = create_source_event_stream(executor)
    source = await stream if isawaitable(stream) else stream
    if isinstance(source, ExecutionResult):
        raise RequestRefused(source.errors or [])
    events: AsyncGenerator[Any, None] = source
    return events


async def _of_event(executor: Any, event: Any, context: Context) -> dict[str, Any]:
    of_event = executor.build_per_event_executor(event)
    of_event.context_value = context
    return await _answered(of_event, of_event.execute_operation(serially=False))


def _at_root(executor: Any, error: Exception) -> GraphQLError:
    node = next((each for each in executor.operation.selection_set.selections if isinstance(each, FieldNode)), None)
    if node is None:
        return located_error(error)
    return located_error(error, [node], [node.alias.value if node.alias else node.name.value])


async def _answered(executor: Any, result: Any) -> dict[str, Any]:
    answer = _answer(await result if isawaitable(result) else result)
    # What holds each other is let go: else every request is a heap of garbage that only the collector can find.
    executor.async_helpers = None
    executor.context_value.forget()
    return answer


def _answer(result: ExecutionResult) -> dict[str, Any]:
    if result.errors:
        return {"errors": all_shown(result.errors), "data": result.data}
    return {"data": result.data}
