"""Giving an event its gate: whatever dies in between, and however many do it at once."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from chassis import clock
from chassis.database import Database
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.coupon_events.finish import finish_changes
from subgraphs.loyalty.coupon_events.gate import Gate, GateLost, Keys
from subgraphs.loyalty.coupon_events.nudge import EventNudges
from subgraphs.loyalty.coupon_events.prepare import prepare_gate
from subgraphs.loyalty.coupon_events.rules import Acceptance
from subgraphs.loyalty.coupon_events.tables import CouponEvent
from tests.loyalty.backoffice import CREATE_EVENT, an_event, ask, at, create_coupon, later


class Died(Exception):
    """A process, at that very moment."""


@pytest.fixture
def gate(subgraph: SubgraphUnderTest) -> Gate:
    return subgraph.resources[Gate]


async def create_dying(subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch, step: str) -> UUID:
    """An event whose creator dies just before that step."""

    async def die(*_: object) -> bool:
        raise Died

    coupon = await create_coupon(subgraph)
    with monkeypatch.context() as dying:
        owner = Gate if hasattr(Gate, step) else store
        dying.setattr(owner, step, die)
        await ask(subgraph, CREATE_EVENT, input=an_event(coupon))
    answer = await ask(subgraph, "{ couponEvents { nodes { id } } }")
    newest = max(each["id"] for each in answer.data["couponEvents"]["nodes"])
    return UUID(newest)


async def read(database: Database, event_id: UUID) -> CouponEvent:
    async with database.reading() as session:
        event = await store.find_event(session, event_id)
    assert event is not None
    return event


@pytest.mark.parametrize(
    ("step", "generation"), [("write", 2), ("mark_gate_written", 2), ("open", 1), ("mark_gate_opened", 1)]
)
async def test_what_a_crash_left_is_finished(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch, step: str, generation: int
) -> None:
    event_id = await create_dying(subgraph, monkeypatch, step)
    assert (await read(subgraph.database, event_id)).gate_opened_at is None
    with later(seconds=6):
        await finish_changes(subgraph.database, gate, subgraph.resources[EventNudges])
    event = await read(subgraph.database, event_id)
    assert event.gate_generation == generation
    assert event.gate_opened_at is not None
    assert isinstance(await gate.take(event_id, uuid7()), Acceptance)


async def test_one_that_cannot_be_finished_keeps_no_other_waiting(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = [await create_dying(subgraph, monkeypatch, "write") for _ in range(2)]
    write = Gate.write

    async def fail_with_one(gate: Gate, event: CouponEvent) -> bool:
        if event.id == broken:
            raise ZeroDivisionError
        return await write(gate, event)

    monkeypatch.setattr(Gate, "write", fail_with_one)
    with later(seconds=6), capture_logs() as logs:
        await finish_changes(subgraph.database, gate, subgraph.resources[EventNudges])
    opened = [(await read(subgraph.database, each)).gate_opened_at is not None for each in (broken, fine)]
    assert opened == [False, True]
    failed = [each["coupon_event_id"] for each in logs if each["event"] == "change_not_finished"]
    assert failed == [str(broken)]


async def test_nobody_is_let_in_before_the_rows_know_that_the_gate_was_written(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = await create_dying(subgraph, monkeypatch, "mark_gate_written")
    with pytest.raises(GateLost):
        await gate.take(event_id, uuid7())


async def test_whoever_still_works_on_it_is_given_time(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = await create_dying(subgraph, monkeypatch, "write")
    begun_at = (await read(subgraph.database, event_id)).gate_begun_at
    assert begun_at is not None
    with at(begun_at + timedelta(seconds=4)):
        await finish_changes(subgraph.database, gate, subgraph.resources[EventNudges])
    assert (await read(subgraph.database, event_id)).gate_written_at is None


async def test_a_gate_lost_after_it_was_written_is_not_written_empty_again(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = await create_dying(subgraph, monkeypatch, "mark_gate_opened")
    assert isinstance(await gate.take(event_id, uuid7()), Acceptance)
    await subgraph.cache.redis.delete(*Keys(event_id).all)
    with later(seconds=6):
        await finish_changes(subgraph.database, gate, subgraph.resources[EventNudges])
    with pytest.raises(GateLost):
        await gate.take(event_id, uuid7())
    assert await subgraph.cache.redis.exists(Keys(event_id).gate) == 0


async def test_whoever_was_overtaken_opens_nothing(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id, write = await create_dying(subgraph, monkeypatch, "write"), gate.write

    async def be_overtaken(event: CouponEvent) -> bool:
        written = await write(event)
        async with subgraph.database.transaction() as session:
            await store.begin_gate(session, event_id, clock.now())
        return written

    with monkeypatch.context() as slow:
        slow.setattr(gate, "write", be_overtaken)
        await prepare_gate(subgraph.database, gate, event_id)
    event = await read(subgraph.database, event_id)
    assert (event.gate_generation, event.gate_written_at) == (3, None)
    with pytest.raises(GateLost):
        await gate.take(event_id, uuid7())
    await prepare_gate(subgraph.database, gate, event_id)
    assert isinstance(await gate.take(event_id, uuid7()), Acceptance)


async def test_many_that_prepare_at_once_make_one_gate_and_lose_nobody(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = await create_dying(subgraph, monkeypatch, "write")
    person, asking = uuid7(), True
    answers: list[Acceptance] = []

    async def ask_all_the_time() -> None:
        while asking:
            try:
                decided = await gate.take(event_id, person)
            except GateLost:
                continue
            assert isinstance(decided, Acceptance)
            answers.append(decided)

    asker = asyncio.create_task(ask_all_the_time())
    await asyncio.gather(*(prepare_gate(subgraph.database, gate, event_id) for _ in range(12)))
    await prepare_gate(subgraph.database, gate, event_id)
    asking = False
    await asker
    event, last = await read(subgraph.database, event_id), await gate.take(event_id, person)
    assert event.gate_opened_at is not None
    assert set(answers) <= {last}
