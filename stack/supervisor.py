"""Starting many servers at once, noticing the one that dies, stopping all in the right order."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stack.progress import Progress
from stack.running import Record
from stack.server import Server

LOOK_EVERY = 0.2
"""Seconds. A look asks a service for its readiness, which asks its servers: often enough, and no load."""


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

    async def _start(self, server: Server) -> None:
        began = time.monotonic()
        for _ in server.starting():
            self.record.add(server.name, server.child.pid)
            await asyncio.sleep(LOOK_EVERY)
            self._ensure_all_live()
        self.progress.is_ready(server.name, time.monotonic() - began)

    async def watch(self) -> None:
        """Wait until a process dies by itself; StackError says which, and where its log is."""
        while True:
            self._ensure_all_live()
            await asyncio.sleep(LOOK_EVERY)

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
