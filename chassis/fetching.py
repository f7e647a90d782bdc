"""Fetching a JSON document of the account service: from the address that was set, and never without end."""

from typing import Any

import httpx


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=3, trust_env=False, follow_redirects=False)


async def json_at(http: httpx.AsyncClient, url: str, *, largest: int) -> Any:
    """The document, of at most `largest` bytes. Raises httpx.HTTPError, or ValueError for what is none."""
    async with http.stream("GET", url, headers={"accept": "application/json"}) as response:
        response.raise_for_status()
        body = b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > largest:
                raise ValueError("the document is too large")
    return httpx.Response(200, content=body).json()
