"""Lua on Redis, scripts and functions; the calls of one turn of the event loop go out as one pipeline."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, ResponseError

Argument = str | int | float | bytes

_AT_ONCE = 500
_LOADS = 5
_REPLICAS_WITHIN_MS = 1_000


class NotReplicated(ConnectionError):
    """It was done, and too few replicas have it: it may be lost with the server. Asking again tells what is true."""


@dataclass(frozen=True, slots=True)
class _Call:
    script: "Script | Function"
    keys: Sequence[str]
    args: Sequence[Argument]
    answer: "asyncio.Future[Any]"


class Script:
    """A text that is run by its hash."""

    command = "EVALSHA"
    replicas = 0

    def __init__(self, scripts: "Scripts", lua: str) -> None:
        self._scripts = scripts
        self.lua = lua
        self.reference = sha1(lua.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str] = (), args: Sequence[Argument] = ()) -> Any:
        return await self._scripts.call(self, keys, args)

    @property
    def source(self) -> "Script":
        return self

    def is_unknown(self, answer: object) -> bool:
        return isinstance(answer, NoScriptError)

    @property
    def loading(self) -> tuple[str, ...]:
        return ("SCRIPT", "LOAD", self.lua)


class Library:
    """Functions that share their text and what it keeps between calls: `#!lua name=doors` in its first line.

    The text names its functions after the library (`doors_open`). Both names are made to carry the text's hash, so
    that two versions live side by side while processes of one take over from those of the other.
    """

    def __init__(self, scripts: "Scripts", lua: str, replicas: int) -> None:
        name = lua.partition("name=")[2].split()[0]
        digest = sha1(lua.encode(), usedforsecurity=False).hexdigest()
        self._scripts = scripts
        self._replicas = replicas
        self.name = f"{name}_{digest[:10]}"
        self.lua = lua.replace(name, self.name)

    def function(self, name: str, *, writes: bool = True) -> "Function":
        """`library.function("open")` is the one the text registers as `doors_open`."""
        return Function(self._scripts, self, name, self._replicas if writes else 0)

    @property
    def loading(self) -> tuple[str, ...]:
        return ("FUNCTION", "LOAD", "REPLACE", self.lua)


class Function:
    """A function of a library, called by its name."""

    command = "FCALL"

    def __init__(self, scripts: "Scripts", library: Library, name: str, replicas: int) -> None:
        self._scripts = scripts
        self.replicas = replicas
        self.source = library
        self.reference = f"{library.name}_{name}"

    async def __call__(self, keys: Sequence[str] = (), args: Sequence[Argument] = ()) -> Any:
        return await self._scripts.call(self, keys, args)

    def is_unknown(self, answer: object) -> bool:
        return isinstance(answer, ResponseError) and "Function not found" in str(answer)


class Scripts:
    """Collects calls until the loop's turn is over, then sends them together: one round trip for all of them."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[_Call] = []
        self._sending: set[asyncio.Task[None]] = set()

    def script(self, lua: str) -> Script:
        return Script(self, lua)

    def library(self, lua: str, replicas: int = 0) -> Library:
        return Library(self, lua, replicas)

    async def call(self, script: Script | Function, keys: Sequence[str], args: Sequence[Argument]) -> Any:
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
            for _ in range(_LOADS):
                if forgotten:
                    forgotten = await self._attempt(forgotten, {call.script.source for call in forgotten})
            for call in forgotten:
                _refuse(call, NoScriptError("The server forgets scripts as soon as they are loaded."))
        except Exception as error:  # noqa: BLE001 (each caller is given it)
            for call in calls:
                _refuse(call, error)

    async def _attempt(self, calls: list[_Call], to_load: Collection[Script | Library] = ()) -> list[_Call]:
        """Send all in one go, hand out the answers, and return the calls whose script the server does not know."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for source in to_load:
                pipeline.execute_command(*source.loading)
            for call in calls:
                script = call.script
                pipeline.execute_command(script.command, script.reference, len(call.keys), *call.keys, *call.args)
            replicas = max(call.script.replicas for call in calls)
            if replicas:
                pipeline.execute_command("WAIT", replicas, _REPLICAS_WITHIN_MS)
            answers = (await pipeline.execute(raise_on_error=False))[len(to_load) :]
        have_it = answers.pop() if replicas else 0
        forgotten = []
        for call, answer in zip(calls, answers, strict=True):
            if call.script.is_unknown(answer):
                forgotten.append(call)
            elif isinstance(answer, Exception):
                _refuse(call, answer)
            elif call.script.replicas > have_it:
                _refuse(call, NotReplicated(f"{have_it} of {call.script.replicas} replicas have it."))
            elif not call.answer.done():
                call.answer.set_result(answer)
        return forgotten


def _refuse(call: _Call, error: Exception) -> None:
    if not call.answer.done():
        call.answer.set_exception(error)
