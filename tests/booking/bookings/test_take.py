"""Reports that bring nothing but themselves."""

from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.tables import Ask, BookingStatus, Stage
from tests.booking.story import Story


async def test_an_opened_payment_awaits_the_guest(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights()
    await story.open_payment()
    booking = await story.booking()
    assert (booking.status, booking.asks, booking.asked_at) == (BookingStatus.AWAITING_PAYMENT, [], None)
    assert (await story.said())[-1] == "booking.booking.awaiting-payment"


async def test_a_payment_that_payment_closes_by_itself_expires_the_booking(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.tell("payment.payment.closed", payment_id=str(story.payment))
    booking = await story.booking()
    assert (booking.status, booking.asks) == (BookingStatus.EXPIRED, [Ask.RELEASE_HOLD])
    assert (await story.said())[-2:] == ["booking.booking.expired", "accommodation.release-hold"]


async def test_a_hold_let_go_by_its_keeper_does_not_end_the_wait(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    before = await story.booking()
    await story.tell("accommodation.nights.released")
    assert (await story.booking()).model_dump() == before.model_dump()


async def test_confirmed_before_anything_was_paid_is_past(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights()
    await story.tell("accommodation.nights.confirmed")
    await story.tell("loyalty.benefits.spent")
    assert (await story.booking()).stage is Stage.OPENING_PAYMENT
    assert [step.detail for step in (await story.steps())[-2:]] == ["past", "past"]
