"""A document is fetched from where it was said to be, and only as much of it as it may be long."""

import httpx
import pytest

from chassis import fetching

URL = "http://account.test/document.json"


def answering(answer: httpx.Response) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer))


async def test_the_document_is_what_is_there() -> None:
    async with answering(httpx.Response(200, json={"a": [1]})) as http:
        assert await fetching.json_at(http, URL, largest=9) == {"a": [1]}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, json={"a": [12]}), ValueError),
        (httpx.Response(200, text="nonsense"), ValueError),
        (httpx.Response(404, json={}), httpx.HTTPError),
        (httpx.Response(302, headers={"location": "http://elsewhere.test"}), httpx.HTTPError),
    ],
    ids=["too large", "no JSON", "not there", "elsewhere"],
)
async def test_what_is_none_is_an_error(answer: httpx.Response, error: type[Exception]) -> None:
    async with answering(answer) as http:
        with pytest.raises(error):
            await fetching.json_at(http, URL, largest=9)


async def test_the_client_goes_nowhere_but_where_it_was_told() -> None:
    async with fetching.client() as http:
        assert (http.follow_redirects, http.trust_env, http.timeout.read) == (False, False, 3)
