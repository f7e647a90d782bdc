"""The whole stack, started in the order in which one thing stands on another.

async with local_stack(Layout(), Options(), Progress()) as stack:
    await stack.watch()
"""

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from stack.commands import migrate, replay_outboxes
from stack.gateways import entrance, routers
from stack.layout import Layout
from stack.nursery import open_nursery
from stack.options import Options
from stack.people import make_demo_people
from stack.ports import ensure_free
from stack.progress import Progress
from stack.running import recorded
from stack.services import Surroundings, mailbox, simulator, subgraph_services
from stack.supervisor import Supervisor


@dataclass(frozen=True)
class Stack:
    """A stack that is ready."""

    around: Surroundings
    supervisor: Supervisor

    @property
    def url(self) -> str:
        """The entrance: all that clients need."""
        return self.around.layout.entrance_url

    async def watch(self) -> None:
        """Start again what dies, until that is no use or it is a server the others stand on; StackError says which."""
        await self.supervisor.watch()


@asynccontextmanager
async def local_stack(
    layout: Layout, options: Options, progress: Progress, inherited: Mapping[str, str] | None = None
) -> AsyncIterator[Stack]:
    """Start everything, yield once the entrance says ready, stop everything.

    `inherited` is the environment the services get beyond what the stack sets: this process's own by default.
    """
    with recorded(layout.home) as record:
        # Logs tell of one run: the last line of the last run's must not pass for what happens now.
        for folder in (layout.logs, layout.data) if options.fresh else (layout.logs,):
            shutil.rmtree(folder, ignore_errors=True)
        layout.data.mkdir(parents=True, exist_ok=True)
        around = Surroundings.of(layout, options, os.environ if inherited is None else inherited)
        open_nursery()
        supervisor = Supervisor(progress, record)
        try:
            await _start(around, options, supervisor)
            yield Stack(around, supervisor)
        finally:
            progress.step("Stopping")
            supervisor.stop()


async def _start(around: Surroundings, options: Options, supervisor: Supervisor) -> None:
    # Looked at first: a missing program and a taken port are said before anything is started.
    in_front = routers(around) if options.routers else []
    services = [simulator(around), mailbox(around), *subgraph_services(around), *in_front]
    for each in (*around.backing.embedded, *services, entrance(around, routers=options.routers)):
        ensure_free(each.port, each.name)
    ensure_free(around.layout.ports.smtp, "mailbox")
    progress = supervisor.progress
    progress.step("Servers")
    await supervisor.start(around.backing.embedded)
    with progress.timed("databases"):
        await migrate(around)
    progress.step("Services")
    await supervisor.start(services)
    await supervisor.start([entrance(around, routers=options.routers)])
    with progress.timed("demo people"):
        await make_demo_people(around)
    if around.backing.broker:
        # It may be new, or know nothing of what another kind of broker was told: what is known is let pass.
        with progress.timed("messages of the last day"):
            await replay_outboxes(around)
