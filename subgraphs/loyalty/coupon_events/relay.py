"""Relay what the gates accept to the broker, as it comes."""

from datetime import timedelta

from chassis import clock
from chassis.database import Database
from chassis.kafka import Producer

from ..settings import Settings
from . import store
from .send import send_acceptances
from .stream import Stream

# An event that opens while nothing happens elsewhere is noticed after this long.
WAIT = timedelta(milliseconds=250)


async def relay_acceptances(database: Database, stream: Stream, producer: Producer, settings: Settings) -> None:
    """Until it is stopped. If it fails, what it took is taken over: by another, or by itself once it runs again."""
    patience = timedelta(seconds=settings.relay_takeover_seconds)
    looked_at = clock.now() - patience
    while True:
        async with database.reading() as session:
            running = await store.running_events(session)
        if clock.now() - looked_at >= patience / 2:
            looked_at = clock.now()
            await send_acceptances(stream, producer, await stream.take_over(running, patience))
        await send_acceptances(stream, producer, await stream.take(running, WAIT))
