"""Paid, but the nights are gone: everything goes back."""

from decimal import Decimal

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.lose import REASON
from subgraphs.booking.bookings.tables import Ask, BookingStatus
from tests.booking.story import Story


async def lost(subgraph: SubgraphUnderTest) -> Story:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()), points=500)
    await story.come_to_payment(discount=10000, points=500)
    await story.pay()
    await story.tell("loyalty.benefits.spent")
    await story.tell("accommodation.nights.lost", reason="SOLD_OUT", night=None)
    return story


async def test_nights_benefits_and_all_of_the_money_are_given_back(subgraph: SubgraphUnderTest) -> None:
    story = await lost(subgraph)
    booking = await story.booking()
    assert booking.status is BookingStatus.CANCELLING
    assert booking.asks == [Ask.RELEASE_HOLD, Ask.GIVE_BACK_BENEFITS, Ask.REFUND_PAYMENT]
    assert booking.cancellation is not None
    assert booking.cancellation.model_dump() == {
        "by": "HOUSE",
        "reason": REASON,
        "fee": 0,
        "refund": 99500,
        "points_returned": 500,
        "coupon_returned": True,
    }
    assert (await story.said())[-3:] == [
        "accommodation.release-hold",
        "loyalty.give-back-benefits",
        "payment.refund-payment",
    ]
    assert await story.asked("loyalty.give-back-benefits") == {
        "booking_id": str(story.id),
        "coupon": True,
        "points": 500,
    }
    assert await story.asked("payment.refund-payment") == {
        "booking_id": str(story.id),
        "refund_id": str(booking.refund_id),
        "amount": Decimal(99500),
        "reason": REASON,
    }


async def test_it_is_cancelled_once_all_three_have_answered(subgraph: SubgraphUnderTest) -> None:
    story = await lost(subgraph)
    refund = str((await story.booking()).refund_id)
    await story.tell("payment.payment.refunded", payment_id=str(story.payment), refund_id=refund, amount="99500")
    await story.tell("accommodation.nights.released")
    booking = await story.booking()
    assert (booking.status, booking.cancelled_at) == (BookingStatus.CANCELLING, None)
    await story.tell("loyalty.benefits.given-back")
    booking = await story.booking()
    assert (booking.status, booking.asks) == (BookingStatus.CANCELLED, [])
    assert booking.cancelled_at is not None
    assert (await story.said())[-1] == "booking.booking.cancelled"


async def test_losing_twice_gives_back_once(subgraph: SubgraphUnderTest) -> None:
    story = await lost(subgraph)
    before, said = await story.booking(), await story.said()
    await story.tell("accommodation.nights.lost", reason="SOLD_OUT", night=None)
    assert (await story.booking()).model_dump() == before.model_dump()
    assert await story.said() == said


async def test_a_booking_that_cost_nothing_gets_no_refund(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights(0, 0)
    await story.tell("accommodation.nights.lost", reason="SOLD_OUT", night=None)
    booking = await story.booking()
    assert (booking.status, booking.asks, booking.refund_id) == (BookingStatus.CANCELLING, [Ask.RELEASE_HOLD], None)
    await story.tell("accommodation.nights.released")
    assert (await story.booking()).status is BookingStatus.CANCELLED


async def test_nights_that_are_confirmed_are_not_lost_any_more(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    await story.tell("accommodation.nights.lost", reason="SOLD_OUT", night=None)
    booking = await story.booking()
    assert (booking.status, booking.cancellation) == (BookingStatus.CONFIRMED, None)
