"""Giving back what a cancelled booking spent."""

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.loyalty.bookings import Booking, own_coupon, status


async def test_a_coupon_that_is_given_back_can_be_used_again(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking, next_one = Booking(subgraph, guest), Booking(subgraph, guest)
    await booking.hold(coupon)
    await booking.spend()
    assert await booking.give_back(coupon=True) == ("given-back", {})
    assert await status(subgraph, guest, coupon) == "AVAILABLE"
    assert (await next_one.hold(coupon))[0] == "held"


async def test_a_coupon_the_fee_has_eaten_stays_used(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await booking.spend()
    assert await booking.give_back(coupon=False) == ("given-back", {})
    assert await status(subgraph, guest, coupon) == "USED"
    assert (await Booking(subgraph, guest).hold(coupon))[0] == "refused"


async def test_giving_back_is_decided_once(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await booking.spend()
    await booking.give_back(coupon=False)
    assert await booking.give_back(coupon=True) == ("given-back", {})
    assert await status(subgraph, guest, coupon) == "USED"


async def test_what_is_held_and_not_yet_spent_is_given_back_too(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    assert await booking.give_back(coupon=True) == ("given-back", {})
    assert await status(subgraph, guest, coupon) == "AVAILABLE"


async def test_a_booking_that_was_refused_has_nothing_to_give_back_and_is_told_so(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    holder, refused = Booking(subgraph, guest), Booking(subgraph, guest)
    await holder.hold(coupon)
    answer = await refused.hold(coupon)
    assert await refused.give_back(coupon=True) == ("given-back", {})
    assert await refused.hold(coupon) == answer
    assert await status(subgraph, guest, coupon) == "HELD"
