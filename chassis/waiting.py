"""Waiting, but not for ever."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

_as_it_is = asyncio.wait_for  # noqa: TID251


async def comes_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether it was set in time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def wait_for(fut: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109 - the name of the standard library
    """`asyncio.wait_for` as Python 3.12 has it: the one before loses a cancellation that comes as its wait ends
    (CPython gh-86296).
    """
    if timeout is not None and timeout <= 0:
        return await _as_it_is(fut, timeout)
    async with asyncio.timeout(timeout):
        return await fut
