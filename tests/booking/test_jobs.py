"""What is done by the clock, by any number of workers."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis import clock
from chassis.testing import SubgraphUnderTest
from subgraphs.booking import jobs
from subgraphs.booking.bookings import ask, store
from subgraphs.booking.bookings.flow import Signal
from subgraphs.booking.bookings.tables import Ask, BookingStatus, Stage
from subgraphs.booking.settings import Settings

from .story import Story

# What docs/operations.md says to do.


@pytest.fixture
def settings(subgraph: SubgraphUnderTest) -> Settings:
    return subgraph.resources[Settings]


def turn(monkeypatch: pytest.MonkeyPatch, **ahead: Any) -> None:
    turned = clock.now() + timedelta(**ahead)
    monkeypatch.setattr(clock, "now", lambda: turned)


async def test_bookings_not_paid_in_time_are_taken_up(
    subgraph: SubgraphUnderTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    due, paid = await Story.begin(subgraph), await Story.begin(subgraph)
    for story in (due, paid):
        await story.come_to_payment()
    await paid.pay()
    await jobs.expire_due(subgraph.database, subgraph.cache, settings)
    assert (await due.booking()).stage is Stage.AWAITING_PAYMENT
    turn(monkeypatch, minutes=10)
    await jobs.expire_due(subgraph.database, subgraph.cache, settings)
    assert ((await due.booking()).stage, (await paid.booking()).stage) == (Stage.CLOSING_PAYMENT, Stage.CONFIRMING)


async def test_ten_workers_take_up_thirty_bookings_once_each(
    subgraph: SubgraphUnderTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = [await Story.begin(subgraph) for _ in range(30)]
    turn(monkeypatch, minutes=10)
    await asyncio.gather(*(jobs.expire_due(subgraph.database, subgraph.cache, settings) for _ in range(10)))
    assert [(await story.booking()).status for story in stories] == [BookingStatus.EXPIRED] * 30
    assert len(await subgraph.published("booking.booking.expired")) == 30
    assert len(await subgraph.published("accommodation.release-hold")) == 30


async def test_ten_workers_ask_again_once(
    subgraph: SubgraphUnderTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = [await Story.begin(subgraph) for _ in range(10)]
    await jobs.ask_silent_again(subgraph.database, subgraph.cache, settings)
    assert len(await subgraph.published("accommodation.hold-nights")) == 10
    turn(monkeypatch, seconds=20)
    await asyncio.gather(*(jobs.ask_silent_again(subgraph.database, subgraph.cache, settings) for _ in range(10)))
    assert len(await subgraph.published("accommodation.hold-nights")) == 20
    assert {(await story.booking()).asked_again for story in stories} == {1}


async def test_one_that_fails_keeps_nobody_else_waiting(
    subgraph: SubgraphUnderTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = await Story.begin(subgraph), await Story.begin(subgraph)
    release = ask._COMMANDS[Ask.RELEASE_HOLD]

    def failing(booking: Any) -> Any:
        if booking.id == bad.id:
            raise RuntimeError("planted")
        return release(booking)

    monkeypatch.setattr(ask, "_COMMANDS", {**ask._COMMANDS, Ask.RELEASE_HOLD: failing})
    turn(monkeypatch, minutes=10)
    await jobs.expire_due(subgraph.database, subgraph.cache, settings)
    assert ((await bad.booking()).stage, (await good.booking()).stage) == (Stage.HOLDING_NIGHTS, Stage.EXPIRED)
    assert await bad.said() == ["booking.booking.created", "accommodation.hold-nights"]
    assert (await bad.booking()).stuck_on == [Signal.DUE_TIME_PASSED]
    steps = [(step.name, step.detail) for step in await bad.steps()]
    assert steps[1:] == [("booking.stuck", "booking.due-time-passed: sweep failed: RuntimeError")]
    await jobs.expire_due(subgraph.database, subgraph.cache, settings)
    assert len(await bad.steps()) == 2


async def test_a_sweep_goes_on_until_nothing_is_due(
    subgraph: SubgraphUnderTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(7):
        await Story.begin(subgraph)
    turn(monkeypatch, minutes=10)
    few = settings.model_copy(update={"sweep_batch": 2})
    await asyncio.wait_for(jobs.expire_due(subgraph.database, subgraph.cache, few), 30)
    assert len(await subgraph.published("booking.booking.expired")) == 7


async def test_a_sweep_does_not_wait_for_who_has_them_all(
    subgraph: SubgraphUnderTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = [await Story.begin(subgraph) for _ in range(2)]
    turn(monkeypatch, minutes=10)
    few = settings.model_copy(update={"sweep_batch": 2})
    async with subgraph.database.transaction() as session:
        for story in stories:
            await store.lock_booking(session, story.id)
        await asyncio.wait_for(jobs.expire_due(subgraph.database, subgraph.cache, few), 30)
    assert [(await story.booking()).status for story in stories] == [BookingStatus.PENDING] * 2


async def test_stays_are_over_the_day_after_check_out_in_the_deployments_zone(
    subgraph: SubgraphUnderTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    check_out = (await story.booking()).check_out
    midnight = datetime.combine(check_out, datetime.min.time(), settings.time_zone) + timedelta(days=1)
    for instant, status in (
        (midnight - timedelta(seconds=1), BookingStatus.CONFIRMED),
        (midnight, BookingStatus.COMPLETED),
    ):
        monkeypatch.setattr(clock, "now", lambda instant=instant: instant)
        await jobs.complete_stayed(subgraph.database, subgraph.cache, settings)
        assert (await story.booking()).status is status


async def test_a_sweep_of_nothing_takes_one_statement(subgraph: SubgraphUnderTest, settings: Settings) -> None:
    for sweep in (
        jobs.expire_due(subgraph.database, subgraph.cache, settings),
        jobs.complete_stayed(subgraph.database, subgraph.cache, settings),
        jobs.ask_silent_again(subgraph.database, subgraph.cache, settings),
    ):
        subgraph.sql.clear()
        await sweep
        assert len(subgraph.sql) == 1
