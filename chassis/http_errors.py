"""How plain routes refuse: the same codes as in the graph, with HTTP's statuses."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from chassis.errors import DomainError, FieldError, InvalidInput
from chassis.masking import shown

_STATUSES = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "RATE_LIMITED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}


def refuse_as_the_graph_does(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _answer)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(Exception, _answer)


async def _answer(_request: Request, error: Exception) -> JSONResponse:
    said = shown(error)
    code, retry_after = said["extensions"]["code"], said["extensions"].get("retryAfter")
    headers = {"retry-after": str(max(1, round(retry_after)))} if retry_after is not None else None
    return JSONResponse({"error": said}, _STATUSES.get(code, 400), headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """What FastAPI found wrong, without the values that were sent."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    fields = [FieldError(".".join(map(str, each["loc"])), str(each["type"]).upper()) for each in error.errors()]
    return await _answer(request, InvalidInput("The request is not as it must be.", fields))


async def _not_served(_request: Request, error: Exception) -> JSONResponse:
    """What Starlette refuses by itself: a path or a method that no route has, as NOT_FOUND or METHOD_NOT_ALLOWED."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    status = HTTPStatus(error.status_code)
    said = {"message": f"{status.phrase}.", "extensions": {"code": status.name}}
    return JSONResponse({"error": said}, status, error.headers)
