"""A worker that writes down what it hears, as a process of its own; DIE says when it is killed, as a crash would do it.

`DIE=before 7`: at the message of number 7, its effect written and not committed.
`DIE=after 7`: committed, and the broker not yet told.
"""

import os
import signal

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import worker
from chassis.cache import Cache
from chassis.consumer import Consumer
from chassis.database import Database, after_commit
from chassis.events import DeadMessage
from chassis.resources import Resources
from tests.chassis.notes import Note, Outbox, Settings, Taken

consumer = Consumer("notes")


@consumer.on("notes.note.taken")
async def write_down(session: AsyncSession, message: Taken) -> None:
    session.add(Note(words=f"{message.writer} {message.number:03}"))
    await session.flush()
    when, _, number = os.environ.get("DIE", "never -1").partition(" ")
    if message.number == int(number):
        if when == "before":
            await die()
        after_commit(session, die)
    if message.writer == "poison":
        raise ValueError("nobody can write that down")


class DeadNote(DeadMessage):
    number: int


@consumer.on_dead("notes.note.taken")
async def mourn(session: AsyncSession, message: DeadNote) -> None:
    session.add(Note(words=f"{message.number} was too much for {message.dead_consumer}: {message.dead_reason}"))


async def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def open_resources(settings: Settings) -> Resources:
    resources = Resources()
    resources.add(Database, Database.connect(settings, outbox=Outbox))
    resources.add(Cache, Cache.connect(settings.redis_url.get_secret_value()))
    return resources


def main() -> None:
    worker.main(Settings, consumer=consumer, resources=open_resources)


if __name__ == "__main__":
    main()
