"""Kills processes of a stack at the steps they are told, and starts them again."""

import asyncio
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from stack.local import Stack
from stack.server import Server
from stack.services import Surroundings, subgraph_services
from tests.journeys.crashes.steps import Steps

LOOK_EVERY = 0.05
PATIENCE = 600
"""Seconds until a step that never comes is given up."""


def services_that_can_be_told_to_die(around: Surroundings) -> list[Server]:
    """Those of the stack, and nothing else is different about them."""
    _folder_of(around).mkdir()
    services = subgraph_services(around)
    for server in services:
        module = server.child.arguments[-1]
        server.child.arguments = [sys.executable, "-m", "tests.journeys.crashes.dying", module]
        told = {"DIE_AT": str(_folder_of(around) / server.name)}
        server.child.environment = {**(server.child.environment or {}), **told}
    return services


def _folder_of(around: Surroundings) -> Path:
    return around.layout.home / "dying"


class Killer:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._services = {server.name: server for tier in stack.supervisor.tiers for server in tier}
        self._folder = _folder_of(stack.around)

    def __getitem__(self, name: str) -> Server:
        return self._services[name]

    async def start(self, name: str) -> None:
        for _ in self[name].starting():
            self._stack.supervisor.record.add(name, self[name].child.pid)
            await asyncio.sleep(LOOK_EVERY)

    async def kill_at(self, steps: Steps) -> None:
        """Each process at each of its steps, whichever it comes to first, all processes beside each other."""
        async with asyncio.TaskGroup() as killing:
            for name, own in steps.items():
                killing.create_task(self._kill_at(name, own))

    async def _kill_at(self, name: str, steps: Sequence[str]) -> None:
        armed, left = self._folder / name, set(steps)
        while left:
            armed.write_text("\n".join(left))
            await self._await_death(name, left)
            left.remove(armed.with_suffix(".died").read_text())
            armed.unlink()
            await self.start(name)

    async def _await_death(self, name: str, steps: Collection[str]) -> None:
        child, deadline = self[name].child, time.monotonic() + PATIENCE
        while child.is_running():
            assert time.monotonic() < deadline, f"{name} never came to any of {sorted(steps)}"
            await asyncio.sleep(LOOK_EVERY)
        assert child._process is not None
        assert child._process.returncode == -9, child.epitaph()


async def crash(server: Server, *, seconds: float) -> None:
    """Gone at once, and back after a while with what it has on its disk."""
    server.kill()
    try:
        await asyncio.sleep(seconds)
    finally:
        for _ in server.starting():
            await asyncio.sleep(LOOK_EVERY)
