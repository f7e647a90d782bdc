"""The nights are held: what they cost, whose they are, and what is asked next."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.tables import Ask, BookingStatus, RefusalCode, Stage
from tests.booking.story import Story, statements


async def test_price_policy_host_and_names_are_kept_as_they_were(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights(50000, 60000)
    booking = await story.booking()
    assert (booking.host_id, booking.accommodation_id) == (story.host, story.accommodation)
    assert (booking.subtotal, booking.coupon_discount, booking.points_used, booking.total) == (110000, 0, 0, 110000)
    terms = booking.terms
    assert terms is not None
    assert [night.price for night in terms.nights] == [Decimal(50000), Decimal(60000)]
    assert terms.nights[0].date == booking.check_in
    assert (terms.place.accommodation_name, terms.place.room_type_name) == ("Harbour House", "Double")
    assert terms.policy is not None
    assert terms.policy.model_dump() == {"name": "Moderate", "tiers": ({"days_before": 5, "fee_percent": 0},)}


async def test_without_coupon_and_points_a_payment_is_opened_next(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights()
    booking = await story.booking()
    assert (booking.status, booking.stage, booking.asks) == (
        BookingStatus.PENDING,
        Stage.OPENING_PAYMENT,
        [Ask.OPEN_PAYMENT],
    )
    assert (await story.last("payment.open-payment")).key == str(story.id)
    assert await story.asked("payment.open-payment") == {
        "booking_id": str(story.id),
        "user_id": str(story.guest),
        "amount": Decimal(110000),
        "currency": "KRW",
        "order_name": "Harbour House · Double",
        "due_at": booking.payment_due_at.isoformat().replace("+00:00", "Z"),
        "account_due_by": (booking.created_at + timedelta(hours=24)).isoformat().replace("+00:00", "Z"),
    }
    assert (await story.said())[2:] == ["payment.open-payment"]


async def test_coupon_and_points_are_asked_for_with_the_subtotal(subgraph: SubgraphUnderTest) -> None:
    coupon = uuid7()
    story = await Story.begin(subgraph, userCouponId=str(coupon), points=700)
    await story.hold_nights()
    booking = await story.booking()
    assert (booking.stage, booking.asks) == (Stage.HOLDING_BENEFITS, [Ask.HOLD_BENEFITS])
    asked = await story.last("loyalty.hold-benefits")
    assert asked.key == str(story.id)
    assert asked.payload == {
        "booking_id": str(story.id),
        "user_id": str(story.guest),
        "user_coupon_id": str(coupon),
        "points": 700,
        "subtotal": "110000",
        "currency": "KRW",
        "due_at": booking.payment_due_at.isoformat().replace("+00:00", "Z"),
    }


async def test_another_price_than_expected_refuses_and_lets_the_nights_go(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, expectedTotal="109999")
    await story.hold_nights()
    booking = await story.booking()
    assert (booking.status, booking.refusal_code, booking.refusal_message) == (
        BookingStatus.REFUSED,
        RefusalCode.PRICE_CHANGED,
        "The total is now 110000 KRW.",
    )
    assert (await story.said())[2:] == ["booking.booking.refused", "accommodation.release-hold"]


@pytest.mark.parametrize("expected", ["110000", "110000.00", "1.1e5"])
async def test_the_expected_price_goes_on(subgraph: SubgraphUnderTest, expected: str) -> None:
    story = await Story.begin(subgraph, expectedTotal=expected)
    await story.hold_nights()
    assert (await story.booking()).stage is Stage.OPENING_PAYMENT


async def test_nights_that_cost_nothing_are_confirmed_at_once(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights(0, 0)
    assert ((await story.booking()).status, (await story.booking()).stage) == (BookingStatus.PENDING, Stage.CONFIRMING)
    await story.tell("accommodation.nights.confirmed")
    assert (await story.booking()).status is BookingStatus.CONFIRMED
    assert (await story.said())[2:] == ["accommodation.confirm-hold", "booking.booking.confirmed"]


async def test_nights_held_twice_change_nothing_the_second_time(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.hold_nights(50000, 60000)
    before, said = await story.booking(), await story.said()
    await story.hold_nights(1, 2)
    assert (await story.booking()).model_dump() == before.model_dump()
    assert await story.said() == said
    assert [(step.name, step.detail) for step in (await story.steps())[-1:]] == [("accommodation.nights.held", "past")]


async def test_the_same_message_twice_is_taken_once(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    message_id = uuid7()
    assert await story.tell("accommodation.nights.held", message_id, **story.held_nights())
    assert not await story.tell("accommodation.nights.held", message_id, **story.held_nights())
    assert [step.name for step in await story.steps()] == ["booking.created", "accommodation.nights.held"]


async def test_nights_of_a_booking_that_is_not_there_are_an_error(subgraph: SubgraphUnderTest) -> None:
    story = replace(await Story.begin(subgraph), id=uuid7())
    with pytest.raises(Exception, match="There is no booking"):
        await story.hold_nights()


async def test_taking_a_report_takes_five_statements(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    held = story.held_nights()
    subgraph.sql.clear()
    await story.tell("accommodation.nights.held", **held)
    assert statements(subgraph) == [
        "INSERT INTO inbox",
        "SELECT bookings",
        "UPDATE bookings",
        "INSERT INTO booking_steps",
        "INSERT INTO outbox",
    ]
