"""Processes that die at every step of a booking, and servers that go away: all of it comes to rest, and books agree."""

import asyncio
import os
from collections.abc import AsyncIterator
from io import StringIO

import httpx
import pytest
from rich.console import Console

from stack.books.check import check_books
from stack.layout import Layout, Ports
from stack.local import local_stack
from stack.options import Options
from stack.progress import Progress
from tests.journeys.crashes.house import House, furnish
from tests.journeys.crashes.journeys import ALL, live
from tests.journeys.crashes.killer import Killer
from tests.journeys.crashes.steps import Steps, all_steps, some_steps

pytestmark = [pytest.mark.slow]

TOLD = {
    "KAFKA_SESSION_TIMEOUT_MS": "2000",
    "ACCOUNT_ACCESS_TOKEN_SECONDS": "7200",
}


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    layout = Layout(home=tmp_path_factory.mktemp("crashes"), ports=Ports.free())
    told = {**os.environ, **TOLD}
    async with (
        local_stack(layout, Options(), Progress(Console(file=StringIO())), told) as stack,
        httpx.AsyncClient(base_url=stack.url, timeout=30) as http,
    ):
        yield await furnish(stack, http)


@pytest.fixture(scope="module")
async def killer(house: House) -> Killer:
    killer = Killer(house.stack)
    await killer.prepare(list(all_steps()))
    return killer


async def ensure_books_agree(house: House) -> None:
    found = await check_books(house.sight.places, within=100)
    assert found.breaches == [], "\n".join(map(str, found.breaches))


async def kill_while_guests_come(house: House, killer: Killer, steps: Steps) -> None:
    stopping = asyncio.Event()
    guests = asyncio.create_task(live(house, ALL, stopping))
    killing = asyncio.create_task(killer.kill_at(steps))
    await asyncio.wait([guests, killing], return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    await killing
    assert await guests >= len(ALL)
    await ensure_books_agree(house)


@pytest.mark.timeout(300)
async def test_workers_and_apis_killed_at_steps_of_a_booking_leave_books_that_agree(
    house: House, killer: Killer
) -> None:
    await kill_while_guests_come(house, killer, some_steps())


@pytest.mark.skipif("CRASHES" not in os.environ, reason="takes many minutes: CRASHES=1 has it run")
@pytest.mark.timeout(3600)
async def test_processes_killed_at_every_step_of_a_booking_leave_books_that_agree(house: House, killer: Killer) -> None:
    await kill_while_guests_come(house, killer, all_steps())
