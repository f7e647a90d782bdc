"""Messages twice, late and in any order, due times and impatient sweepers: all of it comes to rest, and agrees."""

import random
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.ask_again import ask_again
from subgraphs.booking.bookings.cancel import cancel_booking
from subgraphs.booking.bookings.cancel_for_house import cancel_for_house
from subgraphs.booking.bookings.cancellation import NotCancellable
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
    story.tiers = chance.choice([((5, 0),), ((5, 30),), ()])
    world = World(
        story,
        Nights(story, refuses=chance.random() < 0.1, loses=chance.random() < 0.25),
        Benefits(
            discount=chance.choice([10000, 10000, 110000]), refuses=chance.random() < 0.1, loses=chance.random() < 0.15
        ),
        Money(story, refuses=chance.random() < 0.1),
    )
    await world.collect()
    return world


def temper(chance: random.Random) -> dict[str, int]:
    """How likely what is to happen next: some guests pay at once, others never or wrongly, some give up."""
    tempers = {"pay": [2, 8, 20], "mispay": [0, 0, 6], "account": [0, 2, 6], "cancel": [0, 0, 3, 8], "due": [1, 3, 8]}
    return {"command": 30, "report": 30, "again": 12, "sweep": 5} | {
        kind: chance.choice(weights) for kind, weights in tempers.items()
    }


async def happen(world: World, chance: random.Random, likely: dict[str, int]) -> None:
    """One thing, any that may happen now: a message arrives, again or for the first time, or the clock speaks."""
    kind = chance.choices(list(likely), list(likely.values()))[0]
    if kind == "command" and world.commands:
        world.carry_out(world.commands.pop(chance.randrange(len(world.commands))))
    elif kind == "report" and world.reports:
        await world.deliver(world.reports.pop(chance.randrange(len(world.reports))))
    elif kind == "again":
        await repeat_something(world, chance)
    elif kind == "pay":
        world.report(world.money.guest_pays())
    elif kind == "mispay":
        world.report(world.money.guest_pays_another_amount())
    elif kind == "account":
        world.report(world.money.guest_takes_account())
    elif kind == "cancel":
        await cancel(world, by_house=chance.random() < 0.3)
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
    """Also the longer one of an account number."""
    story = world.story
    async with story.subgraph.database.transaction() as session:
        later = clock.now() + timedelta(hours=25)
        await expire_booking(session, story.subgraph.cache, story.id, later)
    await world.collect()


async def cancel(world: World, *, by_house: bool) -> None:
    """Somebody tries to; what stands in the way is tested elsewhere."""
    story, zone = world.story, world.story.subgraph.settings.time_zone
    with suppress(NotCancellable):
        async with story.subgraph.database.transaction() as session:
            cache, reason = story.subgraph.cache, "Plans changed."
            if by_house:
                await cancel_for_house(session, cache, None, story.id, reason=reason, by_policy=False, zone=zone)
            else:
                await cancel_booking(
                    session, cache, story.guest, story.id, reason=reason, expected_refund=None, zone=zone
                )
    await world.collect()


async def sweep(world: World) -> None:
    async with world.story.subgraph.database.transaction() as session:
        story, later = world.story, clock.now() + timedelta(days=1)
        await ask_again(session, story.subgraph.cache, story.id, later, timedelta(seconds=20), times=1000)
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


def kept_by_policy(booking: Booking) -> Decimal:
    """What a guest who cancels a confirmed booking owes; everybody else gets everything back."""
    if booking.status is not BookingStatus.CANCELLED or booking.confirmed_at is None:
        return Decimal(0)
    assert booking.cancellation is not None
    assert booking.total is not None
    percent = 0 if booking.cancellation.by == "HOUSE" else {((5, 0),): 0, ((5, 30),): 30, (): 100}[tiers_of(booking)]
    return min(booking.total, Decimal(110000 * percent // 100))


def tiers_of(booking: Booking) -> tuple[tuple[int, int], ...]:
    assert booking.terms is not None
    assert booking.terms.policy is not None
    return tuple((tier.days_before, tier.fee_percent) for tier in booking.terms.policy.tiers)


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
        kept = money.received - sum(money.returned.values(), Decimal(0))
        assert kept == kept_by_policy(booking)
        assert len(money.returned) <= 1
    assert (booking.refusal_code is not None) == (booking.status is BookingStatus.REFUSED)
    assert (booking.cancellation is not None) == (booking.status is BookingStatus.CANCELLED)


@pytest.mark.parametrize("seed", range(100))
async def test_whatever_order_messages_come_in_everything_agrees_at_the_end(
    subgraph: SubgraphUnderTest, seed: int
) -> None:
    chance = random.Random(seed)
    world, likely = await begin(subgraph, chance), temper(chance)
    for _ in range(chance.randrange(10, 60)):
        await happen(world, chance, likely)
    ensure_agreed(world, await come_to_rest(world))
