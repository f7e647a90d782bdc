"""Recording what the gate accepted: once each, whatever has become of the event since."""

import asyncio
import random
from dataclasses import replace
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from chassis import clock
from chassis.delivery import Delivery
from chassis.events import encode
from chassis.ids import uuid7
from chassis.kafka import Producer
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.consumers import consumer
from subgraphs.loyalty.coupon_events.gate import Gate, Keys
from subgraphs.loyalty.coupon_events.record import SlotTaken, UnknownCouponEvent
from subgraphs.loyalty.coupon_events.rules import Acceptance
from subgraphs.loyalty.coupon_events.send import accepted
from subgraphs.loyalty.coupon_events.tables import NO_LIMIT, CouponIssuance
from tests.loyalty.backoffice import CLOSE_EVENT, ask, create_event, stock
from tests.loyalty.pipeline import Ear, record, taken

ISSUED = "loyalty.coupon.issued"
OWN = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on Viewer {
    coupons { nodes { status issuedAt coupon { name } couponEvent { id } } } } } }"""


async def accept(subgraph: SubgraphUnderTest, event_id: UUID, people: int) -> list[Acceptance]:
    """That many people are accepted; what a relay then has to send."""
    gate = subgraph.resources[Gate]
    await asyncio.gather(*(gate.take(event_id, uuid7()) for _ in range(people)))
    return await taken(subgraph)


async def waiting(subgraph: SubgraphUnderTest, event_id: UUID) -> int:
    return int(await subgraph.cache.redis.xlen(Keys(event_id).entries))


async def test_a_recorded_acceptance_is_a_coupon_of_the_person(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph)
    [acceptance] = await accept(subgraph, event, 1)
    assert await record(subgraph, [acceptance]) == 1
    of = {"of": [{"__typename": "Viewer", "id": str(acceptance.user_id)}]}
    answer = await subgraph.graphql(OWN, of, user=acceptance.user_id)
    [coupon] = answer.data["_entities"][0]["coupons"]["nodes"]
    assert (coupon["status"], coupon["coupon"], coupon["couponEvent"]) == (
        "AVAILABLE",
        {"name": "Ten percent"},
        {"id": str(event)},
    )
    [said] = await subgraph.published(ISSUED)
    assert said.key == f"{event}:{acceptance.user_id}"
    assert (said.payload["coupon_event_id"], said.payload["user_id"]) == (str(event), str(acceptance.user_id))
    assert await waiting(subgraph, event) == 0


async def test_an_acceptance_that_comes_often_is_recorded_once(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph)
    acceptances = await accept(subgraph, event, 10)
    for _ in range(3):
        await record(subgraph, random.sample(acceptances, 10) + acceptances[:5])
    assert (await stock(subgraph, event))["recorded"] == 10
    assert len(await subgraph.published(ISSUED)) == 10


async def test_consumers_that_hold_the_same_acceptances_at_once_record_them_once(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph)
    acceptances = await accept(subgraph, event, 60)
    await asyncio.gather(*(record(subgraph, random.sample(acceptances, 40)) for _ in range(6)))
    await record(subgraph, acceptances)
    found = await stock(subgraph, event)
    assert (found["recorded"], found["accepted"], found["inFlight"]) == (60, 60, 0)
    assert len({said.key for said in await subgraph.published(ISSUED)}) == 60
    assert len(await subgraph.published(ISSUED)) == 60


async def test_what_was_accepted_is_recorded_although_the_event_was_closed_since(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph)
    acceptances = await accept(subgraph, event, 5)
    await ask(subgraph, CLOSE_EVENT, id=str(event))
    await record(subgraph, acceptances)
    assert (await stock(subgraph, event))["recorded"] == 5


async def test_the_last_slot_recorded_sells_the_event_out_in_the_rows_too(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=3)
    acceptances = await accept(subgraph, event, 3)
    assert sorted(each.slot for each in acceptances) == [1, 2, 3]
    listed = "{ couponEvents { totalCount } }"
    await record(subgraph, [each for each in acceptances if each.slot < 3])
    assert (await subgraph.graphql(listed)).data["couponEvents"]["totalCount"] == 1
    await record(subgraph, [each for each in acceptances if each.slot == 3])
    assert (await subgraph.graphql(listed)).data["couponEvents"]["totalCount"] == 0
    sold_out = "{ couponEvents(filter: {statuses: [SOLD_OUT]}) { nodes { id status remaining } } }"
    assert (await subgraph.graphql(sold_out)).data["couponEvents"]["nodes"] == [
        {"id": str(event), "status": "SOLD_OUT", "remaining": 0}
    ]


@pytest.mark.parametrize(("slot", "refusal"), [(1, SlotTaken), (0, IntegrityError), (101, IntegrityError)])
async def test_a_slot_that_is_taken_or_was_never_there_is_not_recorded(
    subgraph: SubgraphUnderTest, slot: int, refusal: type[Exception]
) -> None:
    event = await create_event(subgraph, quantity=100)
    first, second = await accept(subgraph, event, 2)
    await record(subgraph, [first])
    with pytest.raises(refusal):
        await record(subgraph, [replace(second, slot=slot)])
    found = await stock(subgraph, event)
    assert (found["recorded"], await waiting(subgraph, event)) == (1, 1)
    assert len(await subgraph.published(ISSUED)) == 1


@pytest.mark.parametrize(
    ("column", "constraint"),
    [
        ("user_id", "uq_coupon_issuances_coupon_event_id_user_id"),
        ("slot", "uq_coupon_issuances_coupon_event_id_slot"),
        ("slots", "fk_coupon_issuances_coupon_event_id_slots"),
    ],
)
async def test_the_database_holds_the_line_of_the_gate_by_itself(
    subgraph: SubgraphUnderTest, column: str, constraint: str
) -> None:
    event = await create_event(subgraph, quantity=100)
    await record(subgraph, await accept(subgraph, event, 1))
    async with subgraph.database.reading() as session:
        [issuance] = await session.exec(select(CouponIssuance))
    another = {"id": uuid7(), "user_coupon_id": uuid7(), "user_id": uuid7(), "slot": 2, "slots": 100}
    forged = issuance.model_dump() | another | {column: 1000 if column == "slots" else getattr(issuance, column)}
    with pytest.raises(IntegrityError, match=constraint):
        async with subgraph.database.transaction() as session:
            session.add(CouponIssuance(**forged))


@pytest.mark.parametrize("slots", [None, NO_LIMIT])
async def test_no_slot_beyond_the_quantity_is_had_by_not_saying_how_many_there_are(
    subgraph: SubgraphUnderTest, slots: int | None
) -> None:
    event = await create_event(subgraph, quantity=100)
    await record(subgraph, await accept(subgraph, event, 1))
    async with subgraph.database.reading() as session:
        [issuance] = await session.exec(select(CouponIssuance))
    another = {"id": uuid7(), "user_coupon_id": uuid7(), "user_id": uuid7(), "slot": 101, "slots": slots}
    with pytest.raises(IntegrityError, match=r'"slots"|event_id_slots'):
        async with subgraph.database.transaction() as session:
            session.add(CouponIssuance(**issuance.model_dump() | another))


async def test_one_that_can_not_be_recorded_among_five_hundred_is_put_aside_alone(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=500)
    acceptances = await accept(subgraph, event, 500)
    bad = replace(acceptances[123], slot=501)
    records = [encode(accepted(each)) for each in [*acceptances[:123], bad, *acceptances[124:]]]
    ear, done = Ear(), []
    delivery = Delivery(
        consumer,
        subgraph.database,
        subgraph.resources,
        cast("Producer", ear),
        slots=asyncio.Semaphore(1),
        stopping=asyncio.Event(),
        tries=2,
    )
    await delivery.take(records, done.append)
    found = await stock(subgraph, event)
    assert [found[each] for each in ("recorded", "deadLettered", "inFlight", "remaining")] == [499, 1, 0, 0]
    assert sum(done) == 500
    assert ear.people == [bad.user_id]
    assert await waiting(subgraph, event) == 1


async def test_an_event_that_was_never_there_is_not_passed_over(subgraph: SubgraphUnderTest) -> None:
    with pytest.raises(UnknownCouponEvent):
        await record(subgraph, [Acceptance(uuid7(), uuid7(), 1, 1, 1, clock.now())])
