"""An event is waited for as long as was said, and whoever is cancelled meanwhile is cancelled."""

import asyncio

import pytest

from chassis.waiting import comes_within


async def test_what_has_come_or_comes_in_time_is_told_from_what_does_not() -> None:
    event = asyncio.Event()
    assert await comes_within(event, 0.01) is False
    asyncio.get_running_loop().call_soon(event.set)
    assert await comes_within(event, 30) is True
    assert await comes_within(event, 30) is True


@pytest.mark.parametrize("turns", range(4))
async def test_a_cancellation_that_comes_with_the_event_is_not_lost(turns: int) -> None:
    """Nor is it in the turns of the loop after that, until the waiting is over."""
    event = asyncio.Event()
    waiting = asyncio.create_task(comes_within(event, 30))
    await asyncio.sleep(0)
    event.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    was_waiting = waiting.cancel()
    (outcome,) = await asyncio.gather(waiting, return_exceptions=True)
    assert isinstance(outcome, asyncio.CancelledError) if was_waiting else outcome is True
