"""A booking is stuck where a step does not get through by itself, and comes unstuck when it does after all."""

from datetime import timedelta
from typing import Any

import pytest

from chassis import clock, commands
from chassis.consumer import Consumer
from chassis.dead_letters import open_letters, put_aside
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking import consumers, jobs
from subgraphs.booking.bookings.flow import REPORTS, Signal
from subgraphs.booking.bookings.tables import Ask, Booking, BookingStatus, Stage
from tests.booking.bookings.test_ask_again import WAIT, again
from tests.booking.bookings.test_cancel import cancel
from tests.booking.story import Story

WHY = "KeyError: 'a'"


def stuck_on(booking: Booking) -> list[str]:
    assert (booking.stuck_since is not None) == bool(booking.stuck_on)
    return booking.stuck_on


def test_all_that_booking_asks_and_hears_is_followed_to_the_dead() -> None:
    assert consumers.consumer._dead_handlers.keys() == {*Ask, *REPORTS}
    # Who has left is no booking's affair: that goes the way of all dead letters.
    assert {*REPORTS, "account.user.deleted"} == consumers.consumer.names


async def test_a_command_that_failed_where_it_was_asked_makes_it_stuck_and_its_answer_loosens_it(
    subgraph: SubgraphUnderTest,
) -> None:
    story = await Story.begin(subgraph)
    version = (await story.booking()).version
    await story.bury(Ask.HOLD_NIGHTS, "accommodation")
    booking = await story.booking()
    assert (stuck_on(booking), booking.version) == ([Ask.HOLD_NIGHTS], version + 1)
    step = (await story.steps())[-1]
    assert (step.name, step.detail) == (
        "booking.stuck",
        f"accommodation.hold-nights: dead letter of accommodation: {WHY}",
    )
    await story.hold_nights()
    booking = await story.booking()
    assert (stuck_on(booking), booking.stage) == ([], Stage.OPENING_PAYMENT)


