"""Spending what a booking holds."""

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons.sweep import sweep_holds
from subgraphs.loyalty.settings import Settings
from tests.loyalty.backoffice import later
from tests.loyalty.bookings import Booking, own_coupon, seen, status


async def lapse(subgraph: SubgraphUnderTest) -> None:
    """Every hold is overdue, and the net is drawn."""
    with later(hours=1):
        await sweep_holds(subgraph.database, subgraph.resources[Settings])


async def test_a_spent_coupon_is_used(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    assert await booking.spend() == ("spent", {})
    found = await seen(subgraph, guest, coupon)
    assert (found["status"], found["booking"]) == ("USED", {"id": str(booking.id)})
    assert found["usedAt"] is not None


async def test_spending_again_is_answered_again_and_changes_nothing(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    held = await booking.hold(coupon)
    await booking.spend()
    first = await seen(subgraph, guest, coupon)
    assert await booking.spend() == ("spent", {})
    assert await booking.hold(coupon) == held
    assert await seen(subgraph, guest, coupon) == first


async def test_a_coupon_good_when_held_is_good_when_spent(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    with later(days=60):
        assert await booking.spend() == ("spent", {})
    assert await status(subgraph, guest, coupon) == "USED"


async def test_what_was_let_go_is_not_spent(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await booking.release()
    refused = ("refused", {"reason": "COUPON_NOT_USABLE", "message": "The booking has let go of what it held."})
    assert await booking.spend() == refused
    assert await status(subgraph, guest, coupon) == "AVAILABLE"


async def test_a_lapsed_hold_is_spent_where_the_coupon_is_still_free(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon)
    await lapse(subgraph)
    assert await status(subgraph, guest, coupon) == "AVAILABLE"
    assert await booking.spend() == ("spent", {})
    assert await status(subgraph, guest, coupon) == "USED"


async def test_a_lapsed_hold_is_refused_where_another_booking_has_the_coupon(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    late, other = Booking(subgraph, guest), Booking(subgraph, guest)
    await late.hold(coupon)
    await lapse(subgraph)
    await other.hold(coupon)
    message = "The hold lapsed, and another booking has the coupon since."
    refused = ("refused", {"reason": "COUPON_NOT_USABLE", "message": message})
    assert [await late.spend(), await late.spend()] == [refused, refused]
    assert (await seen(subgraph, guest, coupon))["booking"] == {"id": str(other.id)}


async def test_a_lapsed_hold_without_a_coupon_is_spent(subgraph: SubgraphUnderTest) -> None:
    booking = Booking(subgraph, uuid7())
    await booking.hold(None)
    await lapse(subgraph)
    assert await booking.spend() == ("spent", {})
