"""Letting go of what a booking holds."""

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.loyalty.bookings import Booking, own_coupon, status

LET_GO = ("refused", {"reason": "COUPON_NOT_USABLE", "message": "The booking has let go of what it held."})


async def test_a_released_coupon_can_be_held_by_another_booking(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    first, second = Booking(subgraph, guest), Booking(subgraph, guest)
    await first.hold(coupon)
    assert await first.release() == ("released", {})
    assert await status(subgraph, guest, coupon) == "AVAILABLE"
    assert (await second.hold(coupon))[0] == "held"


async def test_releasing_again_is_answered_again_and_takes_nothing_from_others(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    first, second = Booking(subgraph, guest), Booking(subgraph, guest)
    await first.hold(coupon)
    await first.release()
    await second.hold(coupon)
    assert await first.release() == ("released", {})
    assert await status(subgraph, guest, coupon) == "HELD"


async def test_a_release_that_overtakes_the_hold_refuses_it(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    assert await booking.release() == ("released", {})
    assert await booking.hold(coupon) == LET_GO
    assert await status(subgraph, guest, coupon) == "AVAILABLE"


async def test_a_hold_asked_again_after_its_release_stays_let_go(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await booking.release()
    assert await booking.hold(coupon) == LET_GO
    assert await status(subgraph, guest, coupon) == "AVAILABLE"


async def test_releasing_undoes_what_was_spent(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await booking.spend()
    assert await booking.release() == ("released", {})
    assert await status(subgraph, guest, coupon) == "AVAILABLE"
