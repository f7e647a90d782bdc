"""Closing an event by hand."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events.finish import finish_changes
from subgraphs.loyalty.coupon_events.gate import Gate, Keys
from subgraphs.loyalty.coupon_events.nudge import EventNudges
from tests.loyalty.backoffice import ADMIN, CLOSE_EVENT, STOCK, ask, create_event, later

ISSUE = "mutation ($id: ID!) { issueCoupon(couponEventId: $id) { status rejection } }"
HISTORY = "query ($id: ID!) { couponEvent(id: $id) { status updatedAt updatedBy { id } } }"


async def status(subgraph: SubgraphUnderTest, event_id: UUID) -> str:
    return str((await ask(subgraph, STOCK, id=str(event_id))).data["couponEvent"]["status"])


async def test_a_closed_event_is_closed_in_both_books(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph)
    before = (await ask(subgraph, HISTORY, id=str(event))).data["couponEvent"]
    assert (await ask(subgraph, CLOSE_EVENT, id=str(event))).data == {"closeCouponEvent": {"status": "CLOSED"}}
    after = (await ask(subgraph, HISTORY, id=str(event))).data["couponEvent"]
    assert datetime.fromisoformat(after["updatedAt"]) > datetime.fromisoformat(before["updatedAt"])
    assert after["updatedBy"] == {"id": str(ADMIN)}
    await subgraph.cache.redis.delete(*Keys(event).all)
    assert await status(subgraph, event) == "CLOSED"


async def test_closing_again_changes_nothing(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph)
    for _ in range(2):
        assert (await ask(subgraph, CLOSE_EVENT, id=str(event))).errors == []
    answers = await asyncio.gather(*(ask(subgraph, CLOSE_EVENT, id=str(event)) for _ in range(5)))
    assert [answer.errors for answer in answers] == [[]] * 5
    assert await status(subgraph, event) == "CLOSED"


async def test_an_event_that_is_sold_out_stays_sold_out(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=1)
    await subgraph.graphql(ISSUE, {"id": str(event)}, user=uuid7())
    assert (await ask(subgraph, CLOSE_EVENT, id=str(event))).data == {"closeCouponEvent": {"status": "SOLD_OUT"}}


async def test_an_event_that_is_over_needs_no_gate_to_be_closed(subgraph: SubgraphUnderTest) -> None:
    gate, event = subgraph.resources[Gate], await create_event(subgraph)
    assert (await ask(subgraph, CLOSE_EVENT, id=str(event))).errors == []
    await subgraph.cache.redis.delete(*Keys(event).all)
    assert (await ask(subgraph, CLOSE_EVENT, id=str(event))).data == {"closeCouponEvent": {"status": "CLOSED"}}
    with later(seconds=6):
        await finish_changes(subgraph.database, gate, subgraph.resources[EventNudges])
    assert await status(subgraph, event) == "CLOSED"


async def test_what_was_asked_and_not_applied_is_applied_later(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> datetime | None:
        raise ConnectionError("refused")

    gate, event = subgraph.resources[Gate], await create_event(subgraph)
    with monkeypatch.context() as without_redis:
        without_redis.setattr(gate, "close_event", away)
        assert (await ask(subgraph, CLOSE_EVENT, id=str(event))).codes == ["UNAVAILABLE"]
    assert await status(subgraph, event) == "OPEN"
    with later(seconds=6):
        await finish_changes(subgraph.database, gate, subgraph.resources[EventNudges])
    assert await status(subgraph, event) == "CLOSED"
    assert (await ask(subgraph, HISTORY, id=str(event))).data["couponEvent"]["updatedBy"] == {"id": str(ADMIN)}


async def test_what_the_gate_applied_and_nobody_recorded_is_recorded_later(subgraph: SubgraphUnderTest) -> None:
    gate, event = subgraph.resources[Gate], await create_event(subgraph)
    closed_at = await gate.close_event(event)
    assert (await ask(subgraph, CLOSE_EVENT, id=str(event))).errors == []
    await subgraph.cache.redis.delete(*Keys(event).all)
    assert (closed_at is not None, await status(subgraph, event)) == (True, "CLOSED")


async def test_a_change_that_waits_for_a_lost_gate_does_not_hold_up_the_others(subgraph: SubgraphUnderTest) -> None:
    gate = subgraph.resources[Gate]
    lost, other = await create_event(subgraph), await create_event(subgraph)
    for event in (lost, other):
        await subgraph.cache.redis.rename(Keys(event).gate, f"{Keys(event).gate}:away")
        assert (await ask(subgraph, CLOSE_EVENT, id=str(event))).codes == ["UNAVAILABLE"]
    await subgraph.cache.redis.rename(f"{Keys(other).gate}:away", Keys(other).gate)
    with later(seconds=6):
        await finish_changes(subgraph.database, gate, subgraph.resources[EventNudges])
    assert [await status(subgraph, event) for event in (lost, other)] == ["OPEN", "CLOSED"]


@pytest.mark.parametrize(
    ("role", "code"), [(Role.GUEST, "FORBIDDEN"), (Role.HOST, "FORBIDDEN"), (None, "UNAUTHENTICATED")]
)
async def test_only_administrators_close_events(subgraph: SubgraphUnderTest, role: Role | None, code: str) -> None:
    who: dict[str, Any] = {"user": uuid7(), "role": role} if role else {}
    event = await create_event(subgraph)
    assert (await subgraph.graphql(CLOSE_EVENT, {"id": str(event)}, face="admin", **who)).codes == [code]
    assert await status(subgraph, event) == "OPEN"


async def test_an_event_that_is_not_there_is_not_found(subgraph: SubgraphUnderTest) -> None:
    assert (await ask(subgraph, CLOSE_EVENT, id=str(uuid7()))).codes == ["NOT_FOUND"]
