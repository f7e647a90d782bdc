"""Points that a booking holds, spends, lets go of, and gives back."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons.sweep import sweep_holds
from subgraphs.loyalty.settings import Settings
from tests.loyalty.backoffice import later, text
from tests.loyalty.bookings import Booking, own_coupon, status
from tests.loyalty.ledger import account, expire, grant, history, revoke, standing

NOT_ENOUGH = ("refused", {"reason": "NOT_ENOUGH_POINTS", "message": "There are not that many points."})


async def with_points(subgraph: SubgraphUnderTest, *lots: tuple[int, float]) -> UUID:
    """Somebody with points that expire after so many days each."""
    user = uuid7()
    for points, days in lots:
        answer = await grant(subgraph, user, points, expiresAt=text(clock.now() + timedelta(days=days)))
        assert answer.errors == []
    return user


async def lapse(subgraph: SubgraphUnderTest) -> None:
    with later(hours=1):
        await sweep_holds(subgraph.database, subgraph.resources[Settings])


async def test_held_points_are_set_aside_and_nothing_is_written_in_the_ledger(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (500, 10))
    assert await Booking(subgraph, guest).hold(None, points=300) == ("held", {"discount": "0", "points": 300})
    assert await standing(subgraph, guest) == (200, 300)
    assert await history(subgraph, guest) == [("GRANT", 500, 500)]


async def test_no_more_is_held_than_is_left_to_pay_in_whole_units(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (50000, 10))
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    # 10 percent off 12,345.67 in a currency without minor units: 1,234, which leaves 11,111.67.
    held = await booking.hold(coupon, points=40000, subtotal="12345.67")
    assert held == ("held", {"discount": "1234", "points": 11111})
    assert await standing(subgraph, guest) == (50000 - 11111, 11111)


async def test_where_nothing_is_left_to_pay_no_points_are_needed(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    whole = {"discount": {"kind": "PERCENTAGE", "percent": 100}}
    coupon = await own_coupon(subgraph, guest, **whole)
    assert await Booking(subgraph, guest).hold(coupon, points=10) == ("held", {"discount": "100000", "points": 0})
    assert await standing(subgraph, guest) == (0, 0)


async def test_points_that_are_not_there_are_refused_and_the_coupon_stays_free(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (500, 10))
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    assert await booking.hold(coupon, points=501) == NOT_ENOUGH
    assert (await standing(subgraph, guest), await status(subgraph, guest, coupon)) == ((500, 0), "AVAILABLE")
    await grant(subgraph, guest, 500)
    assert await booking.hold(coupon, points=501) == NOT_ENOUGH


async def test_a_coupon_that_is_refused_leaves_the_points_free(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (500, 10))
    assert (await Booking(subgraph, guest).hold(uuid7(), points=100))[0] == "refused"
    assert await standing(subgraph, guest) == (500, 0)


async def test_held_points_are_not_held_again_by_another_booking(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (500, 10))
    await Booking(subgraph, guest).hold(None, points=300)
    assert await Booking(subgraph, guest).hold(None, points=201) == NOT_ENOUGH
    assert (await revoke(subgraph, guest, 201)).codes == ["NOT_ENOUGH_POINTS"]
    assert await standing(subgraph, guest) == (200, 300)


async def test_everything_asked_again_is_answered_again_and_done_once(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (500, 10))
    booking = Booking(subgraph, guest)
    held = await booking.hold(None, points=300)
    assert await booking.hold(None, points=100) == held
    assert await standing(subgraph, guest) == (200, 300)
    assert [await booking.spend(), await booking.spend()] == [("spent", {})] * 2
    assert await booking.hold(None, points=300) == held
    assert await standing(subgraph, guest) == (200, 0)
    assert [await booking.give_back(points=300), await booking.give_back(points=300)] == [("given-back", {})] * 2
    assert await booking.release() == ("released", {})
    assert await history(subgraph, guest) == [("GRANT", 500, 500), ("SPEND", -300, 200), ("RETURN", 300, 500)]


async def test_spent_points_are_an_entry_with_its_booking(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (500, 10))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=300)
    await booking.spend()
    spent = (await account(subgraph, guest))["entries"]["nodes"][0]
    del spent["createdAt"]
    assert spent == {
        "kind": "SPEND",
        "points": -300,
        "balanceAfter": 200,
        "description": "Used for a booking",
        "booking": {"id": str(booking.id)},
        "expiresAt": None,
    }


async def test_what_expires_first_is_spent_first(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 30), (100, 10), (100, 20))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=150)
    await booking.spend()
    await expire(subgraph, days=10.5)
    assert (await history(subgraph, guest))[-1] == ("SPEND", -150, 150)
    await expire(subgraph, days=20.5)
    assert (await history(subgraph, guest))[-1] == ("EXPIRE", -50, 100)


async def test_released_points_are_free_again_and_the_ledger_never_knew(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 10), (100, 20))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=150)
    assert [await booking.release(), await booking.release()] == [("released", {})] * 2
    assert await standing(subgraph, guest) == (200, 0)
    assert [kind for kind, _, _ in await history(subgraph, guest)] == ["GRANT", "GRANT"]
    assert (await booking.hold(None, points=150))[0] == "refused"
    assert await standing(subgraph, guest) == (200, 0)


async def test_releasing_undoes_what_was_spent(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (500, 10))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=300)
    await booking.spend()
    await booking.release()
    await booking.release()
    assert (await history(subgraph, guest))[1:] == [("SPEND", -300, 200), ("RETURN", 300, 500)]


@pytest.mark.parametrize(
    ("given_back", "then"),
    [
        # The fee ate nothing, a part, all; and more than was spent never comes back.
        (250, [100, 100, 100]),
        (160, [10, 100, 100]),
        (149, [0, 99, 100]),
        (10, [0, 0, 60]),
        (0, [0, 0, 50]),
        (999, [100, 100, 100]),
    ],
)
async def test_the_fee_eats_what_expires_first(subgraph: SubgraphUnderTest, given_back: int, then: list[int]) -> None:
    guest = await with_points(subgraph, (100, 10), (100, 20), (100, 30))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=250)
    await booking.spend()
    await booking.give_back(points=given_back)
    assert await standing(subgraph, guest) == (sum(then), 0)
    expected = [("RETURN", sum(then) - 50, sum(then))] if sum(then) > 50 else []
    assert (await history(subgraph, guest))[4:] == expected
    gone = []
    for days in (10.5, 20.5, 30.5):
        before = (await standing(subgraph, guest))[0]
        await expire(subgraph, days=days)
        gone.append(before - (await standing(subgraph, guest))[0])
    assert gone == then


async def test_points_given_back_are_good_for_seven_days_at_least(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 5), (100, 30))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=200)
    await booking.spend()
    with later(days=4):
        await booking.give_back(points=200)
    entry = (await account(subgraph, guest))["entries"]["nodes"][0]
    assert entry["kind"] == "RETURN"
    ends = datetime.fromisoformat(entry["expiresAt"]) - clock.now()
    assert timedelta(days=10.99) < ends < timedelta(days=11)
    await expire(subgraph, days=10.9)
    assert await standing(subgraph, guest) == (200, 0)
    await expire(subgraph, days=11.1)
    assert await standing(subgraph, guest) == (100, 0)


async def test_a_lot_that_expired_expires_again_with_what_came_back(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 5))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=60)
    await booking.spend()
    await expire(subgraph, days=6)
    with later(days=7):
        await booking.give_back(points=60)
    assert await standing(subgraph, guest) == (60, 0)
    await expire(subgraph, days=13.9)
    assert await standing(subgraph, guest) == (60, 0)
    await expire(subgraph, days=14.1)
    assert (await history(subgraph, guest))[1:] == [
        ("SPEND", -60, 40),
        ("EXPIRE", -40, 0),
        ("RETURN", 60, 60),
        ("EXPIRE", -60, 0),
    ]


async def test_held_points_do_not_expire_and_let_go_late_they_do_at_the_next_run(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 5))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=60)
    await expire(subgraph, days=6)
    assert await standing(subgraph, guest) == (0, 60)
    with later(days=6):
        await booking.release()
    assert await standing(subgraph, guest) == (60, 0)
    await expire(subgraph, days=6)
    assert await standing(subgraph, guest) == (0, 0)


async def test_held_points_that_expired_meanwhile_are_spent_all_the_same(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 5))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=60)
    with later(days=6):
        assert await booking.spend() == ("spent", {})
    assert (await history(subgraph, guest))[1:] == [("EXPIRE", -40, 60), ("SPEND", -60, 0)]


async def test_expired_points_are_not_held_although_the_clock_has_not_come(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 5), (50, 9))
    with later(days=6):
        assert await Booking(subgraph, guest).hold(None, points=51) == NOT_ENOUGH
    # What was expired before the refusal stays so.
    assert await history(subgraph, guest) == [("GRANT", 100, 100), ("GRANT", 50, 150), ("EXPIRE", -100, 50)]


async def test_what_is_held_and_not_yet_spent_is_given_back_less_the_fee(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 5))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=60)
    await booking.give_back(points=50)
    assert await standing(subgraph, guest) == (90, 0)
    assert (await history(subgraph, guest))[1:] == [("SPEND", -60, 40), ("RETURN", 50, 90)]


async def test_a_lapsed_hold_frees_the_points_and_takes_them_again_when_it_is_paid(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 5))
    booking = Booking(subgraph, guest)
    await booking.hold(None, points=60)
    await lapse(subgraph)
    assert await standing(subgraph, guest) == (100, 0)
    assert await booking.spend() == ("spent", {})
    assert (await history(subgraph, guest))[1:] == [("SPEND", -60, 40)]
    await booking.give_back(points=60)
    assert await standing(subgraph, guest) == (100, 0)


async def test_a_lapsed_hold_is_refused_where_the_points_are_gone_and_the_coupon_stays_free(
    subgraph: SubgraphUnderTest,
) -> None:
    guest = await with_points(subgraph, (100, 5))
    coupon = await own_coupon(subgraph, guest)
    booking = Booking(subgraph, guest)
    await booking.hold(coupon, points=60)
    await lapse(subgraph)
    await revoke(subgraph, guest, 41)
    assert [await booking.spend(), await booking.spend()] == [NOT_ENOUGH] * 2
    assert (await standing(subgraph, guest), await status(subgraph, guest, coupon)) == ((59, 0), "AVAILABLE")
    await booking.give_back(points=60)
    await booking.release()
    assert await standing(subgraph, guest) == (59, 0)


async def test_releasing_what_lapsed_frees_nothing_twice(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 5))
    late, other = Booking(subgraph, guest), Booking(subgraph, guest)
    await late.hold(None, points=100)
    await lapse(subgraph)
    await other.hold(None, points=100)
    await late.release()
    assert await standing(subgraph, guest) == (0, 100)


async def test_a_message_that_asks_for_negative_points_is_none(subgraph: SubgraphUnderTest) -> None:
    guest = await with_points(subgraph, (100, 5))
    with pytest.raises(Exception, match="points: Input should be greater than or equal to 0"):
        await Booking(subgraph, guest).hold(None, points=-5)
    assert await standing(subgraph, guest) == (100, 0)
