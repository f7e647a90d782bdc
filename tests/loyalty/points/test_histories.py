"""Histories drawn at random: told one after the other they end as the model says, told at once the books agree."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons.sweep import sweep_holds
from subgraphs.loyalty.coupons.tables import BenefitHold
from subgraphs.loyalty.points.change import change_points
from subgraphs.loyalty.points.expire import expire_points
from subgraphs.loyalty.points.rules import Change, NotEnoughPoints
from subgraphs.loyalty.points.tables import EntryKind, PointAccount, PointEarning, PointEntry, PointLot
from subgraphs.loyalty.settings import Settings
from tests.loyalty.backoffice import ADMIN, at
from tests.loyalty.bookings import Booking
from tests.loyalty.ledger import complete, differences, refund
from tests.loyalty.points.model import SEOUL, Model

POINTS, MONEY = st.integers(1, 300), st.integers(0, 40_000)
STAYS, TRIPS, REFUNDS = st.integers(0, 2), st.integers(0, 3), st.integers(0, 1)
CHANGES = [
    st.tuples(st.just("grant"), POINTS, st.integers(1, 30)),
    st.tuples(st.just("revoke"), POINTS),
    st.tuples(st.just("complete"), STAYS, MONEY),
    st.tuples(st.just("refund"), STAYS, REFUNDS, MONEY),
    st.tuples(st.just("hold"), TRIPS, POINTS),
    st.tuples(st.just("spend"), TRIPS),
    st.tuples(st.just("release"), TRIPS),
    st.tuples(st.just("give_back"), TRIPS, st.integers(0, 300)),
    st.tuples(st.just("expire")),
    st.tuples(st.just("sweep")),
]
TIME = st.tuples(st.just("pass"), st.integers(1, 12))
FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@dataclass
class Person:
    """Asks the service what the model is asked, by the same names."""

    subgraph: SubgraphUnderTest
    id: UUID = field(default_factory=uuid7)
    stays: list[UUID] = field(default_factory=lambda: [uuid7() for _ in range(3)])

    def __post_init__(self) -> None:
        self.trips = [Booking(self.subgraph, self.id) for _ in range(4)]

    async def grant(self, points: int, days: int) -> bool:
        return await self._change(Change(EntryKind.GRANT, self.id, points, "Why not", clock.now() + timedelta(days)))

    async def revoke(self, points: int) -> bool:
        return await self._change(Change(EntryKind.REVOKE, self.id, points, "Why"))

    async def complete(self, number: int, paid: int) -> None:
        await complete(self.subgraph, self.id, str(paid), self.stays[number])

    async def refund(self, number: int, refund_number: int, amount: int) -> None:
        booking_id = self.stays[number]
        await refund(self.subgraph, booking_id, str(amount), UUID(int=booking_id.int ^ (refund_number + 1)))

    async def hold(self, number: int, points: int) -> str:
        return (await self.trips[number].hold(None, points=points))[0]

    async def spend(self, number: int) -> str:
        return (await self.trips[number].spend())[0]

    async def release(self, number: int) -> str:
        return (await self.trips[number].release())[0]

    async def give_back(self, number: int, points: int) -> str:
        return (await self.trips[number].give_back(points=points))[0]

    async def expire(self) -> None:
        await expire_points(self.subgraph.database)

    async def sweep(self) -> None:
        await sweep_holds(self.subgraph.database, self.subgraph.resources[Settings])

    async def rows(self, table: Any, *order: Any) -> list[Any]:
        async with self.subgraph.database.reading() as session:
            return list(await session.exec(select(table).where(table.user_id == self.id).order_by(*order)))

    async def _change(self, change: Change) -> bool:
        try:
            async with self.subgraph.database.transaction() as session:
                await change_points(session, change, key=str(uuid7()), by=ADMIN, zone=SEOUL)
        except NotEnoughPoints:
            return False
        return True


async def ensure_like(person: Person, model: Model) -> None:
    assert await differences(person.subgraph) == {}
    entries = await person.rows(PointEntry, col(PointEntry.number))
    assert [(entry.kind.value, entry.points) for entry in entries] == model.entries
    accounts = [(each.balance, each.held, each.owed) for each in await person.rows(PointAccount)]
    assert accounts == [model.standing] if accounts else model.standing == (0, 0, 0)
    lots = await person.rows(PointLot, col(PointLot.id))
    assert [(lot.remaining, lot.held, lot.expires_at) for lot in lots] == [
        (lot.left, lot.held, lot.expires) for lot in model.lots
    ]


@settings(max_examples=60, suppress_health_check=FIXTURES)
@given(history=st.lists(st.one_of(*CHANGES, TIME), min_size=5, max_size=30))
async def test_a_history_ends_as_the_model_says(subgraph: SubgraphUnderTest, history: list[tuple[Any, ...]]) -> None:
    await subgraph.clear()
    person, model, now = Person(subgraph), Model(), clock.now()
    for what, *values in history:
        now += timedelta(days=values[0]) if what == "pass" else timedelta(seconds=1)
        if what != "pass":
            with at(now):
                told = await getattr(person, what)(*values)
            assert told == getattr(model, what)(now, *values)
    await ensure_like(person, model)


async def ensure_sums(person: Person, granted: int) -> None:
    """Whatever came first: each point that is here came once, and each that is not went once, one way."""
    assert await differences(person.subgraph) == {}
    [account] = await person.rows(PointAccount) or [PointAccount(user_id=person.id)]
    entries = await person.rows(PointEntry)
    trips = {trip.booking_id: trip for trip in await person.rows(BenefitHold)}
    earned = sum(stay.points for stay in await person.rows(PointEarning))
    expired = sum(entry.points for entry in entries if entry.kind is EntryKind.EXPIRE)
    moved = {
        booking: sum(entry.points for entry in entries if entry.booking_id == booking)
        for booking in (trip.id for trip in person.trips)
    }
    for booking, points in moved.items():
        trip = trips.get(booking)
        state = trip.state.value if trip else None
        most = trip.points if trip else 0
        assert points == -most if state == "SPENT" else -most <= points <= 0 if state == "GIVEN_BACK" else points == 0
    held = sum(trip.points for trip in trips.values() if trip.state.value == "HELD")
    assert account.held == held
    # What was earned and is owed back was spent already: it is missing from no sum.
    assert account.balance + account.held == granted + earned + account.owed + expired + sum(moved.values())


async def amounts(person: Person, what: str, values: list[int]) -> int:
    """What an administrator's change came to; the others are seen in what is stored."""
    done = await getattr(person, what)(*values)
    signs = {"grant": 1, "revoke": -1}
    return signs[what] * values[0] if what in signs and done else 0


@settings(max_examples=30, suppress_health_check=FIXTURES)
@given(batches=st.lists(st.lists(st.one_of(*CHANGES), min_size=2, max_size=10), min_size=1, max_size=4), days=TIME)
async def test_whatever_is_told_at_once_leaves_books_that_agree(
    subgraph: SubgraphUnderTest, batches: list[list[tuple[Any, ...]]], days: tuple[str, int]
) -> None:
    await subgraph.clear()
    person, now, granted = Person(subgraph), clock.now(), 0
    granted += await _at(now, amounts(person, "grant", [300, 5]), amounts(person, "grant", [300, 20]))
    for batch in batches:
        now += timedelta(days=days[1])
        granted += await _at(now, *(amounts(person, what, values) for what, *values in batch))
        await ensure_sums(person, granted)


async def _at(instant: datetime, *asked: Any) -> int:
    with at(instant):
        return sum(await asyncio.gather(*asked))
