"""More people than coupons, all at once: exactly as many win as there are, and each of them has theirs recorded."""

import asyncio
import random
import time

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.loyalty.backoffice import create_event, stock
from tests.loyalty.workers import until, working

ISSUE = "mutation ($id: ID!) { issueCoupon(couponEventId: $id) { id status rejection rank } }"


async def test_of_2000_askers_exactly_100_win(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=100)
    t = time.time()
    async with working(subgraph):
        people = [uuid7() for _ in range(1500)]
        asking = people + random.sample(people, 500)
        async def one(u):
            return u, await subgraph.graphql(ISSUE, {"id": str(event)}, user=u)
        answers = await asyncio.gather(*map(one, asking))
        print('asked', time.time() - t)
        await until(lambda: stock(subgraph, event), lambda s: s["recorded"] == 100)
        print('recorded', time.time() - t, await stock(subgraph, event))
    print('stopped', time.time() - t)
    assert 0
