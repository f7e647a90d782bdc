"""Plain routes refuse with the graph's codes and HTTP's statuses."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter
from structlog.testing import capture_logs

from chassis.errors import (
    Conflict,
    DomainError,
    Forbidden,
    InvalidInput,
    NotFound,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from tests.chassis.sample import running, service


class EventStarted(DomainError):
    code = "EVENT_STARTED"


ERRORS: dict[str, tuple[Exception, int, str]] = {
    "unauthenticated": (Unauthenticated("No."), 401, "UNAUTHENTICATED"),
    "forbidden": (Forbidden("No."), 403, "FORBIDDEN"),
    "missing": (NotFound("No."), 404, "NOT_FOUND"),
    "conflict": (Conflict("No."), 409, "CONFLICT"),
    "invalid": (InvalidInput("No."), 400, "INVALID_INPUT"),
    "refusal": (EventStarted("No."), 400, "EVENT_STARTED"),
    "limited": (RateLimited(30), 429, "RATE_LIMITED"),
    "away": (Unavailable(2), 503, "UNAVAILABLE"),
    "refused": (ConnectionRefusedError("10.0.0.7 refused"), 503, "UNAVAILABLE"),
    "broken": (RuntimeError("swordfish"), 500, "INTERNAL"),
}

router = APIRouter()


@router.get("/fails/{how}")
async def fails(how: str) -> None:
    raise ERRORS[how][0]


@router.get("/numbers/{number}")
async def numbers(number: int) -> int:
    return number


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    # As a server does, which has seen the error answered when it is raised again.
    async with running(service(routers=(router,)), raise_app_exceptions=False) as started:
        yield started


@pytest.mark.parametrize("how", ERRORS)
async def test_each_error_has_its_status_and_code(client: httpx.AsyncClient, how: str) -> None:
    _, status, code = ERRORS[how]
    with capture_logs() as logs:
        answer = await client.get(f"/fails/{how}")
    error = answer.json()["error"]
    assert (answer.status_code, error["extensions"]["code"]) == (status, code)
    assert "swordfish" not in answer.text
    assert "10.0.0.7" not in answer.text
    if code == "INTERNAL":
        assert [each["error_id"] for each in logs if each["event"] == "internal_error"] == [error["extensions"]["id"]]


async def test_what_can_be_tried_again_says_when_in_a_header_too(client: httpx.AsyncClient) -> None:
    assert (await client.get("/fails/limited")).headers["retry-after"] == "30"
    assert (await client.get("/fails/away")).headers["retry-after"] == "2"
    assert "retry-after" not in (await client.get("/fails/conflict")).headers


async def test_a_parameter_of_the_wrong_type_is_named_and_not_repeated(client: httpx.AsyncClient) -> None:
    answer = await client.get("/numbers/swordfish")
    assert (answer.status_code, answer.json()["error"]["extensions"]) == (
        400,
        {"code": "INVALID_INPUT", "fields": [{"field": "path.number", "code": "INT_PARSING"}]},
    )
    assert "swordfish" not in answer.text


async def test_a_path_or_a_method_that_is_not_served_is_refused_with_a_code(client: httpx.AsyncClient) -> None:
    nowhere, wrong = await client.get("/nowhere"), await client.delete("/numbers/1")
    assert (nowhere.status_code, nowhere.json()) == (
        404,
        {"error": {"message": "Not Found.", "extensions": {"code": "NOT_FOUND"}}},
    )
    assert (wrong.status_code, wrong.headers["allow"], wrong.json()["error"]["extensions"]) == (
        405,
        "GET",
        {"code": "METHOD_NOT_ALLOWED"},
    )
