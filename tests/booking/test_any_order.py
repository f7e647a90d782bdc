"""Messages twice, late, in any order and put aside for a while, due times, cancelling, refunds by hand and impatient
sweepers: all of it comes to rest, and agrees.
"""

import random
from collections.abc import Callable
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
from .world import Benefits, Money, Nights, Reply, World

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
        Money(story, refuses=chance.random() < 0.1, fails=chance.random() < 0.2),
    )
    await world.collect()
    return world


def temper(chance: random.Random) -> dict[str, int]:
    """How likely what is to happen next: some guests pay at once, others never or wrongly, some give up."""
    tempers = {"pay": [2, 8, 20], "mispay": [0, 0, 6], "account": [0, 2, 6], "cancel": [0, 0, 3, 8], "due": [1, 3, 8]}
    tempers |= {"by-hand": [0, 2, 6], "bury": [0, 0, 4], "replay": [2]}
    return {"command": 30, "report": 30, "again": 12, "sweep": 5} | {
        kind: chance.choice(weights) for kind, weights in tempers.items()
    }


async def happen(world: World, chance: random.Random, likely: dict[str, int]) -> None:
    """One thing, any that may happen now: a message arrives, again or for the first time, or the clock speaks."""
    kind = chance.choices(list(likely), list(likely.values()))[0]
    if kind in MAY_HAPPEN:
        await MAY_HAPPEN[kind](world, chance)
    else:
        world.report(PAYMENT_LEARNS[kind](world.money, chance))


async def carry_out_something(world: World, chance: random.Random) -> None:
    if world.commands:
        world.carry_out(world.commands.pop(chance.randrange(len(world.commands))))


async def deliver_something(world: World, chance: random.Random) -> None:
    if world.reports:
        await world.deliver(world.reports.pop(chance.randrange(len(world.reports))))


async def bury_something(world: World, chance: random.Random) -> None:
    if world.commands and chance.random() < 0.5:
        await world.bury_command(world.commands.pop(chance.randrange(len(world.commands))))
    elif world.reports:
        await world.bury_report(world.reports.pop(chance.randrange(len(world.reports))))
    await world.collect()


async def repeat_something(world: World, chance: random.Random) -> None:
    """A report comes twice as the same message or as a new one; a command is carried out twice."""
    if world.reports and chance.random() < 0.6:
        message_id, reply = chance.choice(world.reports)
        await world.deliver((message_id if chance.random() < 0.5 else uuid7(), reply))
    elif world.commands:
        world.carry_out(chance.choice(world.commands))


async def replay_dead_letters(world: World, _chance: random.Random) -> None:
    world.replay_dead_letters()


async def let_due_time_pass(world: World, _chance: random.Random | None = None) -> None:
    """Also the longer one of an account number."""
    story = world.story
    async with story.subgraph.database.transaction() as session:
        later = clock.now() + timedelta(hours=25)
        await expire_booking(session, story.subgraph.cache, story.id, later)
    await world.collect()


async def cancel(world: World, chance: random.Random) -> None:
    """Somebody tries to; what stands in the way is tested elsewhere."""
    by_house = chance.random() < 0.3
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


async def sweep(world: World, _chance: random.Random | None = None) -> None:
    async with world.story.subgraph.database.transaction() as session:
        story, later = world.story, clock.now() + timedelta(days=1)
        await ask_again(session, story.subgraph.cache, story.id, later, timedelta(seconds=20), times=1000)
    await world.collect()


MAY_HAPPEN = {
    "command": carry_out_something,
    "report": deliver_something,
    "again": repeat_something,
    "cancel": cancel,
    "due": let_due_time_pass,
    "sweep": sweep,
    "bury": bury_something,
    "replay": replay_dead_letters,
}
PAYMENT_LEARNS: dict[str, Callable[[Money, random.Random], list[Reply]]] = {
    "pay": lambda money, _: money.guest_pays(),
    "mispay": lambda money, _: money.guest_pays_another_amount(),
    "account": lambda money, _: money.guest_takes_account(),
    "by-hand": lambda money, chance: money.administrator_refunds(Decimal(chance.choice([1, 30000, 110000]))),
}


async def come_to_rest(world: World) -> Booking:
    """Everything under way arrives; then the due time passes and whoever still waits asks again, until nobody does."""
    for _ in range(30):
        world.replay_dead_letters()
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
    asked_for = {refund: amount for refund, amount in money.returned.items() if refund not in money.by_hand}
    by_hand = sum((money.returned[refund] for refund in money.by_hand), Decimal(0))
    if booking.status is BookingStatus.CONFIRMED:
        assert nights.state == "confirmed"
        assert benefits.state == ("spent" if booking.user_coupon_id else "none")
        assert money.received == booking.total
        assert asked_for == {}
    else:
        assert nights.state in {"none", "refused", "released"}
        assert benefits.state in {"none", "refused", "released", "given-back"}
        assert money.state != "open"
        assert money.left == max(Decimal(0), kept_by_policy(booking) - by_hand)
        assert len(asked_for) <= 1
    assert sum(asked_for.values()) == (booking.refund_amount or 0)
    assert (booking.stuck_since, booking.stuck_on) == (None, [])
    assert (booking.refusal_code is not None) == (booking.status is BookingStatus.REFUSED)
    assert (booking.cancellation is not None) == (booking.status is BookingStatus.CANCELLED)
    if booking.cancellation:
        assert booking.cancellation.refund == (booking.refund_amount or 0)


async def ensure_all_is_past(world: World, chance: random.Random) -> None:
    """Every report there ever was, told once more as a new message, in any order, changes nothing."""
    before, said = await world.story.booking(), await world.story.said()
    for name, payload in chance.sample(world.said, len(world.said)):
        await world.story.tell(name, **payload)
    seen = {"version", "changed_in", "updated_at"}
    assert (await world.story.booking()).model_dump(exclude=seen) == before.model_dump(exclude=seen)
    assert await world.story.said() == said


@pytest.mark.parametrize("seed", range(60))
async def test_whatever_order_messages_come_in_everything_agrees_at_the_end(
    subgraph: SubgraphUnderTest, seed: int
) -> None:
    chance = random.Random(seed)
    world, likely = await begin(subgraph, chance), temper(chance)
    for _ in range(chance.randrange(10, 60)):
        await happen(world, chance, likely)
    ensure_agreed(world, await come_to_rest(world))
    await ensure_all_is_past(world, chance)
