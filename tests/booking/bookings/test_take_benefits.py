"""Coupon and points are held: the total is known."""

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.tables import Ask, BookingStatus, RefusalCode, Stage
from tests.booking.story import Story


async def with_coupon(subgraph: SubgraphUnderTest, **given: object) -> Story:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()), **given)
    await story.hold_nights()
    return story


async def test_the_total_is_what_they_leave(subgraph: SubgraphUnderTest) -> None:
    story = await with_coupon(subgraph, points=500)
    await story.hold_benefits(discount=10000, points=500)
    booking = await story.booking()
    assert (booking.coupon_discount, booking.points_used, booking.total) == (10000, 500, 99500)
    assert (booking.stage, booking.asks) == (Stage.OPENING_PAYMENT, [Ask.OPEN_PAYMENT])
    assert (await story.asked("payment.open-payment"))["amount"] == 99500


async def test_fewer_points_than_wanted_may_be_all_that_is_left_to_pay(subgraph: SubgraphUnderTest) -> None:
    story = await with_coupon(subgraph, points=999999)
    await story.hold_benefits(discount=10000, points=100000)
    booking = await story.booking()
    assert (booking.points, booking.points_used, booking.total) == (999999, 100000, 0)


async def test_a_total_of_zero_needs_no_payment_and_is_confirmed_at_once(subgraph: SubgraphUnderTest) -> None:
    story = await with_coupon(subgraph)
    await story.hold_benefits(discount=110000)
    assert (await story.booking()).asks == [Ask.CONFIRM_HOLD, Ask.SPEND_BENEFITS]
    await story.tell("loyalty.benefits.spent")
    assert (await story.booking()).status is BookingStatus.PENDING
    await story.tell("accommodation.nights.confirmed")
    booking = await story.booking()
    assert (booking.status, booking.total, booking.paid, booking.asks) == (BookingStatus.CONFIRMED, 0, None, [])
    assert (await story.said())[3:] == [
        "accommodation.confirm-hold",
        "loyalty.spend-benefits",
        "booking.booking.confirmed",
    ]


async def test_another_price_than_expected_lets_nights_and_benefits_go(subgraph: SubgraphUnderTest) -> None:
    story = await with_coupon(subgraph, expectedTotal="110000")
    assert (await story.booking()).stage is Stage.HOLDING_BENEFITS
    await story.hold_benefits(discount=10000)
    booking = await story.booking()
    assert (booking.status, booking.refusal_code) == (BookingStatus.REFUSED, RefusalCode.PRICE_CHANGED)
    assert booking.asks == [Ask.RELEASE_HOLD, Ask.RELEASE_BENEFITS]
    assert (await story.said())[3:] == [
        "booking.booking.refused",
        "accommodation.release-hold",
        "loyalty.release-benefits",
    ]


async def test_more_taken_off_than_there_is_fails_and_changes_nothing(subgraph: SubgraphUnderTest) -> None:
    story = await with_coupon(subgraph)
    before = await story.booking()
    with pytest.raises(ValueError, match="more than the subtotal"):
        await story.hold_benefits(discount=110001)
    assert (await story.booking()).model_dump() == before.model_dump()


async def test_benefits_that_are_held_late_change_nothing(subgraph: SubgraphUnderTest) -> None:
    story = await with_coupon(subgraph)
    await story.hold_benefits(discount=10000)
    before, said = await story.booking(), await story.said()
    await story.hold_benefits(discount=20000)
    assert (await story.booking()).model_dump() == before.model_dump()
    assert await story.said() == said
