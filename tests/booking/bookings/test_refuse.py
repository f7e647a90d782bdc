"""A refusal gives everything back, and nothing else is asked."""

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.tables import Ask, BookingStatus, RefusalCode, Stage
from tests.booking.story import Story, stay_from

NIGHT = stay_from()[0]
SOLD_OUT = {"reason": "SOLD_OUT", "message": "Sold out on that night.", "night": NIGHT.isoformat()}
NOT_USABLE = {"reason": "COUPON_NOT_USABLE", "message": "This coupon is used."}
DECLINED = {"reason": "PROVIDER", "message": "The provider declined."}


async def test_refused_nights_leave_nothing_to_give_back(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.tell("accommodation.nights.refused", **SOLD_OUT)
    booking = await story.booking()
    assert (booking.status, booking.stage, booking.asks) == (BookingStatus.REFUSED, Stage.REFUSED, [])
    assert (booking.refusal_code, booking.refusal_message, booking.refusal_night) == (
        RefusalCode.SOLD_OUT,
        "Sold out on that night.",
        NIGHT,
    )
    assert (await story.said())[2:] == ["booking.booking.refused"]


@pytest.mark.parametrize("reason", ["COUPON_NOT_USABLE", "NOT_ENOUGH_POINTS"])
async def test_refused_benefits_let_the_nights_go(subgraph: SubgraphUnderTest, reason: str) -> None:
    story = await Story.begin(subgraph, points=100)
    await story.hold_nights()
    await story.tell("loyalty.benefits.refused", reason=reason, message="No.")
    booking = await story.booking()
    assert (booking.status, booking.refusal_code, booking.refusal_night) == (BookingStatus.REFUSED, reason, None)
    assert booking.asks == [Ask.RELEASE_HOLD]
    assert (await story.said())[3:] == ["booking.booking.refused", "accommodation.release-hold"]
    released = await story.last("accommodation.release-hold")
    assert (released.key, released.payload) == (
        str(story.room_type),
        {"booking_id": str(story.id), "room_type_id": str(story.room_type)},
    )


async def test_a_refused_payment_lets_nights_and_benefits_go(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.hold_nights()
    await story.hold_benefits(discount=10000)
    await story.tell("payment.payment.refused", **DECLINED)
    booking = await story.booking()
    assert (booking.status, booking.refusal_code) == (BookingStatus.REFUSED, RefusalCode.PAYMENT_FAILED)
    assert (await story.said())[4:] == [
        "booking.booking.refused",
        "accommodation.release-hold",
        "loyalty.release-benefits",
    ]


async def test_money_of_the_wrong_amount_refuses_what_awaited_payment(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment()
    await story.tell("payment.payment.refused", reason="AMOUNT", message="Another amount was paid.")
    booking = await story.booking()
    assert (booking.status, booking.refusal_code, booking.paid) == (
        BookingStatus.REFUSED,
        RefusalCode.PAYMENT_FAILED,
        None,
    )
    assert (await story.said())[-3:] == [
        "booking.booking.refused",
        "accommodation.release-hold",
        "loyalty.release-benefits",
    ]


async def test_what_was_released_is_not_asked_for_again(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.hold_nights()
    await story.hold_benefits()
    await story.tell("payment.payment.refused", **DECLINED)
    await story.tell("loyalty.benefits.released")
    assert (await story.booking()).asks == [Ask.RELEASE_HOLD]
    await story.tell("accommodation.nights.released")
    booking = await story.booking()
    assert (booking.status, booking.asks, booking.asked_at) == (BookingStatus.REFUSED, [], None)


async def test_refused_benefits_when_all_was_to_be_kept_cancel_in_full(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment(discount=10000)
    await story.pay()
    await story.tell("loyalty.benefits.refused", **NOT_USABLE)
    booking = await story.booking()
    assert (booking.status, booking.refusal_code) == (BookingStatus.CANCELLING, None)
    assert booking.cancellation is not None
    assert (booking.cancellation.refund, booking.cancellation.reason) == (100000, "This coupon is used.")
    assert booking.asks == [Ask.RELEASE_HOLD, Ask.GIVE_BACK_BENEFITS, Ask.REFUND_PAYMENT]
    assert (await story.asked("payment.refund-payment"))["amount"] == 100000


async def test_a_refusal_that_comes_too_late_changes_nothing(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    before, said = await story.booking(), await story.said()
    await story.tell("accommodation.nights.refused", **SOLD_OUT)
    await story.tell("loyalty.benefits.refused", **NOT_USABLE)
    await story.tell("payment.payment.refused", **DECLINED)
    assert (await story.booking()).model_dump() == before.model_dump()
    assert await story.said() == said
    assert [step.detail for step in (await story.steps())[-3:]] == ["past", "past", "past"]
