"""Points that expire by the clock: late, in batches, by many at once, and never twice."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.points import expire as job
from subgraphs.loyalty.points import store
from subgraphs.loyalty.points.expire import expire_points
from tests.loyalty.backoffice import later, text
from tests.loyalty.bookings import Booking
from tests.loyalty.ledger import account, expire, grant, history, standing


async def good_for(subgraph: SubgraphUnderTest, user: UUID, points: int, **time: float) -> None:
    answer = await grant(subgraph, user, points, expiresAt=text(clock.now() + timedelta(**time)))
    assert answer.errors == []


async def test_points_expire_when_their_time_has_come_and_not_before(subgraph: SubgraphUnderTest) -> None:
    user = uuid7()
    await good_for(subgraph, user, 100, minutes=10)
    await expire(subgraph, minutes=9.5)
    assert await history(subgraph, user) == [("GRANT", 100, 100)]
    await expire(subgraph, minutes=10.1)
    assert await history(subgraph, user) == [("GRANT", 100, 100), ("EXPIRE", -100, 0)]
    granted, expired = reversed((await account(subgraph, user))["entries"]["nodes"])
    assert (expired["expiresAt"], expired["description"]) == (granted["expiresAt"], "Expired")


async def test_run_twice_it_does_nothing_twice(subgraph: SubgraphUnderTest) -> None:
    user = uuid7()
    await good_for(subgraph, user, 100, days=1)
    for _ in range(2):
        await expire(subgraph, days=2)
    assert await history(subgraph, user) == [("GRANT", 100, 100), ("EXPIRE", -100, 0)]


async def test_days_that_were_missed_are_caught_up(subgraph: SubgraphUnderTest) -> None:
    user = uuid7()
    for days in (3, 1, 2, 400):
        await good_for(subgraph, user, days, days=days)
    await expire(subgraph, days=300)
    assert (await history(subgraph, user))[4:] == [("EXPIRE", -1, 405), ("EXPIRE", -2, 403), ("EXPIRE", -3, 400)]


@pytest.mark.parametrize("workers", [1, 6])
async def test_any_number_of_workers_share_the_work(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(job, "AT_ONCE", 3)
    people = [uuid7() for _ in range(20)]
    for user in people:
        await good_for(subgraph, user, 10, days=1)
        await good_for(subgraph, user, 5, days=2)
    with later(days=3), capture_logs() as logs:
        await asyncio.gather(*(expire_points(subgraph.database) for _ in range(workers)))
    said = [each for each in logs if each["event"] == "points_expired"]
    assert (sum(each["points"] for each in said), sum(each["lots"] for each in said)) == (300, 40)
    for user in people:
        assert (await history(subgraph, user))[2:] == [("EXPIRE", -10, 5), ("EXPIRE", -5, 0)]


async def test_an_account_somebody_is_busy_with_is_left_for_the_next_run(subgraph: SubgraphUnderTest) -> None:
    busy, idle = uuid7(), uuid7()
    for user in (busy, idle):
        await good_for(subgraph, user, 10, days=1)
    async with subgraph.database.transaction() as session:
        await store.lock_account(session, busy, clock.now())
        await expire(subgraph, days=2)
        assert [await standing(subgraph, user) for user in (busy, idle)] == [(10, 0), (0, 0)]
    await expire(subgraph, days=2)
    assert await standing(subgraph, busy) == (0, 0)


async def test_only_what_is_free_of_a_lot_expires(subgraph: SubgraphUnderTest) -> None:
    user = uuid7()
    await good_for(subgraph, user, 100, days=1)
    await Booking(subgraph, user).hold(None, points=30)
    await expire(subgraph, days=2)
    await expire(subgraph, days=3)
    assert await standing(subgraph, user) == (0, 30)
    assert await history(subgraph, user) == [("GRANT", 100, 100), ("EXPIRE", -70, 30)]


async def test_who_has_nothing_that_expires_costs_one_statement(subgraph: SubgraphUnderTest) -> None:
    await good_for(subgraph, uuid7(), 100, days=1)
    subgraph.sql.clear()
    await expire_points(subgraph.database)
    assert len(subgraph.sql) == 1
