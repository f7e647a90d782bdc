"""Holding a coupon and points for a booking."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons.tables import BenefitHold, HoldState
from tests.loyalty.backoffice import text
from tests.loyalty.bookings import Booking, own_coupon, seen, status
from tests.loyalty.ledger import grant

HELD = ("held", {"discount": "10000", "points": 0})


async def test_a_held_coupon_takes_its_discount_off(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    assert await booking.hold(coupon, subtotal="123456") == ("held", {"discount": "12345", "points": 0})
    found = await seen(subgraph, guest, coupon)
    assert found == {"status": "HELD", "usedAt": None, "booking": {"id": str(booking.id)}}


async def test_a_booking_that_asks_again_is_answered_again(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    first = await booking.hold(coupon)
    assert await booking.hold(coupon, subtotal="5") == first
    assert len(await booking.answers()) == 2


async def test_the_same_message_twice_is_answered_once(subgraph: SubgraphUnderTest) -> None:
    booking, message = Booking(subgraph, uuid7()), uuid7()
    payload = {
        "booking_id": str(booking.id),
        "user_id": str(booking.user_id),
        "user_coupon_id": None,
        "points": 0,
        "subtotal": "1",
        "currency": "KRW",
        "due_at": text(clock.now()),
    }
    assert await subgraph.handle("loyalty.hold-benefits", payload, message) is True
    assert await subgraph.handle("loyalty.hold-benefits", payload, message) is False
    assert [name for name, _ in await booking.answers()] == ["held"]


@pytest.mark.parametrize(
    ("changes", "subtotal", "message"),
    [
        ({"usableFrom": timedelta(hours=1)}, "100000", "The coupon can't be used yet."),
        ({"over": True}, "100000", "The coupon has expired."),
        ({"minimumOrder": 100001}, "100000", "The coupon needs a larger order."),
        ({"maximumOrder": 99999}, "100000", "The coupon needs a smaller order."),
    ],
)
async def test_a_coupon_that_does_not_fit_is_refused(
    subgraph: SubgraphUnderTest, changes: dict[str, Any], subtotal: str, message: str
) -> None:
    guest, now = uuid7(), clock.now()
    fixed = {key: text(now + value) if isinstance(value, timedelta) else value for key, value in changes.items()}
    coupon = await own_coupon(subgraph, guest, **fixed)
    answer = await Booking(subgraph, guest).hold(coupon, subtotal=subtotal)
    assert answer == ("refused", {"reason": "COUPON_NOT_USABLE", "message": message})
    assert await status(subgraph, guest, coupon) in {"AVAILABLE", "EXPIRED"}


async def test_another_persons_coupon_and_none_at_all_are_refused_alike(subgraph: SubgraphUnderTest) -> None:
    owner = uuid7()
    coupon = await own_coupon(subgraph, owner)
    stolen = await Booking(subgraph, uuid7()).hold(coupon)
    assert stolen == await Booking(subgraph, uuid7()).hold(uuid7())
    assert stolen == ("refused", {"reason": "COUPON_NOT_USABLE", "message": "There is no such coupon of this person."})
    assert await status(subgraph, owner, coupon) == "AVAILABLE"


async def test_points_nobody_has_are_refused_and_the_coupon_stays_free(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    answer = await Booking(subgraph, guest).hold(coupon, points=1)
    assert answer == ("refused", {"reason": "NOT_ENOUGH_POINTS", "message": "There are not that many points."})
    assert await status(subgraph, guest, coupon) == "AVAILABLE"


async def test_a_refusal_stands_although_the_coupon_is_free_again(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    first, second = Booking(subgraph, guest), Booking(subgraph, guest)
    await first.hold(coupon)
    refused = await second.hold(coupon)
    assert refused == ("refused", {"reason": "COUPON_NOT_USABLE", "message": "Another booking holds the coupon."})
    await first.release()
    assert await second.hold(coupon) == refused
    assert await status(subgraph, guest, coupon) == "AVAILABLE"


async def test_of_many_bookings_that_want_one_coupon_at_once_one_gets_it(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    answers = await asyncio.gather(*(Booking(subgraph, guest).hold(coupon) for _ in range(20)))
    assert sorted(name for name, _ in answers) == ["held"] + ["refused"] * 19
    assert await status(subgraph, guest, coupon) == "HELD"


async def test_a_booking_that_asks_many_times_at_once_holds_once(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await asyncio.gather(*(booking.hold(coupon) for _ in range(10)))
    assert await booking.answers() == [HELD] * 10


async def test_the_database_itself_refuses_two_bookings_of_one_coupon(subgraph: SubgraphUnderTest) -> None:
    guest, now = uuid7(), clock.now()
    coupon = await own_coupon(subgraph, guest)
    await Booking(subgraph, guest).hold(coupon)
    second = BenefitHold(
        booking_id=uuid7(),
        state=HoldState.HELD,
        user_coupon_id=coupon,
        has_coupon=True,
        created_at=now,
        updated_at=now,
    )
    with pytest.raises(IntegrityError, match="uq_benefit_holds_user_coupon_id"):
        async with subgraph.database.transaction() as session:
            session.add(second)


async def test_a_booking_without_a_coupon_holds_nothing_and_is_held(subgraph: SubgraphUnderTest) -> None:
    assert await Booking(subgraph, uuid7()).hold(None) == ("held", {"discount": "0", "points": 0})


async def test_it_is_told_until_when_the_coupon_can_be_used_and_again_whenever_it_is_asked(
    subgraph: SubgraphUnderTest,
) -> None:
    guest = uuid7()
    until = clock.now().replace(microsecond=0) + timedelta(days=9)
    booking = Booking(subgraph, guest)
    coupon = await own_coupon(subgraph, guest, usableUntil=until.isoformat())
    for _ in range(2):
        await booking.hold(coupon)
        assert await booking.usable_until() == until
    await grant(subgraph, guest, 10)
    points_alone = Booking(subgraph, guest)
    await points_alone.hold(None, points=10)
    assert await points_alone.usable_until() is None
