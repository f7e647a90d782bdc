"""What all tests share: real servers, started once a run unless the environment names some."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from chassis.testing import Servers
from stack.servers import embedded_broker, embedded_postgres, embedded_valkey

# Examples say what is true, not how long a busy machine takes to find it so.
settings.register_profile("overthere", deadline=None)
settings.load_profile("overthere")


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """One line an entry: structlog's own choice for terminals takes seconds to paint a traceback."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(bool_as_flag=False),
        ]
    )


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with ExitStack() as started:
        yield Servers(
            database_url=os.environ.get("DATABASE_URL")
            or started.enter_context(embedded_postgres(_folder(tmp_path_factory, "postgres"), durable=False)).url,
            redis_url=os.environ.get("REDIS_URL")
            or started.enter_context(embedded_valkey(_folder(tmp_path_factory, "valkey"), durable=False)).url,
            kafka_bootstrap=os.environ.get("KAFKA_BOOTSTRAP")
            or started.enter_context(embedded_broker(_folder(tmp_path_factory, "broker"))).url,
        )


def _folder(factory: pytest.TempPathFactory, name: str) -> Path:
    return factory.mktemp(name)
