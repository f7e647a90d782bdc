"""What the tests of the chassis' data and messages share: the notes service on real servers, empty before each test."""

import os
from collections.abc import AsyncIterator

import pytest

from chassis.cache import Cache
from chassis.database import Database
from chassis.ids import uuid7
from chassis.kafka import Producer, Topics
from chassis.testing import Servers
from tests.chassis import notes


@pytest.fixture(scope="session")
async def notes_settings(servers: Servers) -> AsyncIterator[notes.Settings]:
    settings = notes.Settings(
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        kafka_bootstrap=servers.kafka_bootstrap,
        kafka_idempotent_producer=os.environ.get("KAFKA_IDEMPOTENT_PRODUCER") == "true",
        kafka_fetch_wait_ms=20,
        kafka_session_timeout_ms=6_000 if "KAFKA_BOOTSTRAP" in os.environ else 2_000,
        database_prefix=f"test_{uuid7().hex}_",
    )
    async with notes.own_database(settings):
        yield settings


@pytest.fixture
def settings(notes_settings: notes.Settings) -> notes.Settings:
    """With topics of this test's own."""
    return notes_settings.model_copy(update={"topic_prefix": f"test.{uuid7()}."})


@pytest.fixture
async def database(settings: notes.Settings) -> AsyncIterator[Database]:
    opened = Database.connect(settings, outbox=notes.Outbox)
    await notes.clear(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def cache(settings: notes.Settings) -> AsyncIterator[Cache]:
    opened = Cache.connect(settings.redis_url.get_secret_value())
    await opened.redis.flushdb()
    yield opened
    await opened.close()


@pytest.fixture
async def topics(settings: notes.Settings) -> Topics:
    declared = Topics(settings)
    await declared.declare(["notes.events", "notes.events.dead"])
    return declared


@pytest.fixture
async def producer(settings: notes.Settings, topics: Topics) -> AsyncIterator[Producer]:
    opened = Producer(settings, topics)
    yield opened
    await opened.close()
