"""The due time passes: only while nobody was asked to take money does that alone end a booking."""

import asyncio
from datetime import datetime, timedelta

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.expire import expire_booking
from subgraphs.booking.bookings.tables import Ask, BookingStatus, Stage
from tests.booking.story import Story


async def expire(story: Story, now: datetime | None = None) -> Stage | None:
    async with story.subgraph.database.transaction() as session:
        now = now or clock.now() + timedelta(hours=1)
        return await expire_booking(session, story.subgraph.cache, story.id, now)


async def test_payment_is_asked_to_close_and_the_status_stays(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment()
    assert await expire(story) is Stage.CLOSING_PAYMENT
    booking = await story.booking()
    assert (booking.status, booking.asks) == (BookingStatus.AWAITING_PAYMENT, [Ask.CLOSE_PAYMENT])
    assert (await story.said())[-1] == "payment.close-payment"


async def test_once_closed_it_is_expired_and_everything_let_go(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment()
    await expire(story)
    await story.tell("payment.payment.closed", payment_id=str(story.payment))
    booking = await story.booking()
    assert (booking.status, booking.asks) == (BookingStatus.EXPIRED, [Ask.RELEASE_HOLD, Ask.RELEASE_BENEFITS])
    assert (await story.said())[-3:] == [
        "booking.booking.expired",
        "accommodation.release-hold",
        "loyalty.release-benefits",
    ]


async def test_a_payment_never_opened_is_closed_all_the_same(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights()
    await expire(story)
    await story.tell("payment.payment.closed", payment_id=None)
    await story.open_payment()
    assert (await story.booking()).status is BookingStatus.EXPIRED
    assert "booking.booking.awaiting-payment" not in await story.said()


@pytest.mark.parametrize(
    ("held", "released"),
    [
        (False, ["accommodation.release-hold"]),
        (True, ["accommodation.release-hold", "loyalty.release-benefits"]),
    ],
)
async def test_what_nobody_answered_in_time_is_let_go(
    subgraph: SubgraphUnderTest, held: bool, released: list[str]
) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    if held:
        await story.hold_nights()
    said = len(await story.said())
    assert await expire(story) is Stage.EXPIRED
    assert await story.said(after=said) == ["booking.booking.expired", *released]


async def test_nights_held_after_it_expired_change_nothing(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await expire(story)
    before, said = await story.booking(), await story.said()
    await story.hold_nights()
    assert (await story.booking()).model_dump() == before.model_dump()
    assert await story.said() == said


async def test_before_its_due_time_nothing_expires(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    due = (await story.booking()).payment_due_at
    assert await expire(story, due - timedelta(microseconds=1)) is None
    assert (await story.booking()).stage is Stage.AWAITING_PAYMENT
    assert await expire(story, due) is Stage.CLOSING_PAYMENT


async def test_what_is_paid_or_over_does_not_expire(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.pay()
    assert await expire(story) is None
    await story.tell("accommodation.nights.confirmed")
    assert await expire(story) is None
    assert (await story.booking()).status is BookingStatus.CONFIRMED


async def test_of_ten_workers_one_expires_it(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    outcomes = await asyncio.gather(*(expire(story) for _ in range(10)))
    assert sorted(filter(None, outcomes)) == [Stage.CLOSING_PAYMENT]
    assert (await story.said()).count("payment.close-payment") == 1


async def test_paid_and_due_at_the_same_time_agree_whoever_is_first(subgraph: SubgraphUnderTest) -> None:
    for _ in range(10):
        story = await Story.begin(subgraph)
        await story.come_to_payment()
        await asyncio.gather(story.pay(), expire(story))
        booking = await story.booking()
        assert (booking.stage, booking.asks, booking.paid) == (Stage.CONFIRMING, [Ask.CONFIRM_HOLD], 110000)
