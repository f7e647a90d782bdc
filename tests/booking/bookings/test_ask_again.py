"""What nobody answered is asked again: the same, in a new message, ever more seldom."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.ask_again import ask_again
from subgraphs.booking.bookings.tables import Ask
from tests.booking.story import Story

WAIT, TIMES = timedelta(seconds=20), 8


async def again(story: Story, now: datetime) -> list[Ask] | None:
    async with story.subgraph.database.transaction() as session:
        return await ask_again(session, story.subgraph.cache, story.id, now, WAIT, times=TIMES)


async def test_the_same_is_asked_in_a_new_message(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    assert await again(story, clock.now() + WAIT) == [Ask.HOLD_NIGHTS]
    first, second = [each for each in await story.messages() if each.name == "accommodation.hold-nights"]
    assert first == second
    async with subgraph.database.reading() as session:
        outbox = subgraph.database.table("outbox")
        ids = (await session.exec(outbox.select().with_only_columns(outbox.c.id))).all()
    assert len(set(ids)) == 3
    step = (await story.steps())[-1]
    assert (step.name, step.detail) == ("booking.asked-again", "accommodation.hold-nights")


async def test_only_what_is_still_open_is_asked_again(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment()
    await story.pay()
    await story.tell("accommodation.nights.confirmed")
    assert await again(story, clock.now() + WAIT) == [Ask.SPEND_BENEFITS]
    assert (await story.said())[-1] == "loyalty.spend-benefits"


async def ask_at_each_turn(story: Story, turns: Sequence[int]) -> list[list[Ask] | None]:
    """What was asked when so many waits had passed since the time before, and nothing a moment earlier."""
    asked = []
    for turn in turns:
        asked_at = (await story.booking()).asked_at
        assert asked_at is not None
        assert await again(story, asked_at + turn * WAIT - timedelta(milliseconds=1)) is None
        asked.append(await again(story, asked_at + turn * WAIT))
    return asked


async def test_the_wait_doubles_each_time_and_then_it_is_stuck(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    turns = [2**at for at in range(TIMES)]
    assert await ask_at_each_turn(story, turns) == [[Ask.HOLD_NIGHTS]] * TIMES
    assert (await story.booking()).stuck_since is None
    assert await ask_at_each_turn(story, [2**TIMES]) == [[]]
    booking, said = await story.booking(), await story.said()
    assert (booking.stuck_on, booking.asks) == ([Ask.HOLD_NIGHTS], [Ask.HOLD_NIGHTS])
    assert booking.stuck_since is not None
    step = (await story.steps())[-1]
    assert (step.name, step.detail) == (
        "booking.stuck",
        "accommodation.hold-nights: not answered, though asked 8 times again",
    )
    assert await again(story, clock.now() + timedelta(days=1000)) is None
    assert await story.said() == said


async def test_an_answer_that_comes_after_all_goes_on_from_there(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await ask_at_each_turn(story, [2**at for at in range(TIMES + 1)])
    await story.hold_nights()
    booking = await story.booking()
    assert (booking.stuck_since, booking.stuck_on, booking.asks) == (None, [], [Ask.OPEN_PAYMENT])


async def test_a_refund_is_asked_for_without_end_once_a_day_at_last(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.pay()
    await story.tell("accommodation.nights.lost", reason="SOLD_OUT", night=None)
    await ask_at_each_turn(story, [2**at for at in range(TIMES)])
    turns = [2 ** min(at, 12) for at in range(TIMES, 16)]
    assert await ask_at_each_turn(story, turns) == [[Ask.REFUND_PAYMENT]] * 8
    assert (await story.booking()).stuck_on == [Ask.RELEASE_HOLD]


async def test_an_answer_starts_the_wait_anew(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await again(story, clock.now() + WAIT)
    await story.hold_nights()
    booking = await story.booking()
    assert (booking.asked_again, booking.asks) == (0, [Ask.OPEN_PAYMENT])


async def test_a_booking_that_waits_for_its_guest_asks_nobody(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    said = await story.said()
    assert await again(story, clock.now() + timedelta(days=1)) is None
    assert await story.said() == said


async def test_of_ten_workers_one_asks(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    now = clock.now() + WAIT
    outcomes = await asyncio.gather(*(again(story, now) for _ in range(10)))
    assert len([each for each in outcomes if each]) == 1
    assert (await story.said()).count("accommodation.hold-nights") == 2


async def test_a_refund_asked_for_again_is_the_same_refund(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.pay()
    await story.tell("accommodation.nights.lost", reason="SOLD_OUT", night=None)
    first = await story.asked("payment.refund-payment")
    await again(story, clock.now() + WAIT)
    assert await story.asked("payment.refund-payment") == first
