"""Giving back what a cancelled booking spent."""

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons.sweep import sweep_holds
from subgraphs.loyalty.settings import Settings
from tests.loyalty.backoffice import later
from tests.loyalty.bookings import Booking, own_coupon, seen, status
from tests.loyalty.ledger import grant, history

LET_GO = ("refused", {"reason": "COUPON_NOT_USABLE", "message": "The booking has let go of what it held."})


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


async def test_a_held_coupon_the_fee_has_eaten_is_used_from_then_on(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await booking.give_back(coupon=False)
    found = await seen(subgraph, guest, coupon)
    assert (found["status"], found["booking"]) == ("USED", {"id": str(booking.id)})
    assert found["usedAt"] is not None


async def test_what_lapsed_is_not_taken_again_for_a_booking_that_was_given_back(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    await grant(subgraph, guest, 100)
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon, points=60)
    with later(hours=1):
        await sweep_holds(subgraph.database, subgraph.resources[Settings])
    assert await booking.give_back(coupon=True, points=60) == ("given-back", {})
    assert await booking.spend() == LET_GO
    assert (await status(subgraph, guest, coupon), await history(subgraph, guest)) == (
        "AVAILABLE",
        [("GRANT", 100, 100)],
    )


async def test_giving_back_that_overtakes_the_hold_refuses_it(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    assert await booking.give_back(coupon=True) == ("given-back", {})
    assert await booking.hold(coupon) == LET_GO
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
