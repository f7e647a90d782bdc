"""The command that has stuck bookings tried anew."""

from datetime import timedelta

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking import jobs
from subgraphs.booking.bookings.flow import Signal
from subgraphs.booking.bookings.get_stuck import get_stuck
from subgraphs.booking.bookings.tables import Ask, BookingStatus
from subgraphs.booking.settings import Settings
from subgraphs.booking.unstick import unstick
from tests.booking.story import Story


async def stuck(subgraph: SubgraphUnderTest, word: str) -> Story:
    story = await Story.begin(subgraph)
    async with subgraph.database.transaction() as session:
        await get_stuck(session, subgraph.cache, story.id, [word], "for the test")
    return story


async def test_one_whose_sweep_failed_is_swept_once_somebody_has_mended_it(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = subgraph.resources[Settings]
    story = await stuck(subgraph, Signal.DUE_TIME_PASSED)
    later = clock.now() + timedelta(minutes=10)
    monkeypatch.setattr(clock, "now", lambda: later)
    await jobs.expire_due(subgraph.database, subgraph.cache, settings)
    assert (await story.booking()).status is BookingStatus.PENDING
    capsys.readouterr()

    assert await unstick(settings, [story.id]) == 0

    assert capsys.readouterr().out == f"{story.id} tried anew: booking.due-time-passed\n"
    step = (await story.steps())[-1]
    assert (step.name, step.detail) == ("booking.unstuck", "by hand: booking.due-time-passed")
    await jobs.expire_due(subgraph.database, subgraph.cache, settings)
    assert (await story.booking()).status is BookingStatus.EXPIRED


async def test_one_that_nobody_answers_is_asked_again_at_once(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = subgraph.resources[Settings]
    story = await stuck(subgraph, Ask.HOLD_NIGHTS)
    await unstick(settings, [story.id])
    later = clock.now() + timedelta(seconds=21)
    monkeypatch.setattr(clock, "now", lambda: later)
    await jobs.ask_silent_again(subgraph.database, subgraph.cache, settings)
    assert await story.said(after=1) == ["accommodation.hold-nights"] * 2


async def test_what_is_not_stuck_is_left_as_it_is_and_what_is_not_there_is_told(
    subgraph: SubgraphUnderTest, capsys: pytest.CaptureFixture[str]
) -> None:
    story, other = await Story.begin(subgraph), uuid7()
    before, steps = await story.booking(), len(await story.steps())
    assert await unstick(subgraph.resources[Settings], [other, story.id]) == 1
    assert capsys.readouterr().out == f"{other} is not there\n{story.id} was not stuck\n"
    assert (await story.booking()).model_dump() == before.model_dump()
    assert len(await story.steps()) == steps
