"""Starting many servers at once, starting again a service that dies, stopping all in the right order."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from stack.child import Child
from stack.errors import StackError
from stack.progress import Progress
from stack.running import Record
from stack.server import Server

LOOK_EVERY = 0.2
"""Seconds. A look asks a service for its readiness, which asks its servers: often enough, and no load."""
FIRST_PAUSE = 0.5
"""Seconds until a service that died is started again; twice as long each time."""
MOST_DEATHS = 5
WITHIN = 60.0
"""Seconds. Who dies so often in so short a time does not get well by being started again."""


@dataclass
class Supervisor:
    progress: Progress
    record: Record
    tiers: list[Sequence[Server]] = field(default_factory=list)
    """In the order they were started: what stands on what."""

    async def start(self, servers: Sequence[Server]) -> None:
        """Start servers side by side and return when all answer; StackError as soon as any process has died."""
        self.tiers.append(servers)
        starts = [asyncio.create_task(self._start(server)) for server in servers]
        try:
            await asyncio.gather(*starts)
        finally:
            for start in starts:
                start.cancel()

    async def _start(self, server: Server, *, again: bool = False) -> None:
        began = time.monotonic()
        for _ in server.starting():
            self.record.add(server.name, server.child.pid)
            await asyncio.sleep(LOOK_EVERY)
            if not again:
                self._ensure_all_live()
        self.progress.is_ready(server.name, time.monotonic() - began)

    async def watch(self) -> None:
        """Start again what dies, until that is no use or it is a server the others stand on; StackError says which."""
        guards = [asyncio.create_task(self._guard(server)) for server in self._started()]
        try:
            await asyncio.gather(*guards)
        finally:
            for guard in guards:
                guard.cancel()

    async def _guard(self, server: Server) -> None:
        deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        while True:
            try:
                await _until_death(server.child)
            except StackError as death:
                if not server.comes_back:
                    raise
                deaths.append(time.monotonic())
                await asyncio.sleep(self._pause_after(death, deaths))
            await self._start_again(server)

    def _pause_after(self, death: StackError, deaths: deque[float]) -> float:
        lately = [at for at in deaths if deaths[-1] - at < WITHIN]
        if len(lately) == MOST_DEATHS:
            raise StackError(f"{death}; it died {MOST_DEATHS} times within {WITHIN:.0f} s") from death
        pause: float = FIRST_PAUSE * 2 ** (len(lately) - 1)
        self.progress.tell(f"  {death}; it is started again in {pause:g} s")
        return pause

    async def _start_again(self, server: Server) -> None:
        """Where that fails, it is dead still, and this is one death more."""
        try:
            await self._start(server, again=True)
        except StackError as failure:
            if str(failure) != server.child.epitaph():
                self.progress.tell(f"  {failure}")

    def _ensure_all_live(self) -> None:
        for server in self._started():
            server.child.ensure_running()

    def stop(self) -> None:
        """End all that was started, the last tier first, each tier at once."""
        for tier in reversed(self.tiers):
            for server in tier:
                server.child.ask_to_stop()
            for server in tier:
                server.stop()

    def _started(self) -> Iterable[Server]:
        return (server for tier in self.tiers for server in tier if server.child.was_started)


async def _until_death(child: Child) -> NoReturn:
    """Raise how it ended, once it has."""
    while True:
        child.ensure_running()
        await asyncio.sleep(LOOK_EVERY)
