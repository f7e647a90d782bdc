"""Relay what the gates accept to the broker, as it comes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from time import monotonic
from uuid import UUID

from chassis.database import Database
from chassis.kafka import Producer
from chassis.locks import share

from ..settings import Settings
from . import store
from .send import send_acceptances
from .stream import Stream

# An event that opens while nothing happens elsewhere is noticed after this long.
WAIT = timedelta(milliseconds=250)
# Who comes alone is sent at once, and what comes within this long of it together.
COLLECT = timedelta(milliseconds=30)
# Whoever reads acceptances and sends them shares this while it has them: a rebuilder waits for those who do.
RELAYS = "loyalty.relays"


async def relay_acceptances(database: Database, stream: Stream, producer: Producer, settings: Settings) -> None:
    """Until it is stopped. What it took and failed to send it sends when it is started again, or another takes over."""
    patience = timedelta(seconds=settings.relay_takeover_seconds)
    looked_at = monotonic()
    async with relaying(database) as running:
        await send_acceptances(stream, producer, await stream.take_again(running))
    while True:
        async with relaying(database) as running:
            taken = await stream.take(running, WAIT)
            await send_acceptances(stream, producer, taken)
            if monotonic() - looked_at > settings.relay_takeover_seconds / 2:
                looked_at = monotonic()
                await send_acceptances(stream, producer, await stream.take_over(running, patience))
        if taken:
            await asyncio.sleep(COLLECT.total_seconds())


@asynccontextmanager
async def relaying(database: Database) -> AsyncIterator[Sequence[UUID]]:
    """The events whose acceptances may be sent until the end of this. None is begun to be rebuilt without it ending."""
    async with database.reading() as session:
        await share(session, RELAYS)
        # Read after sharing: what is begun to be rebuilt by then is not among them.
        yield await store.events_to_relay(session)
