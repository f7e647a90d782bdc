"""Upkeep: what every worker sees to beside its own jobs: topics, old rows, and what is measured."""

from collections.abc import Iterable
from datetime import timedelta

import structlog
from sqlalchemy.pool import QueuePool

from chassis import clock, inbox, metrics, outbox
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.dead_letters import count_open
from chassis.jobs import Job
from chassis.kafka import Topics, dead
from chassis.settings import ServiceSettings

logger = structlog.get_logger(__name__)


def own_topics(service: str, consumer: Consumer | None) -> frozenset[str]:
    """What the service says its events in, where it takes commands if it does, and where either fails."""
    listened = consumer.topics if consumer else frozenset()
    own = {f"{service}.events"} | {topic for topic in listened if topic.startswith(f"{service}.")}
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
    """Create what is missing of the service's topics.

    Topics that are gone though something was sent to them are those of a broker that forgot everything: what was said
    lately is sent again. That is marked before the topics exist, so that dying in between changes nothing.
    """
    missing = await topics.missing(own)
    if f"{settings.service}.events" in missing:
        again = await outbox.replay(database, clock.now() - settings.replay_window)
        if again:
            logger.warning("broker_lost_its_topics", sent_again=again)
    if missing:
        await topics.declare(missing)
        await database.doorbell.ring()


async def _measure(database: Database) -> None:
    waiting = await outbox.backlog(database)
    metrics.OUTBOX_BACKLOG.set(waiting.count)
    metrics.OUTBOX_AGE.set((clock.now() - waiting.oldest).total_seconds() if waiting.oldest else 0)
    metrics.DEAD_LETTERS_OPEN.set(await count_open(database))
    pool = database.engine.pool
    if isinstance(pool, QueuePool):
        metrics.POOL.labels("in use").set(pool.checkedout())
        metrics.POOL.labels("idle").set(pool.checkedin())
