"""The net under holds that nobody settled."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons import sweep
from subgraphs.loyalty.coupons.sweep import sweep_holds
from subgraphs.loyalty.settings import Settings
from tests.loyalty.backoffice import later, text
from tests.loyalty.bookings import Booking, own_coupon, seen, status
from tests.loyalty.ledger import grant, standing


async def held(subgraph: SubgraphUnderTest) -> tuple[Booking, UUID]:
    """A hold that is due in ten minutes."""
    guest = uuid7()
    coupon, booking = await own_coupon(subgraph, guest), Booking(subgraph, guest)
    await booking.hold(coupon)
    return booking, coupon


async def sweep_after(subgraph: SubgraphUnderTest, **passed: float) -> None:
    with later(**passed):
        await sweep_holds(subgraph.database, subgraph.resources[Settings])


@pytest.mark.parametrize(("minutes", "then"), [(14.5, "HELD"), (15.1, "AVAILABLE")])
async def test_a_hold_is_let_go_five_minutes_after_it_was_due(
    subgraph: SubgraphUnderTest, minutes: float, then: str
) -> None:
    booking, coupon = await held(subgraph)
    await sweep_after(subgraph, minutes=minutes)
    assert await status(subgraph, booking.user_id, coupon) == then


async def test_a_hold_that_was_extended_is_kept_until_its_new_due_time(
    subgraph: SubgraphUnderTest,
) -> None:
    booking, coupon = await held(subgraph)
    await booking.ask("extend-benefits", due_at=text(clock.now() + timedelta(hours=24)))
    await sweep_after(subgraph, hours=24)
    assert await status(subgraph, booking.user_id, coupon) == "HELD"


async def test_what_is_spent_is_left_alone(subgraph: SubgraphUnderTest) -> None:
    booking, coupon = await held(subgraph)
    await booking.spend()
    await sweep_after(subgraph, hours=1)
    assert await status(subgraph, booking.user_id, coupon) == "USED"


async def test_many_sweepers_at_once_let_go_of_all(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "AT_ONCE", 3)
    holds = [await held(subgraph) for _ in range(10)]
    with later(hours=1):
        await asyncio.gather(*(sweep_holds(subgraph.database, subgraph.resources[Settings]) for _ in range(4)))
    found = [await status(subgraph, booking.user_id, coupon) for booking, coupon in holds]
    assert found == ["AVAILABLE"] * 10


async def test_extending_what_was_let_go_holds_nothing(subgraph: SubgraphUnderTest) -> None:
    booking, coupon = await held(subgraph)
    await booking.release()
    await booking.ask("extend-benefits", due_at=text(clock.now() + timedelta(hours=24)))
    assert await status(subgraph, booking.user_id, coupon) == "AVAILABLE"


async def extend_late(booking: Booking) -> None:
    await booking.ask("extend-benefits", due_at=text(clock.now() + timedelta(hours=24)))


async def test_what_lapsed_before_it_was_extended_is_held_again(subgraph: SubgraphUnderTest) -> None:
    booking, coupon = await held(subgraph)
    guest = booking.user_id
    await grant(subgraph, guest, 100)
    with_points = Booking(subgraph, guest)
    await with_points.hold(None, points=60)
    await sweep_after(subgraph, hours=1)
    assert (await status(subgraph, guest, coupon), await standing(subgraph, guest)) == ("AVAILABLE", (100, 0))
    await extend_late(booking)
    await extend_late(with_points)
    await sweep_after(subgraph, hours=24)
    assert (await status(subgraph, guest, coupon), await standing(subgraph, guest)) == ("HELD", (40, 60))


async def test_what_is_gone_when_it_is_extended_may_be_back_when_it_is_paid(subgraph: SubgraphUnderTest) -> None:
    booking, coupon = await held(subgraph)
    await sweep_after(subgraph, hours=1)
    other = Booking(subgraph, booking.user_id)
    await other.hold(coupon)
    await extend_late(booking)
    assert (await seen(subgraph, booking.user_id, coupon))["booking"] == {"id": str(other.id)}
    await other.release()
    assert await booking.spend() == ("spent", {})
    assert (await seen(subgraph, booking.user_id, coupon))["booking"] == {"id": str(booking.id)}
