"""Money that comes to an account number may take a day."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings import store
from subgraphs.booking.bookings.tables import Ask, BookingStatus, Stage
from tests.booking.story import Story, stay_from


async def issue_account(story: Story, due_at: datetime) -> None:
    await story.tell("payment.payment.account-issued", payment_id=str(story.payment), due_at=due_at.isoformat())


async def test_the_due_time_moves_and_what_is_held_is_held_until_then(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment()
    due_at = clock.now() + timedelta(hours=6)
    said = len(await story.said())
    await issue_account(story, due_at)
    booking = await story.booking()
    assert (booking.status, booking.payment_due_at) == (BookingStatus.AWAITING_PAYMENT, due_at)
    assert await story.said(after=said) == ["accommodation.extend-hold", "loyalty.extend-benefits"]
    written = due_at.isoformat().replace("+00:00", "Z")
    assert await story.asked("accommodation.extend-hold") == {
        "booking_id": str(story.id),
        "room_type_id": str(story.room_type),
        "due_at": written,
    }
    assert await story.asked("loyalty.extend-benefits") == {"booking_id": str(story.id), "due_at": written}
    # Loyalty says nothing to it, so nothing is waited for there.
    assert booking.asks == [Ask.EXTEND_HOLD]
    await story.tell("accommodation.nights.extended", due_at=written)
    assert (await story.booking()).asks == []


async def test_nobody_waits_longer_than_a_day(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await issue_account(story, clock.now() + timedelta(days=7))
    booking = await story.booking()
    assert booking.payment_due_at == booking.created_at + timedelta(hours=24)


async def test_payment_is_told_how_long_an_account_may_be_paid_into(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights()
    booking = await story.booking()
    latest = booking.created_at + timedelta(hours=24)
    said = (await story.asked("payment.open-payment"))["account_due_by"]
    assert (booking.account_due_by, datetime.fromisoformat(said)) == (latest, latest)


async def test_nobody_waits_past_check_in(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    zone: ZoneInfo = subgraph.settings.time_zone
    opens = datetime.combine(stay_from()[0], time(15), zone)
    async with subgraph.database.transaction() as session:
        booking = await store.lock_booking(session, story.id)
        booking.created_at, booking.payment_due_at = opens - timedelta(hours=5), opens - timedelta(hours=4)
    await story.come_to_payment()
    await issue_account(story, opens + timedelta(hours=5))
    booking = await story.booking()
    assert (booking.payment_due_at, booking.account_due_by) == (opens, opens)


async def test_an_account_that_is_due_sooner_does_not_hurry_the_guest(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    due_at = (await story.booking()).payment_due_at
    await issue_account(story, clock.now() + timedelta(minutes=1))
    assert (await story.booking()).payment_due_at == due_at


async def test_issued_before_it_was_known_to_be_opened_is_opened(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights()
    await issue_account(story, clock.now() + timedelta(hours=6))
    assert (await story.booking()).status is BookingStatus.AWAITING_PAYMENT
    await story.open_payment()
    assert (await story.steps())[-1].detail == "past"


async def test_nights_that_cannot_be_held_on_close_the_account(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await issue_account(story, clock.now() + timedelta(hours=6))
    await story.tell("accommodation.nights.lost", reason="SOLD_OUT", night=None)
    booking = await story.booking()
    assert (booking.stage, booking.asks, booking.cancellation) == (Stage.CLOSING_PAYMENT, [Ask.CLOSE_PAYMENT], None)
    await story.tell("payment.payment.closed", payment_id=str(story.payment))
    assert (await story.booking()).status is BookingStatus.EXPIRED


async def test_an_account_of_a_booking_that_is_over_changes_nothing(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    before, said = await story.booking(), await story.said()
    await issue_account(story, clock.now() + timedelta(hours=6))
    assert (await story.booking()).model_dump() == before.model_dump()
    assert await story.said() == said
