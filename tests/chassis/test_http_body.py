"""A GraphQL request out of the bytes of an HTTP request."""

from typing import Any
from urllib.parse import urlencode

import pytest

from chassis.execution import BadRequest, Request
from chassis.http_body import Disconnected, HttpRefusal, read_request

JSON = {b"content-type": b"application/json"}


async def read(*chunks: bytes, limit: int = 1_000, headers: dict[bytes, bytes] | None = None, **scope: Any) -> Request:
    events = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks[:-1]]
    events += [{"type": "http.request", "body": chunks[-1]}] if chunks else [{"type": "http.disconnect"}]

    async def receive() -> dict[str, Any]:
        return events.pop(0)

    given = JSON if headers is None else headers
    return await read_request({"method": "POST", "query_string": b"", **scope}, given, receive, limit)


async def test_a_body_may_come_in_pieces() -> None:
    whole = '{"query": "{name}", "variables": {"word": "저기"}}'.encode()
    assert await read(*(whole[at : at + 1] for at in range(len(whole)))) == Request("{name}", None, {"word": "저기"})


async def test_the_limit_holds_for_the_pieces_together() -> None:
    body = b'{"query": "{hello}"}'
    assert await read(body, limit=len(body)) == Request("{hello}")
    with pytest.raises(HttpRefusal) as refused:
        await read(body, b" ", limit=len(body))
    assert (refused.value.status, refused.value.extensions) == (413, {"code": "BODY_TOO_LARGE"})


async def test_a_client_that_leaves_in_the_middle_has_no_request() -> None:
    with pytest.raises(Disconnected):
        await read()


@pytest.mark.parametrize("body", [b"\xff", b'{"query": "\xff"}', b"{'query': 1}", b'{"query": NaN}', b"[" * 5_000])
async def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest, match="This is not JSON"):
        await read(body, limit=10_000)


async def test_a_query_string_says_the_same_as_a_body() -> None:
    given = {"query": "{a+b}", "operationName": "A", "variables": '{"word": "저기 & 어때"}', "extensions": "{}"}
    request = await read(method="GET", headers={}, query_string=urlencode(given).encode())
    assert request == Request("{a+b}", "A", {"word": "저기 & 어때"}, {})


@pytest.mark.parametrize(
    "given", ["", "query=", "variables={}", "query={a}&variables=nonsense", "query={a}&variables=[]"]
)
async def test_a_query_string_without_a_request_is_refused(given: str) -> None:
    with pytest.raises(BadRequest):
        await read(method="GET", headers={}, query_string=given.encode())


async def test_an_empty_variable_list_is_none() -> None:
    assert await read(method="GET", headers={}, query_string=b"query={a}&variables=&extensions=") == Request("{a}")
