"""What is waited for is waited for as long as was said, and whoever is cancelled meanwhile is cancelled."""

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


@pytest.mark.parametrize("turns", range(1, 4))
async def test_libraries_that_wait_for_something_do_not_lose_a_cancellation_that_comes_with_it(turns: int) -> None:
    async def wait_then_go_on() -> None:
        await asyncio.wait_for(asyncio.create_task(asyncio.sleep(0)), 30)
        await asyncio.Event().wait()

    waiting = asyncio.create_task(wait_then_go_on())
    for _ in range(turns):
        await asyncio.sleep(0)
    waiting.cancel()
    ended, _ = await asyncio.wait({waiting}, timeout=10)
    assert ended
    assert waiting.cancelled()


async def test_libraries_wait_for_what_comes_and_no_longer_than_they_say() -> None:
    assert await asyncio.wait_for(asyncio.sleep(0, "here"), 30) == "here"
    assert await asyncio.wait_for(asyncio.sleep(0, "here"), None) == "here"
    begun = asyncio.create_task(asyncio.Event().wait())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(begun, 0.01)
    assert begun.cancelled()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), 0)
