"""What all tests share: real servers, started once a run unless the environment names some."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import structlog
from hypothesis import settings

from chassis.testing import Servers
from stack import ports
from stack.servers import embedded_broker, embedded_postgres, embedded_valkey

# Examples say what is true, not how long a busy machine takes to find it so.
settings.register_profile("overthere", deadline=None)
settings.load_profile("overthere")


# Tests of one of these share a world that is dear to make, and stay in one process; all others go by file.
# The first take longest.
_TOGETHER = (
    "tests/journeys/",
    "tests/loyalty/coupon_events/test_outages.py",
    "tests/federation/",
    "tests/hardening/",
    "tests/contracts/",
    "tests/payment/checkout/",
)
_WORKER = os.environ.get("PYTEST_XDIST_WORKER")


def pytest_configure() -> None:
    """A port that one process has found free and does not listen on yet is not to be found by another."""
    if _WORKER:
        each = len(ports.CANDIDATES) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        first = ports.CANDIDATES.start + int(_WORKER.removeprefix("gw")) * each
        os.environ[ports.VARIABLE] = f"{first}-{first + each - 1}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _WORKER:
        for item in items:
            item.add_marker(pytest.mark.xdist_group(_world_of(item)))
        items.sort(key=_place_of)


def _world_of(item: pytest.Item) -> str:
    return next((folder for folder in _TOGETHER if item.nodeid.startswith(folder)), item.nodeid.partition("::")[0])


def _place_of(item: pytest.Item) -> int:
    world = _world_of(item)
    return _TOGETHER.index(world) if world in _TOGETHER else len(_TOGETHER)


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
            redis_url=_own_database(os.environ.get("REDIS_URL"))
            or started.enter_context(embedded_valkey(_folder(tmp_path_factory, "valkey"), durable=False)).url,
            kafka_bootstrap=os.environ.get("KAFKA_BOOTSTRAP")
            or started.enter_context(embedded_broker(_folder(tmp_path_factory, "broker"))).url,
        )


def _own_database(redis_url: str | None) -> str | None:
    """Of a Redis that processes share: a test empties its own."""
    if redis_url is None or not _WORKER:
        return redis_url
    url = urlsplit(redis_url)
    number = int(url.path.strip("/") or 0) + int(_WORKER.removeprefix("gw"))
    return url._replace(path=f"/{number}").geturl()


def _folder(factory: pytest.TempPathFactory, name: str) -> Path:
    return factory.mktemp(name)
