"""More people than coupons, all at once: exactly as many win as there are, and each of them has theirs recorded."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlmodel import select

from chassis import clock
from chassis.events import Record, encode
from chassis.ids import uuid7
from chassis.kafka import Producer
from chassis.settings import ServiceSettings
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events.gate import Keys
from subgraphs.loyalty.coupon_events.rules import Acceptance
from subgraphs.loyalty.coupon_events.send import accepted
from subgraphs.loyalty.database import DeadLetter
from tests.loyalty.askers import ask_all, ensure_recorded, issue, recorded, winners
from tests.loyalty.backoffice import create_event
from tests.loyalty.workers import working

WATCH = "subscription ($id: ID!) { couponIssuance(id: $id) { status rank userCoupon { status } } }"


@pytest.fixture(scope="module", autouse=True)
async def settings(running: SubgraphUnderTest) -> AsyncIterator[ServiceSettings]:
    """Those of the worker that runs beside all of these tests."""
    async with working(running) as settings:
        yield settings


@asynccontextmanager
async def sending(settings: ServiceSettings) -> AsyncIterator[Producer]:
    producer = Producer.connect(settings)
    yield producer
    await producer.close()


async def test_of_2000_askers_exactly_100_win(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=100)
    people = [uuid7() for _ in range(1500)]
    asking = people + random.sample(people, 500)
    random.shuffle(asking)
    answers = await ask_all(subgraph, event, asking)
    won = winners(asking, answers)
    assert len(won) == 100
    assert {answer["rejection"] for answer in answers if answer["status"] == "REJECTED"} == {"SOLD_OUT"}
    found = await recorded(subgraph, event, 100)
    assert (found["accepted"], found["recorded"], found["inFlight"], found["remaining"]) == (100, 100, 0, 0)
    await ensure_recorded(subgraph, event, won)
    again = await ask_all(subgraph, event, list(won))
    assert winners(list(won), again) == won
    assert {answer["status"] for answer in again} == {"ISSUED"}
    assert await subgraph.cache.redis.xlen(Keys(event).entries) == 0


async def test_a_winner_who_watches_is_told_when_the_coupon_is_there(subgraph: SubgraphUnderTest) -> None:
    event, person = await create_event(subgraph), uuid7()
    issuance = (await issue(subgraph, event, person))["id"]
    async with subgraph.subscribe(WATCH, {"id": issuance}, user=person) as payloads:
        seen = [each["couponIssuance"] async for each in payloads]
    issued = {"status": "ISSUED", "rank": 1, "userCoupon": {"status": "AVAILABLE"}}
    assert seen in ([{"status": "PENDING", "rank": 1, "userCoupon": None}, issued], [issued])


async def test_an_acceptance_that_can_not_be_recorded_blocks_nobody(
    subgraph: SubgraphUnderTest, settings: ServiceSettings
) -> None:
    event = await create_event(subgraph, quantity=50)
    early, late = [[uuid7() for _ in range(20)] for _ in range(2)]
    won = winners(early, await ask_all(subgraph, event, early))
    await recorded(subgraph, event, 20)
    # As a gate that was lost would have given it, to somebody else.
    straggler = encode(accepted(Acceptance(event, uuid7(), slot=7, rank=7, generation=0, requested_at=clock.now())))
    unreadable = Record.of("loyalty.coupon.accepted", {"coupon_event_id": "none"}, key="none")
    async with sending(settings) as producer:
        await producer.send([straggler, unreadable])
    won |= winners(late, await ask_all(subgraph, event, late))
    found = await recorded(subgraph, event, 41)
    assert (found["recorded"], found["deadLettered"]) == (40, 1)
    async with subgraph.database.reading() as session:
        dead = list(await session.exec(select(DeadLetter)))
    assert sorted(each.reason.split(":")[0] for each in dead) == ["SlotTaken", "UnreadableRecord"]
    await ensure_recorded(subgraph, event, won)
