"""Money came: it confirms the booking, or goes back."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.expire import expire_booking
from subgraphs.booking.bookings.tables import Ask, BookingStatus, Stage
from tests.booking.story import Story


async def pass_due_time(story: Story) -> None:
    async with story.subgraph.database.transaction() as session:
        await expire_booking(session, story.subgraph.cache, story.id, clock.now() + timedelta(hours=1))


async def test_nights_are_confirmed_and_benefits_spent_before_it_is_confirmed(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment(discount=10000)
    await story.pay()
    booking = await story.booking()
    assert (booking.status, booking.paid) == (BookingStatus.AWAITING_PAYMENT, 100000)
    assert booking.asks == [Ask.CONFIRM_HOLD, Ask.SPEND_BENEFITS]
    await story.tell("accommodation.nights.confirmed")
    assert (await story.booking()).status is BookingStatus.AWAITING_PAYMENT
    await story.tell("loyalty.benefits.spent")
    booking = await story.booking()
    assert (booking.status, booking.asks) == (BookingStatus.CONFIRMED, [])
    assert booking.confirmed_at is not None
    assert await story.said() == [
        "booking.booking.created",
        "accommodation.hold-nights",
        "loyalty.hold-benefits",
        "payment.open-payment",
        "booking.booking.awaiting-payment",
        "accommodation.confirm-hold",
        "loyalty.spend-benefits",
        "booking.booking.confirmed",
    ]
    confirmed = await story.last("booking.booking.confirmed")
    assert confirmed.payload["status"] == "CONFIRMED"
    assert (confirmed.payload["host_id"], Decimal(confirmed.payload["total"])) == (str(story.host), 100000)


async def test_paid_before_it_was_known_to_be_opened_is_paid(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights()
    await story.pay()
    await story.open_payment()
    await story.tell("accommodation.nights.confirmed")
    assert (await story.booking()).status is BookingStatus.CONFIRMED
    assert "booking.booking.awaiting-payment" not in await story.said()


async def test_paid_twice_is_paid_once(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.pay()
    said = await story.said()
    await story.pay()
    assert await story.said() == said
    await story.tell("accommodation.nights.confirmed")
    await story.pay()
    booking = await story.booking()
    assert (booking.status, booking.paid, booking.refund_amount) == (BookingStatus.CONFIRMED, 110000, None)
    assert (await story.said())[len(said) :] == ["booking.booking.confirmed"]


async def test_money_that_came_while_the_payment_was_being_closed_confirms(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await pass_due_time(story)
    assert (await story.booking()).stage is Stage.CLOSING_PAYMENT
    await story.pay()
    await story.tell("accommodation.nights.confirmed")
    booking = await story.booking()
    assert (booking.status, booking.refund_amount) == (BookingStatus.CONFIRMED, None)


async def test_a_payment_that_is_paid_is_not_closed_by_a_late_word(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.pay()
    await story.tell("payment.payment.closed", payment_id=str(story.payment))
    assert (await story.booking()).stage is Stage.CONFIRMING
    await pass_due_time(story)
    assert (await story.booking()).stage is Stage.CONFIRMING


async def expired(subgraph: SubgraphUnderTest) -> Story:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment(discount=10000)
    await pass_due_time(story)
    await story.tell("payment.payment.closed", payment_id=str(story.payment))
    return story


async def refused(subgraph: SubgraphUnderTest) -> Story:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment(discount=10000)
    await story.tell("payment.payment.refused", reason="PROVIDER", message="Declined.")
    return story


@pytest.mark.parametrize(("ended", "status"), [(expired, BookingStatus.EXPIRED), (refused, BookingStatus.REFUSED)])
async def test_money_that_comes_after_the_end_goes_back_whole_and_once(
    subgraph: SubgraphUnderTest, ended: object, status: BookingStatus
) -> None:
    story = await ended(subgraph)  # type: ignore[operator]
    said = len(await story.said())
    await story.pay()
    await story.pay()
    booking = await story.booking()
    assert booking.status is status
    assert booking.asks == [Ask.RELEASE_HOLD, Ask.RELEASE_BENEFITS, Ask.REFUND_PAYMENT]
    assert await story.said(after=said) == ["payment.refund-payment"]
    assert await story.asked("payment.refund-payment") == {
        "booking_id": str(story.id),
        "refund_id": str(booking.refund_id),
        "amount": Decimal(100000),
        "reason": "The payment came after the booking had ended.",
    }


async def test_money_nobody_asked_for_is_an_error(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    with pytest.raises(ValueError, match="never asked for"):
        await story.pay(Decimal(110000))
    assert (await story.booking()).paid is None
