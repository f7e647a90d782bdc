"""Benchmarks with a handful of people, on the servers of the tests and apart from whatever else runs there."""

import pytest

from chassis.ids import uuid7
from chassis.testing import Servers


@pytest.fixture
def few(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "KAFKA_BOOTSTRAP": servers.kafka_bootstrap,
        "KAFKA_IDEMPOTENT_PRODUCER": "false",
        "DATABASE_PREFIX": f"bench_{uuid7().hex}_",
        "TOPIC_PREFIX": f"bench.{uuid7()}.",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
