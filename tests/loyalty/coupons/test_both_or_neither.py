"""Whatever bookings ask, in whatever order and at once: each has its coupon and its points together, or neither."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons.sweep import sweep_holds
from subgraphs.loyalty.coupons.tables import BenefitHold, HoldState
from subgraphs.loyalty.points.expire import expire_points
from subgraphs.loyalty.points.tables import PointHold
from subgraphs.loyalty.settings import Settings
from tests.loyalty.backoffice import at, text
from tests.loyalty.bookings import Booking, own_coupon
from tests.loyalty.ledger import differences, grant

POINTS = st.sampled_from([0, 50, 100])
QUESTION = st.one_of(
    st.tuples(st.just("hold"), st.integers(0, 2), st.booleans(), POINTS),
    st.tuples(st.just("extend"), st.integers(0, 2)),
    st.tuples(st.just("spend"), st.integers(0, 2)),
    st.tuples(st.just("release"), st.integers(0, 2)),
    st.tuples(st.just("give_back"), st.integers(0, 2), st.booleans(), POINTS),
    st.tuples(st.just("sweep")),
    st.tuples(st.just("expire")),
)
# So many minutes later, all of these at once.
MOMENTS = st.lists(
    st.tuples(st.sampled_from([0, 1, 20, 1500]), st.lists(QUESTION, min_size=1, max_size=3)), min_size=4, max_size=12
)


class Guest:
    """One person with one coupon, points that expire one after the other, and three bookings."""

    def __init__(self, subgraph: SubgraphUnderTest) -> None:
        self.subgraph, self.id = subgraph, uuid7()
        self.bookings = [Booking(subgraph, self.id) for _ in range(3)]

    async def begin(self) -> UUID:
        for days in (1, 2, 9):
            await grant(self.subgraph, self.id, 60, expiresAt=text(clock.now() + timedelta(days=days)))
        return await own_coupon(self.subgraph, self.id)

    def ask(self, coupon: UUID, what: str, *values: Any) -> Awaitable[Any]:
        match what, *values:
            case "hold", number, wanted, points:
                return self.bookings[number].hold(coupon if wanted else None, points=points)
            case "give_back", number, back, points:
                return self.bookings[number].give_back(coupon=back, points=points)
            case "extend", number:
                said = {"booking_id": str(self.bookings[number].id), "due_at": text(clock.now() + timedelta(hours=24))}
                return self.subgraph.handle("loyalty.extend-benefits", said)
            case "sweep", *_:
                return sweep_holds(self.subgraph.database, self.subgraph.resources[Settings])
            case "expire", *_:
                return expire_points(self.subgraph.database)
        answer: Awaitable[Any] = getattr(self.bookings[values[0]], what)()
        return answer


async def ensure_both_or_neither(subgraph: SubgraphUnderTest) -> None:
    assert await differences(subgraph) == {}
    async with subgraph.database.reading() as session:
        holds, taken = list(await session.exec(select(BenefitHold))), list(await session.exec(select(PointHold)))
    assert sum(hold.has_coupon for hold in holds) <= 1
    for hold in holds:
        points = [(part.points, part.spent) for part in taken if part.booking_id == hold.booking_id]
        if hold.state in {HoldState.HELD, HoldState.SPENT}:
            assert hold.has_coupon is (hold.user_coupon_id is not None)
            assert sum(part for part, _ in points) == hold.points
            assert {spent for _, spent in points} <= {hold.state is HoldState.SPENT}
        else:
            # A fee may have eaten the coupon of what was given back.
            assert points == []
            assert hold.state is HoldState.GIVEN_BACK or not hold.has_coupon


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    # Shrinking what races takes minutes, and the test's own time limit would hide what was found.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(moments=MOMENTS)
async def test_whatever_is_asked_a_booking_has_both_or_neither(
    subgraph: SubgraphUnderTest, moments: list[tuple[int, list[tuple[Any, ...]]]]
) -> None:
    await subgraph.clear()
    guest, now = Guest(subgraph), clock.now()
    coupon = await guest.begin()
    for minutes, questions in moments:
        now += timedelta(minutes=minutes)
        with at(now):
            await asyncio.gather(*(guest.ask(coupon, *question) for question in questions))
        await ensure_both_or_neither(subgraph)
