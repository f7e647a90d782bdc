"""Waiting for an event, but not for ever."""

import asyncio


async def comes_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether it was set in time. `asyncio.wait_for` is not for this: before Python 3.12 it loses a cancellation that
    comes as its wait ends.
    """
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
