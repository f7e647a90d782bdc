"""News of refunds: ours ends the asking, others lessen what can go back."""

from datetime import timedelta
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking import jobs
from subgraphs.booking.bookings.tables import Ask, BookingStatus
from subgraphs.booking.settings import Settings
from tests.booking.bookings.test_cancel import cancel, quote
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


async def test_what_the_provider_gave_back_of_it_otherwise_is_not_told_twice(subgraph: SubgraphUnderTest) -> None:
    story = await owing(subgraph)
    refund = str((await story.booking()).refund_id)
    await given_back_by_hand(story, 50_000)
    await story.tell("payment.payment.refunded", payment_id=str(story.payment), refund_id=refund, amount="60000")
    booking = await story.booking()
    assert (booking.status, booking.refund_amount) == (BookingStatus.CANCELLED, 60_000)
    assert booking.cancellation is not None
    assert booking.cancellation.refund == 60_000
    assert booking.other_refunds is not None
    assert booking.other_refunds.total() == 50_000


async def given_back_by_hand(story: Story, amount: int, refund: UUID | None = None) -> None:
    given = {"payment_id": str(story.payment), "refund_id": str(refund or uuid7()), "amount": str(amount)}
    await story.tell("payment.payment.refunded", **given)


async def test_what_went_back_by_hand_is_not_given_back_again(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    story.tiers = ((1, 30),)
    await story.come_to_confirmed()
    for amount, refund in ((10000, 77000), (60000, 40000), (39999, 1), (1, 0)):
        await given_back_by_hand(story, amount)
        assert (await quote(story))["refund"]["amount"] == refund
    said = len(await story.said())
    answer = await cancel(story, expectedRefund="0")
    assert answer.errors == []
    assert "payment.refund-payment" not in await story.said(after=said)
    await story.tell("accommodation.nights.released")
    assert (await story.booking()).status is BookingStatus.CANCELLED


async def test_a_refund_by_hand_counts_once_however_often_it_is_told(subgraph: SubgraphUnderTest) -> None:
    story, refund = await Story.begin(subgraph), uuid7()
    await story.come_to_confirmed()
    for _ in range(3):
        await given_back_by_hand(story, 30000, refund)
    assert (await quote(story))["refund"]["amount"] == 80000


async def test_a_refund_by_hand_told_again_is_not_taken_for_the_one_that_is_asked_for(
    subgraph: SubgraphUnderTest,
) -> None:
    story, refund = await Story.begin(subgraph), uuid7()
    await story.come_to_confirmed()
    await given_back_by_hand(story, 30000, refund)
    await cancel(story)
    for _ in range(2):
        await given_back_by_hand(story, 30000, refund)
    assert (await story.booking()).asks == [Ask.RELEASE_HOLD, Ask.REFUND_PAYMENT]


async def test_a_quote_from_before_a_refund_by_hand_is_refused(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    quoted = (await quote(story))["refund"]["amount"]
    await given_back_by_hand(story, 30000)
    assert (await cancel(story, expectedRefund=str(quoted))).codes == ["REFUND_CHANGED"]
    assert (await story.booking()).status is BookingStatus.CONFIRMED
    assert (await cancel(story, expectedRefund="80000")).errors == []
    assert (await story.asked("payment.refund-payment"))["amount"] == 80000


async def test_all_the_money_that_came_is_told_at_the_end_whatever_went_back(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    await given_back_by_hand(story, 30000)
    later = clock.now() + timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: later)
    await jobs.complete_stayed(subgraph.database, subgraph.cache, subgraph.resources[Settings])
    assert (await story.last("booking.booking.completed")).payload["paid"] == "110000"


async def refused(story: Story, left: int, amount: int = 110000) -> None:
    """Payment has less to give back than it was asked for: an administrator's refund is on its way."""
    refund = str((await story.booking()).refund_id)
    failed = {"refund_id": refund, "amount": str(amount), "reason": "REFUND_EXCEEDS_PAYMENT"}
    await story.tell(
        "payment.payment.refund-failed", **failed, payment_id=str(story.payment), final=True, left=str(left)
    )


async def test_of_more_than_is_left_the_rest_is_asked_for(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    await cancel(story, expectedRefund="110000")
    first = await story.asked("payment.refund-payment")
    await refused(story, 80000)
    booking = await story.booking()
    assert (booking.asks, booking.stuck_on) == ([Ask.RELEASE_HOLD, Ask.REFUND_PAYMENT], [])
    assert await story.asked("payment.refund-payment") == first | {"amount": 80000}
    assert booking.cancellation is not None
    assert booking.cancellation.refund == 80000
    said = await story.said()
    await refused(story, 80000)
    assert (await story.booking()).stuck_on == []
    await refused(story, 80000, amount=80000)
    assert (await story.booking()).stuck_on == [Ask.REFUND_PAYMENT]
    assert await story.said() == said


async def test_where_nothing_is_left_nothing_is_waited_for(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    await cancel(story)
    await story.tell("accommodation.nights.released")
    await refused(story, 0)
    booking = await story.booking()
    assert (booking.status, booking.asks, booking.refund_id) == (BookingStatus.CANCELLED, [], None)
    assert booking.cancellation is not None
    assert booking.cancellation.refund == 0


async def test_money_that_came_while_it_was_cancelled_is_shown_as_given_back(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await cancel(story)
    await story.pay()
    cancellation = (await story.booking()).cancellation
    assert cancellation is not None
    assert (cancellation.fee, cancellation.refund) == (0, 110000)


async def set_aside_by_hand(story: Story, amount: int, refund: UUID) -> None:
    asked = {"payment_id": str(story.payment), "refund_id": str(refund), "amount": str(amount)}
    await story.tell("payment.payment.refund-requested", **asked)


async def test_what_is_set_aside_by_hand_is_not_quoted_and_waited_for_before_it_is_cancelled(
    subgraph: SubgraphUnderTest,
) -> None:
    story, by_hand = await Story.begin(subgraph), uuid7()
    await story.come_to_confirmed()
    await set_aside_by_hand(story, 30000, by_hand)
    await set_aside_by_hand(story, 30000, by_hand)
    step = (await story.steps())[-1]
    assert (step.name, step.detail) == (
        "payment.payment.refund-requested",
        f"30000 by {by_hand}, which this booking did not ask for",
    )
    assert (await quote(story))["refund"]["amount"] == 80000
    assert (await cancel(story, expectedRefund="110000")).codes == ["REFUND_CHANGED"]
    assert (await cancel(story, expectedRefund="80000")).errors == []
    assert (await story.asked("payment.refund-payment"))["amount"] == 80000
    await story.tell("accommodation.nights.released")
    await given_back_by_hand(story, 80000, (await story.booking()).refund_id)
    booking = await story.booking()
    assert (booking.status, booking.asks, booking.asked_at) == (BookingStatus.CANCELLING, [], None)
    assert "booking.booking.cancelled" not in await story.said()

    await given_back_by_hand(story, 30000, by_hand)

    assert (await story.booking()).status is BookingStatus.CANCELLED
    assert [step.name for step in await story.steps()][-2:] == [
        "payment.payment.refunded",
        "booking.other-refund-back",
    ]


async def test_what_is_back_by_hand_already_is_not_waited_for_again(subgraph: SubgraphUnderTest) -> None:
    story, by_hand = await Story.begin(subgraph), uuid7()
    await story.come_to_confirmed()
    await given_back_by_hand(story, 110000, by_hand)
    await set_aside_by_hand(story, 110000, by_hand)
    await cancel(story, expectedRefund="0")
    await story.tell("accommodation.nights.released")
    assert (await story.booking()).status is BookingStatus.CANCELLED


async def test_one_set_aside_while_the_guest_cancels_is_heard_of_before_the_rest_is_back(
    subgraph: SubgraphUnderTest,
) -> None:
    story, by_hand = await Story.begin(subgraph), uuid7()
    await story.come_to_confirmed()
    await cancel(story, expectedRefund="110000")
    await story.tell("accommodation.nights.released")
    await set_aside_by_hand(story, 110000, by_hand)
    await refused(story, 0)
    assert (await story.booking()).status is BookingStatus.CANCELLING
    await given_back_by_hand(story, 110000, by_hand)
    assert (await story.booking()).status is BookingStatus.CANCELLED


async def test_a_set_aside_refund_that_dies_here_leaves_the_booking_stuck_until_it_is_replayed(
    subgraph: SubgraphUnderTest,
) -> None:
    story, by_hand = await Story.begin(subgraph), uuid7()
    await story.come_to_confirmed()
    asked = {"payment_id": str(story.payment), "refund_id": str(by_hand), "amount": "1"}
    await story.bury("payment.payment.refund-requested", "booking", **asked)
    assert (await story.booking()).stuck_on == ["payment.payment.refund-requested"]
    await set_aside_by_hand(story, 1, by_hand)
    assert (await story.booking()).stuck_on == []
