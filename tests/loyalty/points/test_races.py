"""Many at once on one person's points: nothing out of nothing, nothing below zero, nothing twice."""

import asyncio
from datetime import timedelta

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons import sweep
from subgraphs.loyalty.coupons.sweep import sweep_holds
from subgraphs.loyalty.points.expire import expire_points
from subgraphs.loyalty.settings import Settings
from tests.loyalty.backoffice import later, text
from tests.loyalty.bookings import Booking
from tests.loyalty.ledger import complete, differences, grant, history, refund, revoke, standing


async def test_of_50_bookings_that_race_for_one_balance_those_get_points_for_whom_there_are_some(
    subgraph: SubgraphUnderTest,
) -> None:
    guest = uuid7()
    for points in (300, 300, 400):
        await grant(subgraph, guest, points)
    bookings = [Booking(subgraph, guest) for _ in range(50)]
    answers = await asyncio.gather(*(booking.hold(None, points=70) for booking in bookings))
    # 14 times 70 are 980.
    assert sorted(name for name, _ in answers) == ["held"] * 14 + ["refused"] * 36
    assert await standing(subgraph, guest) == (20, 980)
    held = [booking for booking, (name, _) in zip(bookings, answers, strict=True) if name == "held"]
    await asyncio.gather(*(each.spend() for each in held[:7]), *(each.release() for each in held[7:]))
    assert await standing(subgraph, guest) == (20 + 490, 0)
    assert (await history(subgraph, guest))[3:] == [("SPEND", -70, 1000 - 70 * at) for at in range(1, 8)]


async def test_one_booking_that_asks_all_it_can_at_once_comes_to_one_end(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    await grant(subgraph, guest, 1000)
    for _ in range(10):
        booking = Booking(subgraph, guest)
        asked = [booking.hold(None, points=70), booking.spend(), booking.give_back(points=30), booking.release()]
        await asyncio.gather(*asked, *(booking.hold(None, points=70) for _ in range(3)))
        await booking.release()
        balance, held = await standing(subgraph, guest)
        assert (held, balance % 10) == (0, 0)
        if any(entry[0] == "RETURN" and entry[1] == 30 for entry in (await history(subgraph, guest))[-1:]):
            await grant(subgraph, guest, 40)
        assert await standing(subgraph, guest) == (1000, 0)


async def test_expiry_races_with_holds_releases_and_returns(subgraph: SubgraphUnderTest) -> None:
    """Lots that expire while bookings take from them and give back: each point goes once, one way."""
    guest, now = uuid7(), clock.now()
    for days in range(1, 11):
        await grant(subgraph, guest, 100, expiresAt=text(now + timedelta(days=days)))
    bookings = [Booking(subgraph, guest) for _ in range(20)]

    async def play(booking: Booking, at: int) -> None:
        await booking.hold(None, points=45)
        if at % 3 == 0:
            await booking.release()
        else:
            await booking.spend()
            await (booking.give_back(points=20) if at % 3 == 1 else booking.release())

    with later(days=5.5):
        jobs = (expire_points(subgraph.database) for _ in range(10))
        await asyncio.gather(*(play(booking, at) for at, booking in enumerate(bookings)), *jobs)
    assert await differences(subgraph) == {}
    entries = await history(subgraph, guest)
    ends = {kind: sum(points for each, points, _ in entries if each == kind) for kind in ("SPEND", "RETURN", "EXPIRE")}
    balance, held = await standing(subgraph, guest)
    assert (balance, held) == (1000 + sum(ends.values()), 0)
    # Lots 1 to 5 expired before anybody came to them: only 500 points could be held at all.
    assert ends["EXPIRE"] == -500
    assert balance >= 500 - 7 * 25


async def test_grants_earnings_refunds_revocations_and_bookings_at_once(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    await grant(subgraph, guest, 1000)
    stays = [uuid7() for _ in range(8)]
    bookings = [Booking(subgraph, guest) for _ in range(8)]

    async def play(booking: Booking) -> None:
        assert (await booking.hold(None, points=50))[0] == "held"
        await booking.spend()

    await asyncio.gather(
        *(play(booking) for booking in bookings),
        *(grant(subgraph, guest, 10) for _ in range(8)),
        *(revoke(subgraph, guest, 20) for _ in range(8)),
        *(complete(subgraph, guest, "10000", stay) for stay in stays),
        *(refund(subgraph, stay, "5000") for stay in stays),
    )
    assert await standing(subgraph, guest) == (1000 + 80 - 160 - 400 + 400, 0)


async def test_sweepers_that_let_go_of_many_peoples_holds_do_not_wait_for_each_other(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [uuid7() for _ in range(6)]
    for user in people:
        await grant(subgraph, user, 1000)
    bookings = [Booking(subgraph, user) for _ in range(5) for user in people]
    for booking in bookings:
        await booking.hold(None, points=100)
    assert [await standing(subgraph, user) for user in people] == [(500, 500)] * 6
    monkeypatch.setattr(sweep, "AT_ONCE", 7)
    with later(hours=1):
        sweepers = (sweep_holds(subgraph.database, subgraph.resources[Settings]) for _ in range(4))
        await asyncio.gather(*sweepers, *(booking.spend() for booking in bookings[::3]))
    spent = {user: 100 * sum(booking.user_id == user for booking in bookings[::3]) for user in people}
    assert [await standing(subgraph, user) for user in people] == [(1000 - spent[user], 0) for user in people]
