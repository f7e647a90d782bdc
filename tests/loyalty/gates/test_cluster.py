"""Redis as a cluster: all keys of an event are on one node, and nothing asks for those of two events at once."""

from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ClusterCrossSlotError

from chassis.ids import uuid7
from chassis.testing import Servers
from stack.ports import free_port
from subgraphs.loyalty.coupon_events.gate import Gate, Keys
from tests.loyalty.askers import ensure_recorded, recorded, winners
from tests.loyalty.backoffice import CLOSE_EVENT, ask, create_event, stock
from tests.loyalty.plant import Plant, insist_all, planted, watching
from tests.loyalty.workers import until

RECONCILE = "mutation ($id: ID!) { reconcileCouponEvent(couponEventId: $id) { status } }"


async def make_cluster(redis: Redis) -> None:
    """Of one node, which has all the slots."""
    await redis.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)

    async def state() -> str:
        return str(await redis.execute_command("CLUSTER", "INFO"))

    assert "cluster_state:ok" in await until(state, lambda found: "cluster_state:ok" in found)


@pytest.mark.slow
async def test_an_event_is_taken_from_lost_rebuilt_compared_and_closed_on_a_cluster(
    servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Left alone, the bus takes the port 10,000 above the other, where outgoing connections have theirs.
    plant = Plant(tmp_path, "--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    async with planted(servers, plant) as subgraph, watching(subgraph, monkeypatch), plant.client() as redis:
        await make_cluster(redis)
        event, other = [await create_event(subgraph, quantity=20) for _ in range(2)]
        with pytest.raises(ClusterCrossSlotError):
            await redis.exists(Keys(event).gate, Keys(other).gate)
        people = [uuid7() for _ in range(30)]
        before = winners(people[:15], await insist_all(subgraph, event, people[:15]))
        await recorded(subgraph, event, 15)
        await plant.kill_and_restart()
        won = winners(people, await insist_all(subgraph, event, people))
        assert before.items() <= won.items()
        assert (await recorded(subgraph, event, 20))["recorded"] == 20
        assert await until(lambda: subgraph.resources[Gate].look(other), lambda view: view is not None)
        for document in (RECONCILE, CLOSE_EVENT):
            for each in (event, other):
                assert (await ask(subgraph, document, id=str(each))).errors == []
        found = await stock(subgraph, event)
        assert [found[each] for each in ("accepted", "recorded", "inFlight")] == [20, 20, 0]
        closed = await subgraph.resources[Gate].look(other)
        assert closed is not None
        assert closed.closed_at is not None
        await ensure_recorded(subgraph, event, won)
