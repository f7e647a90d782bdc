"""With replicas, nobody is told of a coupon that would be lost with the server that gave it."""

from pathlib import Path
from uuid import UUID

import pytest

from chassis.cache import Cache
from chassis.ids import uuid7
from chassis.outages import is_outage
from chassis.scripts import NotReplicated
from stack.servers import embedded_valkey
from subgraphs.loyalty.coupon_events.gate import Gate
from subgraphs.loyalty.coupon_events.rules import Acceptance
from tests.loyalty.coupon_events.test_gate import an_event
from tests.loyalty.workers import until


@pytest.mark.slow
async def test_an_acceptance_is_told_once_a_replica_has_it_and_the_same_when_it_was_not_told(tmp_path: Path) -> None:
    with embedded_valkey(tmp_path / "one") as server, embedded_valkey(tmp_path / "two") as replica:
        cache, other = Cache.connect(server.url), Cache.connect(replica.url)
        await other.redis.replicaof("127.0.0.1", server.port)
        await until(lambda: other.redis.info("replication"), lambda found: found["master_link_status"] == "up")
        gate, event = Gate(cache, replicas=1), an_event()
        assert await gate.write(event)
        assert await gate.open(event.id, 1)
        first, second = uuid7(), uuid7()
        told = await gate.take(event.id, first)
        replica.kill()
        for _ in range(2):
            with pytest.raises(NotReplicated) as alone:
                await gate.take(event.id, second)
            assert is_outage(alone.value)
        assert await accepted(gate, event.id) == 2
        replica.start()
        await other.redis.connection_pool.disconnect()
        await other.redis.replicaof("127.0.0.1", server.port)
        await until(lambda: other.redis.info("replication"), lambda found: found["master_link_status"] == "up")
        decided = await gate.take(event.id, second)
        assert isinstance(decided, Acceptance)
        assert (decided.slot, decided.rank) == (2, 2)
        assert await gate.take(event.id, first) == told
        for each in (cache, other):
            await each.close()


async def accepted(gate: Gate, event_id: UUID) -> int:
    view = await gate.look(event_id)
    assert view is not None
    return view.accepted
