"""The doorbell: heard by whoever listens, once for many rings, never a reason to fail."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from chassis.database import Database
from chassis.doorbell import CHANNEL
from tests.chassis import notes


@pytest.fixture
async def rings(settings: notes.Settings) -> AsyncIterator[asyncio.Queue[str]]:
    heard: asyncio.Queue[str] = asyncio.Queue()
    url = make_url(settings.service_database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    await connection.add_listener(CHANNEL, lambda *given: heard.put_nowait(given[2]))
    yield heard
    await connection.close()


async def test_a_ring_is_heard(database: Database, rings: "asyncio.Queue[str]") -> None:
    await database.doorbell.ring()
    assert await asyncio.wait_for(rings.get(), 10) == CHANNEL


async def test_rings_that_come_together_are_few(database: Database, rings: "asyncio.Queue[str]") -> None:
    said: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    for _ in range(100):
        await database.doorbell.ring()
    await database.doorbell.close()
    await asyncio.wait_for(rings.get(), 10)
    assert said == [f"NOTIFY {CHANNEL}"]


async def test_a_ring_while_one_is_under_way_is_rung_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    said = 0

    def count(*_: Any) -> None:
        nonlocal said
        said += 1

    event.listen(database.engine.sync_engine, "before_cursor_execute", count)
    event.listen(database.engine.sync_engine, "checkout", lambda *_: setattr(database.doorbell, "_rung", said == 0))
    await database.doorbell.ring()
    await database.doorbell.close()
    assert said == 2


async def test_a_ring_nobody_can_carry_is_logged_and_no_error(settings: notes.Settings) -> None:
    nowhere = settings.model_copy(update={"database_prefix": "no_such_database_"})
    database = Database.connect(nowhere, outbox=notes.Outbox)
    with capture_logs() as logs:
        await database.doorbell.ring()
        await database.close()
    assert [entry["event"] for entry in logs] == ["relay_not_called"]
