"""What many ask for at the same time is read at once, afresh, and nobody gets in another's way."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chassis.together import Together


class Shelf:
    """Something to read from, slowly: a reading ends when it is let."""

    def __init__(self) -> None:
        self.readings: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.fails = False

    async def read(self, keys: list[int]) -> dict[int, int]:
        self.readings.append(keys)
        await self.open.wait()
        if self.fails:
            raise ConnectionError("away")
        return {key: key * key for key in keys}


@pytest.fixture
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.together._PAUSE", 0)


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_all_that_is_asked_in_one_turn_is_one_reading_without_repetitions() -> None:
    shelf = Shelf()
    together = Together(shelf.read)
    found = await asyncio.gather(together([1, 2]), together([2, 3]), together([1]))
    assert shelf.readings == [[1, 2, 3]]
    assert [each[2] for each in found] == [4, 4, 4]


async def test_what_is_asked_later_is_read_again() -> None:
    shelf = Shelf()
    together = Together(shelf.read)
    await together([1])
    await together([1])
    assert shelf.readings == [[1], [1]]


async def test_what_is_asked_soon_after_a_reading_began_is_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.together._PAUSE", 3_600)
    loop, pauses = asyncio.get_running_loop(), list[Callable[[], None]]()
    call_at = loop.call_at

    def paused(when: float, do: Any, *given: Any, **more: Any) -> Any:
        return pauses.append(do) if do == together._begin and when > loop.time() else call_at(when, do, *given, **more)

    monkeypatch.setattr(loop, "call_at", paused)
    shelf = Shelf()
    together = Together(shelf.read)
    await together([1])
    asking = []
    for key in (2, 3, 4):
        asking.append(asyncio.create_task(together([key])))
        await turns()
    [pause_ends] = pauses
    pause_ends()
    assert [each[key] for key, each in zip((2, 3, 4), await asyncio.gather(*asking), strict=True)] == [4, 9, 16]
    assert shelf.readings == [[1], [2, 3, 4]]


@pytest.mark.usefixtures("restless")
async def test_while_readings_are_under_way_the_next_one_grows() -> None:
    shelf = Shelf()
    together = Together(shelf.read)
    shelf.open.clear()
    asking = []
    for key in range(6):
        asking.append(asyncio.create_task(together([key])))
        await turns()
    assert shelf.readings == [[0], [1]]
    shelf.open.set()
    found = await asyncio.gather(*asking)
    assert shelf.readings == [[0], [1], [2, 3, 4, 5]]
    assert [each[key] for key, each in enumerate(found)] == [0, 1, 4, 9, 16, 25]


async def test_a_reading_holds_so_many_keys_unless_one_asks_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.together._KEYS", 3)
    shelf = Shelf()
    together = Together(shelf.read)
    await asyncio.gather(together([1, 2]), together([3, 4]), together([5]), together([6, 7, 8, 9]))
    assert shelf.readings == [[1, 2], [3, 4, 5], [6, 7, 8, 9]]


async def test_a_reading_that_fails_fails_for_those_it_was_for_and_no_others() -> None:
    shelf = Shelf()
    together = Together(shelf.read)
    shelf.fails = True
    failed = await asyncio.gather(together([1]), together([2]), return_exceptions=True)
    assert [str(each) for each in failed] == ["away", "away"]
    shelf.fails = False
    assert await together([3]) == {3: 9}


async def test_who_leaves_takes_nothing_from_the_others() -> None:
    shelf = Shelf()
    together = Together(shelf.read)
    shelf.open.clear()
    leaving, staying = asyncio.create_task(together([1])), asyncio.create_task(together([2]))
    await turns()
    leaving.cancel()
    shelf.open.set()
    assert (await staying)[2] == 4
    with pytest.raises(asyncio.CancelledError):
        await leaving


@pytest.mark.usefixtures("restless")
async def test_at_the_end_nobody_is_left_waiting() -> None:
    shelf = Shelf()
    together = Together(shelf.read)
    shelf.open.clear()
    waiting = []
    for key in range(4):
        waiting.append(asyncio.create_task(together([key])))
        await turns()
    await together.close()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in ends] == [asyncio.CancelledError] * 4
    assert shelf.readings == [[0], [1]]