async def test_what_is_stuck_is_not_asked_again(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment()
    await story.pay()
    await story.bury(Ask.CONFIRM_HOLD, "accommodation")
    assert await again(story, clock.now() + WAIT) == [Ask.SPEND_BENEFITS]
    await story.bury(Ask.SPEND_BENEFITS, "loyalty")
    assert await again(story, clock.now() + timedelta(days=1)) is None


async def test_it_is_stuck_until_the_last_of_it_got_through(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    await story.come_to_payment()
    await story.pay()
    await story.bury(Ask.CONFIRM_HOLD, "accommodation")
    since = (await story.booking()).stuck_since
    await story.bury(Ask.SPEND_BENEFITS, "loyalty")
    booking = await story.booking()
    assert (stuck_on(booking), booking.stuck_since) == ([Ask.CONFIRM_HOLD, Ask.SPEND_BENEFITS], since)
    await story.tell("accommodation.nights.confirmed")
    assert stuck_on(await story.booking()) == [Ask.SPEND_BENEFITS]
    await story.tell("loyalty.benefits.spent")
    booking = await story.booking()
    assert (stuck_on(booking), booking.status) == ([], BookingStatus.CONFIRMED)


async def test_what_a_move_asks_anew_is_stuck_no_more(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.tell("accommodation.nights.lost", reason="SOLD_OUT", night=None)
    await story.bury(Ask.CLOSE_PAYMENT, "payment")
    booking = await story.booking()
    assert (booking.stage, stuck_on(booking)) == (Stage.CLOSING_PAYMENT, [Ask.CLOSE_PAYMENT])
    assert (await cancel(story)).errors == []
    booking = await story.booking()
    assert (stuck_on(booking), booking.asks) == ([], [Ask.CLOSE_PAYMENT, Ask.RELEASE_HOLD])
    assert await again(story, clock.now() + WAIT) == [Ask.CLOSE_PAYMENT, Ask.RELEASE_HOLD]


@pytest.mark.parametrize("name", ["accommodation.hold-nights", "accommodation.release-hold", "payment.payment.closed"])
async def test_what_it_does_not_wait_for_any_more_is_no_reason(subgraph: SubgraphUnderTest, name: str) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    before, steps = await story.booking(), len(await story.steps())
    await story.bury(name, "booking" if name.startswith("payment.payment") else "accommodation")
    assert (await story.booking()).model_dump() == before.model_dump()
    assert len(await story.steps()) == steps


async def test_what_others_could_not_hear_is_none_of_its_business(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.bury(Signal.PAYMENT_PAID, "account")
    assert stuck_on(await story.booking()) == []


async def test_money_it_could_not_take_makes_it_stuck_until_it_is_replayed(
    subgraph: SubgraphUnderTest, capsys: pytest.CaptureFixture[str]
) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    record = await story.bury(Signal.PAYMENT_PAID, "booking", **told(story, Signal.PAYMENT_PAID))
    await put_aside(subgraph.database, "booking", record, KeyError("a"), 5)
    assert stuck_on(await story.booking()) == [Signal.PAYMENT_PAID]
    [letter] = await open_letters(subgraph.database)
    listener: Consumer = consumers.consumer
    assert await commands.replay_dead_letter(subgraph.database, subgraph.resources, listener, letter.id) == 0
    assert capsys.readouterr().out.endswith("It was worked on.\n")
    booking = await story.booking()
    assert (stuck_on(booking), booking.stage, booking.paid) == ([], Stage.CONFIRMING, 100000)


@pytest.mark.parametrize("name", REPORTS)
async def test_every_report_it_waits_for_can_make_it_stuck_and_told_anew_loosens_it(
    subgraph: SubgraphUnderTest, name: Signal
) -> None:
    story = await waiting_for(subgraph, name)
    await story.bury(name, "booking")
    assert stuck_on(await story.booking()) == [name]
    await story.tell(name, **told(story, name))
    assert stuck_on(await story.booking()) == []


async def waiting_for(subgraph: SubgraphUnderTest, name: Signal) -> Story:
    """A booking that waits for that report."""
    story = await Story.begin(subgraph, userCouponId=str(uuid7()))
    turn = {Signal.NIGHTS_EXTENDED: Signal.ACCOUNT_ISSUED, Signal.BENEFITS_RELEASED: Signal.PAYMENT_CLOSED}
    way: list[tuple[set[Signal], Signal]] = [
        ({Signal.NIGHTS_HELD, Signal.NIGHTS_REFUSED}, Signal.NIGHTS_HELD),
        ({Signal.BENEFITS_HELD, Signal.BENEFITS_REFUSED}, Signal.BENEFITS_HELD),
        ({Signal.PAYMENT_OPENED, Signal.COUPON_REVOKED}, Signal.PAYMENT_OPENED),
        (
            {Signal.ACCOUNT_ISSUED, Signal.PAYMENT_PAID, Signal.PAYMENT_CLOSED, Signal.PAYMENT_REFUSED},
            turn.get(name, Signal.PAYMENT_PAID),
        ),
        ({Signal.NIGHTS_CONFIRMED, Signal.NIGHTS_LOST, Signal.BENEFITS_SPENT, *turn}, Signal.NIGHTS_LOST),
    ]
    for waited_for, onward in way:
        if name in waited_for:
            break
        await story.tell(onward, **told(story, onward))
    return story


def told(story: Story, name: Signal) -> dict[str, Any]:
    known: dict[str, Any] = story.held_nights() if name is Signal.NIGHTS_HELD else {}
    return known | {
        "reason": "COUPON_NOT_USABLE" if name is Signal.BENEFITS_REFUSED else "SOLD_OUT",
        "message": "No.",
        "discount": "10000",
        "points": 0,
        "payment_id": str(story.payment),
        "refund_id": str(uuid7()),
        "amount": "100000",
        "revoked_at": "2026-01-01T00:00:00Z",
        "paid_at": "2026-01-01T00:00:00Z",
        "due_at": "2026-01-01T00:00:00Z",
    }


async def test_a_refund_nobody_will_try_again_makes_it_stuck(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()
    await story.pay()
    await story.tell("accommodation.nights.lost", reason="SOLD_OUT", night=None)
    refund = str((await story.booking()).refund_id)
    failed = {"payment_id": None, "refund_id": refund, "amount": "110000", "reason": "NO_SUCH_PAYMENT", "left": None}
    await story.tell("payment.payment.refund-failed", **failed, final=False)
    assert stuck_on(await story.booking()) == []
    await story.tell("payment.payment.refund-failed", **failed, final=True)
    assert stuck_on(await story.booking()) == [Ask.REFUND_PAYMENT]
    await story.tell("payment.payment.refunded", payment_id=str(story.payment), refund_id=refund, amount="110000")
    assert stuck_on(await story.booking()) == []


async def test_how_many_are_stuck_is_measured(subgraph: SubgraphUnderTest) -> None:
    stories = [await Story.begin(subgraph) for _ in range(3)]
    for story in stories[:2]:
        await story.bury(Ask.HOLD_NIGHTS, "accommodation")
    await jobs.count_stuck(subgraph.database)
    assert jobs.STUCK._value.get() == 2
    await stories[0].hold_nights()
    await jobs.count_stuck(subgraph.database)
    assert jobs.STUCK._value.get() == 1
