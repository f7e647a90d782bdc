"""Lua scripts on Redis by their hash; the calls of one turn of the event loop go out as one pipeline."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

Argument = str | int | float | bytes

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Call:
    script: "Script"
    keys: Sequence[str]
    args: Sequence[Argument]
    answer: "asyncio.Future[Any]"


class Script:
    def __init__(self, scripts: "Scripts", lua: str) -> None:
        self._scripts = scripts
        self.lua = lua
        self.sha = sha1(lua.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str] = (), args: Sequence[Argument] = ()) -> Any:
        return await self._scripts.call(self, keys, args)


class Scripts:
    """Collects calls until the loop's turn is over, then sends them together: one round trip for all of them."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[_Call] = []
        self._sending: set[asyncio.Task[None]] = set()

    def script(self, lua: str) -> Script:
        return Script(self, lua)

    async def call(self, script: Script, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._waiting.append(_Call(script, keys, args, answer))
        if len(self._waiting) == 1:
            loop.call_soon(self._send)
        elif len(self._waiting) == _AT_ONCE:
            self._send()
        return await answer

    async def close(self) -> None:
        await asyncio.gather(*self._sending)

    def _send(self) -> None:
        calls, self._waiting = self._waiting, []
        if calls:
            task = asyncio.create_task(self._deliver(calls))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _deliver(self, calls: list[_Call]) -> None:
        try:
            forgotten = await self._attempt(calls)
            if forgotten:
                for script in {call.script for call in forgotten}:
                    await self._redis.script_load(script.lua)
                for call in await self._attempt(forgotten):
                    _refuse(call, NoScriptError("The server forgets scripts as soon as they are loaded."))
        except Exception as error:  # noqa: BLE001 (each caller is given it)
            for call in calls:
                _refuse(call, error)

    async def _attempt(self, calls: list[_Call]) -> list[_Call]:
        """Send all in one go, hand out the answers, and return the calls whose script the server does not know."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for call in calls:
                pipeline.evalsha(call.script.sha, len(call.keys), *call.keys, *call.args)
            answers = await pipeline.execute(raise_on_error=False)
        forgotten = []
        for call, answer in zip(calls, answers, strict=True):
            if isinstance(answer, NoScriptError):
                forgotten.append(call)
            elif isinstance(answer, Exception):
                _refuse(call, answer)
            elif not call.answer.done():
                call.answer.set_result(answer)
        return forgotten


def _refuse(call: _Call, error: Exception) -> None:
    if not call.answer.done():
        call.answer.set_exception(error)
