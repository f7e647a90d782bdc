"""A guest cancels: what was quoted is what is done."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import Answer, SubgraphUnderTest
from subgraphs.booking.bookings.tables import Ask, BookingStatus, Stage
from tests.booking.story import Story

CANCEL = """
mutation ($input: CancelBookingInput!) {
  cancelBooking(input: $input) {
    id status cancelledAt cancellationQuote { fee { amount } }
    cancellation { by reason fee { amount } refund { amount } pointsReturned couponReturned }
  }
}
"""
QUOTE = """
query ($id: ID!) {
  booking(id: $id) { cancellationQuote { fee { amount } refund { amount currency } pointsReturned couponReturned } }
}
"""


async def cancel(story: Story, user: UUID | None = None, **given: Any) -> Answer:
    asked = {"bookingId": str(story.id), "reason": "Plans changed."} | given
    return await story.subgraph.graphql(CANCEL, {"input": asked}, user=user or story.guest)


async def quote(story: Story) -> Any:
    answer = await story.subgraph.graphql(QUOTE, {"id": str(story.id)}, user=story.guest)
    assert answer.errors == []
    return answer.data["booking"]["cancellationQuote"]


async def confirmed(subgraph: SubgraphUnderTest, *tiers: tuple[int, int]) -> Story:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()), points=500)
    story.tiers = tiers
    await story.come_to_confirmed(discount=10000, points=500)
    return story


async def test_the_deed_is_the_quote(subgraph: SubgraphUnderTest) -> None:
    story = await confirmed(subgraph, (1, 50))
    quoted = await quote(story)
    assert quoted == {
        "fee": {"amount": 55000},
        "refund": {"amount": 44500, "currency": "KRW"},
        "pointsReturned": 500,
        "couponReturned": True,
    }
    said = len(await story.said())
    answer = await cancel(story, expectedRefund="44500")
    assert answer.errors == []
    assert answer.data["cancelBooking"] == {
        "id": str(story.id),
        "status": "CANCELLING",
        "cancelledAt": None,
        "cancellationQuote": None,
        "cancellation": {
            "by": "GUEST",
            "reason": "Plans changed.",
            "fee": {"amount": 55000},
            "refund": {"amount": 44500},
            "pointsReturned": 500,
            "couponReturned": True,
        },
    }
    assert await story.said(after=said) == [
        "accommodation.release-hold",
        "loyalty.give-back-benefits",
        "payment.refund-payment",
    ]
    booking = await story.booking()
    assert await story.asked("loyalty.give-back-benefits") == {
        "booking_id": str(story.id),
        "coupon": True,
        "points": 500,
    }
    assert await story.asked("payment.refund-payment") == {
        "booking_id": str(story.id),
        "refund_id": str(booking.refund_id),
        "amount": 44500,
        "reason": "Plans changed.",
    }


async def test_it_is_cancelled_when_nothing_is_open_any_more(subgraph: SubgraphUnderTest) -> None:
    story = await confirmed(subgraph, (1, 0))
    await cancel(story)
    refund = str((await story.booking()).refund_id)
    await story.tell("accommodation.nights.released")
    await story.tell("loyalty.benefits.given-back")
    assert (await story.booking()).status is BookingStatus.CANCELLING
    await story.tell("payment.payment.refunded", payment_id=str(story.payment), refund_id=refund, amount="99500")
    booking = await story.booking()
    assert (booking.status, booking.asks) == (BookingStatus.CANCELLED, [])
    assert (await story.said())[-1] == "booking.booking.cancelled"


async def test_a_fee_of_all_of_it_asks_for_no_refund(subgraph: SubgraphUnderTest) -> None:
    story = await confirmed(subgraph)
    await cancel(story)
    assert (await story.booking()).asks == [Ask.RELEASE_HOLD, Ask.GIVE_BACK_BENEFITS]
    assert await story.asked("loyalty.give-back-benefits") == {
        "booking_id": str(story.id),
        "coupon": False,
        "points": 0,
    }


async def test_a_refund_that_became_another_is_refused(subgraph: SubgraphUnderTest) -> None:
    story = await confirmed(subgraph, (1, 50))
    before, said = await story.booking(), await story.said()
    answer = await cancel(story, expectedRefund="99500")
    assert answer.codes == ["REFUND_CHANGED"]
    assert (await story.booking()).model_dump() == before.model_dump()
    assert await story.said() == said


async def test_before_it_is_paid_it_costs_nothing_and_the_payment_is_closed(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    story.tiers = ()
    await story.come_to_payment(discount=10000)
    said = len(await story.said())
    assert (await quote(story))["fee"] == {"amount": 0}
    await cancel(story)
    booking = await story.booking()
    assert (booking.status, booking.refund_amount) == (BookingStatus.CANCELLING, None)
    assert await story.said(after=said) == [
        "payment.close-payment",
        "accommodation.release-hold",
        "loyalty.release-benefits",
    ]
    await story.tell("accommodation.nights.released")
    await story.tell("loyalty.benefits.released")
    assert (await story.booking()).status is BookingStatus.CANCELLING
    await story.tell("payment.payment.closed", payment_id=str(story.payment))
    assert (await story.booking()).status is BookingStatus.CANCELLED


async def test_money_that_came_while_it_was_being_cancelled_goes_back_whole(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    story.tiers = ()
    await story.come_to_payment()
    await cancel(story)
    await story.pay()
    booking = await story.booking()
    assert booking.asks == [Ask.RELEASE_HOLD, Ask.REFUND_PAYMENT]
    assert (await story.asked("payment.refund-payment"))["amount"] == 110000
    await story.tell("accommodation.nights.released")
    refund = str(booking.refund_id)
    await story.tell("payment.payment.refunded", payment_id=str(story.payment), refund_id=refund, amount="110000")
    assert (await story.booking()).status is BookingStatus.CANCELLED


async def test_a_pending_booking_is_cancelled_and_its_nights_let_go(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    answer = await cancel(story)
    assert answer.data["cancelBooking"]["status"] == "CANCELLING"
    await story.hold_nights()
    assert (await story.said())[2:] == ["accommodation.release-hold"]
    await story.tell("accommodation.nights.released")
    assert (await story.booking()).status is BookingStatus.CANCELLED


async def test_once_paid_it_can_be_cancelled_only_when_confirmed(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.pay()
    assert await quote(story) is None
    assert (await cancel(story)).codes == ["NOT_CANCELLABLE"]
    assert (await story.booking()).stage is Stage.CONFIRMING
    await story.tell("accommodation.nights.confirmed")
    assert (await cancel(story)).errors == []


async def test_what_is_cancelled_or_over_is_not_cancelled_again(subgraph: SubgraphUnderTest) -> None:
    story = await confirmed(subgraph)
    await cancel(story)
    said = await story.said()
    assert (await cancel(story)).codes == ["NOT_CANCELLABLE"]
    assert await story.said() == said


async def test_nobody_cancels_anothers_booking(subgraph: SubgraphUnderTest) -> None:
    story = await confirmed(subgraph)
    before = await story.booking()
    assert (await cancel(story, uuid7())).codes == ["NOT_FOUND"]
    assert (await cancel(story, bookingId=str(uuid7()))).codes == ["NOT_FOUND"]
    anonymous = await subgraph.graphql(CANCEL, {"input": {"bookingId": str(story.id), "reason": "No."}})
    assert anonymous.codes == ["UNAUTHENTICATED"]
    assert (await story.booking()).model_dump() == before.model_dump()


@pytest.mark.parametrize(("reason", "code"), [("  ", "EMPTY"), ("r" * 501, "TOO_LONG"), ("\0", "NOT_TEXT")])
async def test_a_reason_is_needed(subgraph: SubgraphUnderTest, reason: str, code: str) -> None:
    story = await confirmed(subgraph)
    answer = await cancel(story, reason=reason)
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "reason", "code": code}]
    assert (await story.booking()).status is BookingStatus.CONFIRMED


async def test_from_the_check_in_time_on_it_cannot_be_cancelled(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await confirmed(subgraph)
    booking = await story.booking()
    later = clock.now() + timedelta(days=(booking.check_in - clock.now().date()).days + 1)
    token = subgraph.tokens.issue(story.guest, seconds=timedelta(days=60).total_seconds())
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = await subgraph.graphql(CANCEL, {"input": {"bookingId": str(story.id), "reason": "Late."}}, token=token)
    assert answer.codes == ["NOT_CANCELLABLE"]


async def test_of_ten_who_cancel_at_once_one_does(subgraph: SubgraphUnderTest) -> None:
    story = await confirmed(subgraph, (1, 0))
    answers = await asyncio.gather(*(cancel(story) for _ in range(10)))
    assert sorted(answer.codes for answer in answers) == [[]] + [["NOT_CANCELLABLE"]] * 9
    assert (await story.said()).count("payment.refund-payment") == 1


async def test_paid_and_cancelled_at_the_same_time_agree_whoever_is_first(subgraph: SubgraphUnderTest) -> None:
    for _ in range(10):
        story = await Story.begin(subgraph)
        await story.come_to_payment()
        answer, _ = await asyncio.gather(cancel(story), story.pay())
        booking = await story.booking()
        if answer.codes == ["NOT_CANCELLABLE"]:
            assert (booking.stage, booking.refund_amount) == (Stage.CONFIRMING, None)
        else:
            assert (booking.stage, booking.refund_amount) == (Stage.CANCELLING, 110000)
