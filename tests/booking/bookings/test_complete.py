"""The stay is over the day after check-out."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.complete import complete_booking
from subgraphs.booking.bookings.tables import BookingStatus, Stage
from tests.booking.story import Story, stay_from

CHECK_OUT = stay_from()[1]


async def complete(story: Story, today: date) -> Stage | None:
    async with story.subgraph.database.transaction() as session:
        return await complete_booking(session, story.subgraph.cache, story.id, today)


async def test_it_is_completed_the_day_after_check_out_and_not_before(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    assert await complete(story, CHECK_OUT) is None
    assert (await story.booking()).status is BookingStatus.CONFIRMED
    assert await complete(story, CHECK_OUT + timedelta(days=1)) is Stage.COMPLETED
    assert (await story.booking()).status is BookingStatus.COMPLETED


async def test_the_money_that_came_is_told(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, points=500)
    await story.come_to_confirmed(points=500)
    await complete(story, CHECK_OUT + timedelta(days=1))
    completed = (await story.last("booking.booking.completed")).payload
    assert (Decimal(completed["paid"]), completed["points_used"], completed["guest_id"]) == (
        109500,
        500,
        str(story.guest),
    )


async def test_many_workers_complete_it_once(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    outcomes = await asyncio.gather(*(complete(story, CHECK_OUT + timedelta(days=2)) for _ in range(10)))
    assert len([each for each in outcomes if each]) == 1
    assert (await story.said()).count("booking.booking.completed") == 1


async def test_what_was_never_confirmed_is_not_completed(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    assert await complete(story, CHECK_OUT + timedelta(days=1)) is None
    assert (await story.booking()).status is BookingStatus.AWAITING_PAYMENT
