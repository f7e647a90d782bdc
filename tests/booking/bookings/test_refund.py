"""News of refunds: ours ends the asking, others are only written down."""

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.tables import Ask, BookingStatus
from tests.booking.story import Story


async def owing(subgraph: SubgraphUnderTest) -> Story:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.pay()
    await story.tell("accommodation.nights.lost", reason="SOLD_OUT", night=None)
    await story.tell("accommodation.nights.released")
    return story


async def test_another_refund_than_the_one_asked_for_leaves_it_owed(subgraph: SubgraphUnderTest) -> None:
    story, other = await owing(subgraph), uuid7()
    await story.tell("payment.payment.refunded", payment_id=str(story.payment), refund_id=str(other), amount="1")
    booking = await story.booking()
    assert (booking.status, booking.asks) == (BookingStatus.CANCELLING, [Ask.REFUND_PAYMENT])
    step = (await story.steps())[-1]
    assert (step.name, step.detail) == (
        "payment.payment.refunded",
        f"1 by {other}, which this booking did not ask for",
    )


async def test_a_refund_that_fails_is_written_down_and_stays_owed(subgraph: SubgraphUnderTest) -> None:
    story = await owing(subgraph)
    refund = str((await story.booking()).refund_id)
    failed = {"payment_id": str(story.payment), "refund_id": refund, "amount": "110000", "reason": "The bank is shut."}
    await story.tell("payment.payment.refund-failed", **failed)
    booking = await story.booking()
    assert (booking.status, booking.asks) == (BookingStatus.CANCELLING, [Ask.REFUND_PAYMENT])
    step = (await story.steps())[-1]
    assert (step.name, step.detail) == ("payment.payment.refund-failed", f"{refund}: The bank is shut.")
    await story.tell("payment.payment.refunded", payment_id=str(story.payment), refund_id=refund, amount="110000")
    assert (await story.booking()).status is BookingStatus.CANCELLED
