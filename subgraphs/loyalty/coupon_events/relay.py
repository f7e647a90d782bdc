"""Relay what the gates accept to the broker, as it comes."""

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from uuid import UUID

from chassis.database import Database
from chassis.kafka import Producer

from ..settings import Settings
from . import store
from .send import send_acceptances
from .stream import Stream

# An event that opens while nothing happens elsewhere is noticed after this long.
WAIT = timedelta(milliseconds=250)


async def relay_acceptances(database: Database, stream: Stream, producer: Producer, settings: Settings) -> None:
    """Until it is stopped. What it took and failed to send it sends when it is started again, or another takes over."""
    patience = timedelta(seconds=settings.relay_takeover_seconds)
    looked_at = monotonic()
    await send_acceptances(stream, producer, await stream.take_again(await _running(database)))
    while True:
        running = await _running(database)
        await send_acceptances(stream, producer, await stream.take(running, WAIT))
        if monotonic() - looked_at > settings.relay_takeover_seconds / 2:
            looked_at = monotonic()
            await send_acceptances(stream, producer, await stream.take_over(running, patience))


async def _running(database: Database) -> Sequence[UUID]:
    async with database.reading() as session:
        return await store.running_events(session)
