"""Points earned by stays, and taken back when money goes back; in whatever order it is told, and however often."""

import asyncio
import itertools
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.loyalty.backoffice import later
from tests.loyalty.bookings import Booking
from tests.loyalty.ledger import account, complete, grant, history, refund, revoke, standing

SEOUL = ZoneInfo("Asia/Seoul")


async def test_a_stay_earns_one_percent_of_the_money_it_cost(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    booking = await complete(subgraph, guest, "123456")
    found = await account(subgraph, guest)
    [entry] = found["entries"]["nodes"]
    assert (found["balance"], found["held"]) == (1234, 0)
    assert found["nextExpiry"] == {"points": 1234, "at": entry["expiresAt"]}
    del entry["createdAt"]
    ends = datetime.fromisoformat(entry.pop("expiresAt")).astimezone(SEOUL)
    assert ends.time() == time()
    assert timedelta(days=180) < ends - clock.now() < timedelta(days=185)
    assert entry == {
        "kind": "EARN",
        "points": 1234,
        "balanceAfter": 1234,
        "description": "Earned by a stay",
        "booking": {"id": str(booking)},
    }


async def test_a_booking_earns_once_however_often_it_is_told(subgraph: SubgraphUnderTest) -> None:
    guest, booking = uuid7(), uuid7()
    await asyncio.gather(*(complete(subgraph, guest, "100000", booking) for _ in range(8)))
    assert await history(subgraph, guest) == [("EARN", 1000, 1000)]


@pytest.mark.parametrize("paid", ["0", "99"])
async def test_what_earns_less_than_a_point_is_no_entry(subgraph: SubgraphUnderTest, paid: str) -> None:
    guest = uuid7()
    await complete(subgraph, guest, paid)
    assert (await standing(subgraph, guest), await history(subgraph, guest)) == ((0, 0), [])


async def test_a_refund_after_the_stay_takes_its_share_back(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    booking = await complete(subgraph, guest, "100000")
    await refund(subgraph, booking, "30050")
    # 69,950 still earn 699.
    assert await history(subgraph, guest) == [("EARN", 1000, 1000), ("REVOKE", -301, 699)]
    taken = (await account(subgraph, guest))["entries"]["nodes"][0]
    assert (taken["booking"], taken["description"]) == ({"id": str(booking)}, "Taken back after a refund")
    await refund(subgraph, booking, "69950")
    assert await standing(subgraph, guest) == (0, 0)


async def test_a_refund_is_taken_back_once_however_often_it_is_told(subgraph: SubgraphUnderTest) -> None:
    guest, refund_id = uuid7(), uuid7()
    booking = await complete(subgraph, guest, "100000")
    await asyncio.gather(*(refund(subgraph, booking, "50000", refund_id) for _ in range(5)))
    assert await history(subgraph, guest) == [("EARN", 1000, 1000), ("REVOKE", -500, 500)]


@pytest.mark.parametrize("order", list(itertools.permutations(["completed", "first", "second"])))
async def test_the_sum_is_the_same_in_every_order(subgraph: SubgraphUnderTest, order: tuple[str, ...]) -> None:
    guest, booking = uuid7(), uuid7()
    for what in order * 2:
        if what == "completed":
            await complete(subgraph, guest, "100000", booking)
        else:
            amount, refund_id = {"first": ("150", 1), "second": ("150", 2)}[what]
            await refund(subgraph, booking, amount, UUID(int=refund_id))
    assert await standing(subgraph, guest) == (997, 0)


async def test_the_sum_is_the_same_when_all_is_told_at_once(subgraph: SubgraphUnderTest) -> None:
    guests = {uuid7(): uuid7() for _ in range(10)}
    told = []
    for guest, booking in guests.items():
        told += [complete(subgraph, guest, "100000", booking) for _ in range(2)]
        told += [refund(subgraph, booking, "10000", UUID(int=booking.int + at % 3)) for at in range(6)]
    await asyncio.gather(*told)
    assert [await standing(subgraph, guest) for guest in guests] == [(700, 0)] * 10


async def test_what_is_no_longer_there_is_owed_from_later_earnings_alone(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    booking = await complete(subgraph, guest, "100000")
    await revoke(subgraph, guest, 800)
    await refund(subgraph, booking, "100000")
    assert (await history(subgraph, guest))[2:] == [("REVOKE", -200, 0)]
    await grant(subgraph, guest, 50)
    assert await standing(subgraph, guest) == (50, 0)
    # 800 are owed: the next stay pays what it earns and what is there, the one after it the rest.
    await complete(subgraph, guest, "30000")
    assert (await history(subgraph, guest))[4:] == [("EARN", 300, 350), ("REVOKE", -350, 0)]
    await complete(subgraph, guest, "100000")
    assert (await history(subgraph, guest))[6:] == [("EARN", 1000, 1000), ("REVOKE", -450, 550)]
    await complete(subgraph, guest, "10000")
    assert await standing(subgraph, guest) == (650, 0)


async def test_held_points_are_not_taken_back(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    booking = await complete(subgraph, guest, "100000")
    next_one = Booking(subgraph, guest)
    await next_one.hold(None, points=900)
    await refund(subgraph, booking, "100000")
    assert await standing(subgraph, guest) == (0, 900)
    await next_one.spend()
    assert await standing(subgraph, guest) == (0, 0)


async def test_a_refund_of_a_booking_that_earned_nothing_takes_nothing(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    await grant(subgraph, guest, 100)
    await refund(subgraph, uuid7(), "100000")
    assert await history(subgraph, guest) == [("GRANT", 100, 100)]


async def test_an_earning_finds_what_has_expired_gone(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    await complete(subgraph, guest, "100000")
    with later(days=190):
        await complete(subgraph, guest, "50000")
    assert await history(subgraph, guest) == [("EARN", 1000, 1000), ("EXPIRE", -1000, 0), ("EARN", 500, 500)]
