"""Upkeep: what every worker sees to beside its own jobs: topics, old rows, and what is measured."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.pool import QueuePool

from chassis import clock, inbox, metrics, outbox
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.dead_letters import count_open
from chassis.events import dead, is_dead
from chassis.jobs import Job
from chassis.kafka import Topics
from chassis.settings import ServiceSettings

_MARKING_SECONDS = 1.0

logger = structlog.get_logger(__name__)


def own_topics(service: str, consumer: Consumer | None) -> frozenset[str]:
    """What the service says its events in, where it takes commands if it does, and where either fails."""
    listened = consumer.topics if consumer else frozenset()
    asked = {topic for topic in listened if topic.startswith(f"{service}.") and not is_dead(topic)}
    own = {f"{service}.events"} | asked
    return frozenset(own | {dead(topic) for topic in own})


def upkeep(settings: ServiceSettings, database: Database, topics: Topics, consumer: Consumer | None) -> list[Job]:
    own = own_topics(settings.service, consumer)

    async def keep_topics() -> None:
        await declare(settings, database, topics, own)

    async def forget() -> None:
        await outbox.purge(database, clock.now() - settings.outbox_retention)
        await inbox.purge(database, clock.now() - settings.inbox_retention)

    async def measure() -> None:
        await _measure(database)

    return [
        Job("keep_topics", timedelta(seconds=10), keep_topics),
        Job("forget_old_messages", timedelta(hours=1), forget),
        Job("measure_messages", timedelta(seconds=5), measure),
    ]


async def declare(settings: ServiceSettings, database: Database, topics: Topics, own: Iterable[str]) -> None:
    """Create what is missing of the service's topics; a broker that forgot everything is told again.

    That it forgot is seen by the witness, a topic nobody writes to or reads: the others may have come back by
    themselves, as some brokers create what a client asks about. It is created last, so that dying on the way only
    means doing all of it again.
    """
    witness = f"{settings.service}.witness"
    missing = await topics.missing({*own, witness})
    if not missing:
        return
    await topics.declare(missing - {witness})
    if witness in missing:
        await _tell_again(database, clock.now() - settings.replay_window)
        await topics.declare([witness])
    await database.doorbell.ring()


async def _tell_again(database: Database, since: datetime) -> None:
    if await outbox.anything_sent(database, since):
        # A relay may just be marking what the broker took while the topic was not there, and dropped.
        await asyncio.sleep(_MARKING_SECONDS)
        again = await outbox.replay(database, since)
        logger.warning("broker_forgot", sent_again=again)


async def _measure(database: Database) -> None:
    waiting = await outbox.backlog(database)
    metrics.OUTBOX_BACKLOG.set(waiting.count)
    metrics.OUTBOX_AGE.set((clock.now() - waiting.oldest).total_seconds() if waiting.oldest else 0)
    metrics.DEAD_LETTERS_OPEN.set(await count_open(database))
    pool = database.engine.pool
    if isinstance(pool, QueuePool):
        metrics.POOL.labels("in use").set(pool.checkedout())
        metrics.POOL.labels("idle").set(pool.checkedin())
