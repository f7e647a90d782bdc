"""A relay as a process of its own. With `--die` it is killed between a send and the mark, as a crash would do it."""

import asyncio
import os
import signal
import sys
from typing import Any

from chassis import relay
from chassis.database import Database
from chassis.kafka import Producer
from tests.chassis import notes


async def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(settings: notes.Settings) -> None:
    database = Database.connect(settings, outbox=notes.Outbox)
    producer = Producer.connect(settings)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await relay.Relay(database, producer).run(stopping)
    await producer.close()
    await database.close()


if __name__ == "__main__":
    if "--die" in sys.argv:
        relay.mark_sent = die
    asyncio.run(main(notes.Settings()))
