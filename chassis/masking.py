"""What a client sees of an error: refusals as they are, the unexpected as INTERNAL with an id that is in the log."""

from collections.abc import Iterable
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from sqlalchemy.exc import DBAPIError

from chassis.errors import DomainError, InvalidInput, Unavailable
from chassis.graphql_metrics import errors as counted
from chassis.ids import uuid7
from chassis.outages import is_outage

logger = structlog.get_logger(__name__)

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
INTERNAL = "INTERNAL"
_NUL_CHARACTER = "22021"


def shown(error: BaseException) -> dict[str, Any]:
    """The error as it goes to the client: message, locations, path and extensions with a code."""
    located = error if isinstance(error, GraphQLError) else None
    answer: dict[str, Any] = {}
    answer["message"], answer["extensions"] = _said(error, _cause(error))
    counted.labels(answer["extensions"]["code"]).inc()
    if located is not None:
        if located.locations:
            answer["locations"] = [location.formatted for location in located.locations]
        if located.path:
            answer["path"] = located.path
    return answer


def all_shown(errors: Iterable[BaseException]) -> list[dict[str, Any]]:
    return [shown(each) for each in errors]


def _cause(error: BaseException) -> BaseException:
    """What was raised in the first place: GraphQL wraps it once for each place it passes."""
    while isinstance(error, GraphQLError) and error.original_error is not None:
        error = error.original_error
    return error


def _said(error: BaseException, cause: BaseException) -> tuple[str, dict[str, Any]]:
    if isinstance(cause, DomainError):
        return cause.message, cause.extensions
    if _is_a_nul_character(cause):
        refusal = InvalidInput("Some text holds a NUL character, which can't be stored.")
        return refusal.message, refusal.extensions
    if is_outage(cause):
        logger.warning("unavailable", path=_path(error), reason=f"{type(cause).__name__}: {cause}")
        away = Unavailable()
        return away.message, away.extensions
    if isinstance(error, GraphQLError) and isinstance(cause, GraphQLError) and _is_about_the_query(error, cause):
        return error.message, {**(cause.extensions or {}), "code": _code(error, cause)}
    return _masked(error, cause)


def _is_a_nul_character(cause: BaseException) -> bool:
    """PostgreSQL's text knows every character but that one, and says so wherever it meets it."""
    return isinstance(cause, DBAPIError) and getattr(cause.driver_exception, "sqlstate", None) == _NUL_CHARACTER


def _is_about_the_query(error: GraphQLError, cause: GraphQLError) -> bool:
    """Errors of the query point into it; one that only a resolver's result caused does not.

    What a type refuses to print (a wrong enum value, a naive instant) may hold what no client should see.
    """
    return error.path is None or bool(cause.nodes)


def _code(error: GraphQLError, cause: GraphQLError) -> str:
    if isinstance(error, GraphQLSyntaxError):
        return PARSE_FAILED
    given = (error.extensions or {}).get("code") or (cause.extensions or {}).get("code")
    return str(given or "INVALID_INPUT")


def _masked(error: BaseException, cause: BaseException) -> tuple[str, dict[str, Any]]:
    number = str(uuid7())
    logger.error("internal_error", error_id=number, path=_path(error), exc_info=cause)
    return "Internal error", {"code": INTERNAL, "id": number}


def _path(error: BaseException) -> str | None:
    path = getattr(error, "path", None)
    return ".".join(map(str, path)) if path else None
