"""Together: what many ask for at the same time, in whatever requests, is read at once."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Generic, TypeAlias, TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")

_Asked: TypeAlias = tuple[Collection[Key], asyncio.Future[Found]]

_KEYS = 1_000
_READINGS = 2
_PAUSE = 0.005


class Together(Generic[Key, Found]):
    """Everybody is given all that was found; what that is must depend on the keys alone, never on who asks.

    A reading begins after all that it answers was asked. Who asks alone does not wait; what is asked within a few
    milliseconds of the last reading's beginning, or while enough of them are under way, is collected for the next.
    """

    def __init__(self, read: Callable[[list[Key]], Awaitable[Found]]) -> None:
        self._read = read
        self._asked: list[_Asked[Key, Found]] = []
        self._readings: set[asyncio.Task[None]] = set()
        self._called = False
        self._pause_ends = 0.0

    async def __call__(self, keys: Collection[Key]) -> Found:
        answer: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._asked.append((keys, answer))
        self._begin_soon()
        return await answer

    async def close(self) -> None:
        """Give up what is being read, and what waits for it."""
        asked, self._asked = self._asked, []
        for answer in _waiting(asked):
            answer.cancel()
        for reading in self._readings:
            reading.cancel()
        await asyncio.gather(*self._readings, return_exceptions=True)

    def _begin_soon(self) -> None:
        """At the end of this turn of the loop at the earliest: others may be about to ask."""
        if self._asked and not self._called and len(self._readings) < _READINGS:
            self._called = True
            asyncio.get_running_loop().call_at(self._pause_ends, self._begin)

    def _begin(self) -> None:
        self._called = False
        if self._asked:
            self._pause_ends = asyncio.get_running_loop().time() + _PAUSE
            reading = asyncio.create_task(self._answer(self._taken()))
            self._readings.add(reading)
            reading.add_done_callback(self._ended)
            self._begin_soon()

    def _taken(self) -> Sequence[_Asked[Key, Found]]:
        """As many of those who asked first as fit into one reading, and one of them at least."""
        many = keys = 0
        for wanted, _ in self._asked:
            keys += len(wanted)
            if many and keys > _KEYS:
                break
            many += 1
        taken, self._asked = self._asked[:many], self._asked[many:]
        return taken

    async def _answer(self, asked: Sequence[_Asked[Key, Found]]) -> None:
        wanted = list(dict.fromkeys(key for keys, _ in asked for key in keys))
        try:
            found = await self._read(wanted)
        except Exception as error:  # noqa: BLE001 (each of them is given it)
            for answer in _waiting(asked):
                answer.set_exception(error)
        else:
            for answer in _waiting(asked):
                answer.set_result(found)
        finally:
            for answer in _waiting(asked):
                answer.cancel()

    def _ended(self, reading: asyncio.Task[None]) -> None:
        self._readings.discard(reading)
        self._begin_soon()


def _waiting(asked: Sequence[_Asked[Key, Found]]) -> list[asyncio.Future[Found]]:
    """Those who have not left meanwhile."""
    return [answer for _, answer in asked if not answer.done()]
