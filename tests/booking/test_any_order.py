"""Messages twice, late and in any order, due times and impatient sweepers: all of it comes to rest, and agrees."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.ask_again import ask_again
from subgraphs.booking.bookings.expire import expire_booking
from subgraphs.booking.bookings.tables import Booking, BookingStatus

from .story import Story
from .world import Benefits, Money, Nights, World

RESTS = {BookingStatus.CONFIRMED, BookingStatus.REFUSED, BookingStatus.EXPIRED, BookingStatus.CANCELLED}


async def begin(subgraph: SubgraphUnderTest, chance: random.Random) -> World:
    wants = {"userCouponId": str(uuid7())} if chance.random() < 0.6 else {}
    if chance.random() < 0.15:
        wants["expectedTotal"] = chance.choice(["110000", "100000", "1"])
    story = await Story.begin(subgraph, **wants)
    world = World(
        story,
        Nights(story, refuses=chance.random() < 0.1, loses=chance.random() < 0.25),
        Benefits(refuses=chance.random() < 0.1),
        Money(story, refuses=chance.random() < 0.1),
    )
    await world.collect()
    return world


async def happen(world: World, chance: random.Random) -> None:
    """One thing, any that may happen now: a message arrives, again or for the first time, or the clock speaks."""
    kind = chance.choices(["command", "report", "again", "pay", "due", "sweep"], [30, 30, 12, 8, 3, 5])[0]
    if kind == "command" and world.commands:
        world.carry_out(world.commands.pop(chance.randrange(len(world.commands))))
    elif kind == "report" and world.reports:
        await world.deliver(world.reports.pop(chance.randrange(len(world.reports))))
    elif kind == "again":
        await repeat_something(world, chance)
    elif kind == "pay":
        world.report(world.money.guest_pays())
    elif kind == "due":
        await let_due_time_pass(world)
    elif kind == "sweep":
        await sweep(world)


async def repeat_something(world: World, chance: random.Random) -> None:
    """A report comes twice as the same message or as a new one; a command is carried out twice."""
    if world.reports and chance.random() < 0.6:
        message_id, reply = chance.choice(world.reports)
        await world.deliver((message_id if chance.random() < 0.5 else uuid7(), reply))
    elif world.commands:
        world.carry_out(chance.choice(world.commands))


async def let_due_time_pass(world: World) -> None:
    story = world.story
    async with story.subgraph.database.transaction() as session:
        later = clock.now() + timedelta(hours=1)
        await expire_booking(session, story.subgraph.cache, story.id, later)
    await world.collect()


async def sweep(world: World) -> None:
    async with world.story.subgraph.database.transaction() as session:
        await ask_again(session, world.story.id, clock.now() + timedelta(days=1), timedelta(seconds=20))
    await world.collect()


async def come_to_rest(world: World) -> Booking:
    """Everything under way arrives; then the due time passes and whoever still waits asks again, until nobody does."""
    for _ in range(30):
        while world.commands or world.reports:
            while world.commands:
                world.carry_out(world.commands.pop(0))
            if world.reports:
                await world.deliver(world.reports.pop(0))
        await let_due_time_pass(world)
        booking = await world.story.booking()
        if booking.status in RESTS and not booking.asks and not world.commands:
            return booking
        await sweep(world)
    raise AssertionError(f"still {booking.stage}, asking {booking.asks}")


def ensure_agreed(world: World, booking: Booking) -> None:
    money, nights, benefits = world.money, world.nights, world.benefits
    if booking.status is BookingStatus.CONFIRMED:
        assert nights.state == "confirmed"
        assert benefits.state == ("spent" if booking.user_coupon_id else "none")
        assert money.received == booking.total
        assert money.returned == {}
    else:
        assert nights.state in {"none", "refused", "released"}
        assert benefits.state in {"none", "refused", "released", "given-back"}
        assert money.state != "open"
        assert sum(money.returned.values(), Decimal(0)) == money.received
        assert len(money.returned) <= 1
    assert (booking.refusal_code is not None) == (booking.status is BookingStatus.REFUSED)
    assert (booking.cancellation is not None) == (booking.status is BookingStatus.CANCELLED)


@pytest.mark.parametrize("seed", range(60))
async def test_whatever_order_messages_come_in_everything_agrees_at_the_end(
    subgraph: SubgraphUnderTest, seed: int
) -> None:
    chance = random.Random(seed)
    world = await begin(subgraph, chance)
    for _ in range(chance.randrange(10, 60)):
        await happen(world, chance)
    ensure_agreed(world, await come_to_rest(world))
