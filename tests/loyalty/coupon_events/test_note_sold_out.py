"""An event that is sold out is found as such at once, while nothing of it is recorded."""

from typing import Any
from uuid import UUID

import pytest

from chassis.database import Database
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.coupon_events.note_sold_out import SoldOutNotes
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import create_event
from tests.loyalty.workers import until

FOUND = "query ($of: [CouponEventStatus!]!) { couponEvents(filter: {statuses: $of}) { nodes { id status } } }"


async def found(subgraph: SubgraphUnderTest, status: str) -> list[str]:
    answer = await subgraph.graphql(FOUND, {"of": [status]})
    return [node["id"] for node in answer.data["couponEvents"]["nodes"]]


async def noted(subgraph: SubgraphUnderTest, event: UUID) -> bool:
    async def search() -> list[str]:
        return await found(subgraph, "SOLD_OUT")

    return await until(search, lambda ids: ids == [str(event)]) == [str(event)]


async def test_the_last_coupon_is_noted_with_every_worker_away(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=2)
    await issue(subgraph, event, uuid7())
    assert await found(subgraph, "OPEN") == [str(event)]
    await issue(subgraph, event, uuid7())
    assert await noted(subgraph, event)
    assert await found(subgraph, "OPEN") == []


async def test_who_had_the_last_died_and_the_next_who_asks_has_it_noted(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await create_event(subgraph, quantity=1)
    with monkeypatch.context() as dying:
        dying.setattr(SoldOutNotes, "note", lambda *_: None)
        await issue(subgraph, event, uuid7())
    assert await found(subgraph, "SOLD_OUT") == []
    assert (await issue(subgraph, event, uuid7()))["rejection"] == "SOLD_OUT"
    assert await noted(subgraph, event)


async def test_with_postgresql_away_it_is_noted_when_it_is_back(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, mark, tries = await create_event(subgraph, quantity=1), store.mark_sold_out, 0

    async def away_at_first(*given: Any) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ConnectionRefusedError
        await mark(*given)

    monkeypatch.setattr(store, "mark_sold_out", away_at_first)
    assert (await issue(subgraph, event, uuid7()))["status"] == "PENDING"
    assert await noted(subgraph, event)
    assert tries == 3


async def test_a_gate_of_before_says_nothing_of_the_one_after_it(subgraph: SubgraphUnderTest) -> None:
    event, database = await create_event(subgraph, quantity=1), subgraph.resources[Database]
    for generation, sold_out in ((0, False), (2, False), (1, True)):
        notes = SoldOutNotes(database)
        await notes.is_noted(event, generation)
        assert (await found(subgraph, "OPEN") == []) is sold_out, generation
