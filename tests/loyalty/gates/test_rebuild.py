"""A lost gate is rebuilt from the rows, the dead letters and what Redis still has, whatever dies or comes between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from chassis import clock
from chassis.commands import replay_dead_letter
from chassis.dead_letters import open_letters, put_aside
from chassis.events import encode
from chassis.ids import uuid7
from chassis.kafka import Producer, Topics
from chassis.outages import is_outage
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.consumers import consumer
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.coupon_events.book import Book, GateAway
from subgraphs.loyalty.coupon_events.finish import finish_changes
from subgraphs.loyalty.coupon_events.gate import Gate, GateLost, Keys
from subgraphs.loyalty.coupon_events.nudge import EventNudges
from subgraphs.loyalty.coupon_events.record import NoSlotLeft, SlotTaken
from subgraphs.loyalty.coupon_events.relay import relaying
from subgraphs.loyalty.coupon_events.rules import Acceptance, CouponRejection, Rejection
from subgraphs.loyalty.coupon_events.send import accepted as message_of
from subgraphs.loyalty.coupon_events.tables import CouponEvent
from subgraphs.loyalty.gates import collect, draft, rebuild
from subgraphs.loyalty.gates import store as gates_store
from subgraphs.loyalty.gates.draft import Draft
from tests.loyalty.askers import ensure_recorded
from tests.loyalty.askers import recorded as recorded_all
from tests.loyalty.backoffice import ADMIN, CLOSE_EVENT, ask, create_event, later, stock, text
from tests.loyalty.pipeline import Ear, reconcile, record, record_all, taken, watch
from tests.loyalty.plant import insist_all
from tests.loyalty.workers import working

HOUR = timedelta(hours=1)


@pytest.fixture
def gate(subgraph: SubgraphUnderTest) -> Gate:
    return subgraph.resources[Gate]


async def accept(gate: Gate, event: UUID, person: UUID | None = None) -> Acceptance:
    decided = await gate.take(event, person or uuid7())
    assert isinstance(decided, Acceptance)
    return decided


async def lose(subgraph: SubgraphUnderTest, event: UUID) -> None:
    """All of it, as with an emptied Redis."""
    await subgraph.cache.redis.unlink(*Keys(event).all)


async def restart(subgraph: SubgraphUnderTest, event: UUID) -> None:
    """As it is found by a server that is another now, with the disk of the old one."""
    await subgraph.cache.redis.hset(Keys(event).gate, "server", "another")


async def row(subgraph: SubgraphUnderTest, event: UUID) -> CouponEvent:
    async with subgraph.database.reading() as session:
        return await store.get_event(session, event)


async def told(gate: Gate, event: UUID, people: list[Acceptance]) -> dict[UUID, tuple[str, int]]:
    """What each is told now."""
    again = [await accept(gate, event, each.user_id) for each in people]
    return {each.user_id: (str(each.issuance_id), each.rank) for each in again}


async def test_a_gate_that_is_there_is_left_alone(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph)
    person = await accept(gate, event)
    await watch(subgraph)
    assert await accept(gate, event, person.user_id) == person
    assert (await row(subgraph, event)).gate_generation == 1


@pytest.mark.parametrize("fault", [lose, restart])
async def test_whoever_is_recorded_keeps_the_coupon_and_the_rest_is_given_out(
    subgraph: SubgraphUnderTest, gate: Gate, fault: Callable[[SubgraphUnderTest, UUID], Awaitable[None]]
) -> None:
    event = await create_event(subgraph, quantity=5)
    first = [await accept(gate, event) for _ in range(3)]
    await record_all(subgraph)
    await fault(subgraph, event)
    with pytest.raises(GateLost):
        await gate.take(event, first[0].user_id)
    await watch(subgraph)
    again = [await accept(gate, event, each.user_id) for each in first]
    assert again == [replace(each, is_pending=False) for each in first]
    more = [await accept(gate, event) for _ in range(2)]
    assert [(each.slot, each.generation) for each in more] == [(4, 2), (5, 2)]
    assert isinstance(await gate.take(event, uuid7()), Rejection)
    await record_all(subgraph)
    await ensure_recorded(subgraph, event, await told(gate, event, first + more))


async def test_what_redis_still_has_counts_though_nobody_recorded_it(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph, quantity=4)
    people = [await accept(gate, event) for _ in range(4)]
    assert await taken(subgraph) == people
    await restart(subgraph, event)
    await watch(subgraph)
    assert [await accept(gate, event, each.user_id) for each in people] == people
    assert isinstance(await gate.take(event, uuid7()), Rejection)
    assert await taken(subgraph) == people
    await record(subgraph, people)
    await ensure_recorded(subgraph, event, await told(gate, event, people))


@pytest.mark.parametrize(("fault", "asked"), [(restart, 5), (lose, 3)])
async def test_how_often_it_was_asked_is_known_as_far_as_redis_has_it_and_never_less_than_was_given(
    subgraph: SubgraphUnderTest,
    gate: Gate,
    fault: Callable[[SubgraphUnderTest, UUID], Awaitable[None]],
    asked: int,
) -> None:
    event, person = await create_event(subgraph), uuid7()
    for each in (uuid7(), uuid7(), person, person, person):
        await accept(gate, event, each)
    await record_all(subgraph)
    await fault(subgraph, event)
    await watch(subgraph)
    view = await gate.look(event)
    assert view is not None
    assert (view.asked, view.accepted, view.generation) == (asked, 3, 2)


BOARD = """subscription ($id: ID!) { couponEvent(id: $id) {
    status stock { accepted asked generation unavailableSince } } }"""


async def test_whoever_watches_the_board_is_told_while_nobody_can_ask(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object) -> None:
        raise ConnectionError

    event = await create_event(subgraph)
    await accept(gate, event)
    await record_all(subgraph)
    stock_ = {"accepted": 1, "asked": 1, "generation": 1, "unavailableSince": None}
    board = subgraph.subscribe(BOARD, {"id": str(event)}, user=ADMIN, role=Role.ADMIN, face="admin")
    async with board as payloads, asyncio.timeout(30):
        assert (await anext(payloads))["couponEvent"] == {"status": "OPEN", "stock": stock_}
        await lose(subgraph, event)
        with monkeypatch.context() as dying:
            dying.setattr(rebuild, "_await_consumers", die)
            with pytest.raises(ConnectionError):
                await watch(subgraph)
        since = (await row(subgraph, event)).gate_lost_at
        assert since is not None
        lost = stock_ | {"generation": 2, "unavailableSince": since.isoformat(timespec="milliseconds")[:-6] + "Z"}
        assert (await anext(payloads))["couponEvent"] == {"status": "OPEN", "stock": lost}
        await watch(subgraph)
        while (told := (await anext(payloads))["couponEvent"])["stock"]["unavailableSince"]:
            assert told["stock"]["asked"] == 1
        assert told == {"status": "OPEN", "stock": stock_ | {"generation": 3}}


async def test_what_was_lost_before_it_left_redis_counts_as_never_made(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph, quantity=3)
    recorded, lost, last = [await accept(gate, event) for _ in range(3)]
    await record(subgraph, [recorded, last])
    assert (await row(subgraph, event)).sold_out_at is not None
    await lose(subgraph, event)
    await watch(subgraph)
    assert (await row(subgraph, event)).sold_out_at is None
    somebody = await accept(gate, event)
    assert (somebody.slot, somebody.rank, somebody.generation) == (2, 4, 2)
    decided = await gate.take(event, lost.user_id)
    assert isinstance(decided, Rejection)
    assert decided.reason is CouponRejection.SOLD_OUT
    await record_all(subgraph)
    await ensure_recorded(subgraph, event, await told(gate, event, [recorded, somebody, last]))
    await watch(subgraph)
    assert (await row(subgraph, event)).sold_out_at is not None


async def test_a_dead_letter_counts_and_is_recorded_when_it_is_replayed(
    subgraph: SubgraphUnderTest, gate: Gate
) -> None:
    event = await create_event(subgraph, quantity=3)
    recorded, dead = [await accept(gate, event) for _ in range(2)]
    await record(subgraph, [recorded])
    letter = encode(message_of(replace(dead, slot=recorded.slot)))
    await put_aside(subgraph.database, "loyalty", letter, SlotTaken("1"), tries=5)
    await lose(subgraph, event)
    await watch(subgraph)
    found = await stock(subgraph, event)
    assert [found[each] for each in ("accepted", "recorded", "deadLettered", "inFlight")] == [2, 1, 1, 0]
    assert (await accept(gate, event, dead.user_id)).slot == 2
    [waiting] = await open_letters(subgraph.database)
    assert await replay_dead_letter(subgraph.database, subgraph.resources, consumer, waiting.id) == 0
    found = await stock(subgraph, event)
    assert [found[each] for each in ("accepted", "recorded", "deadLettered", "inFlight")] == [2, 2, 0, 0]
    await ensure_recorded(subgraph, event, await told(gate, event, [recorded, dead]))


async def test_a_letter_whose_acceptance_was_recorded_after_all_is_closed(
    subgraph: SubgraphUnderTest, gate: Gate
) -> None:
    event = await create_event(subgraph)
    dead = await accept(gate, event)
    await put_aside(subgraph.database, "loyalty", encode(message_of(dead)), SlotTaken("1"), tries=5)
    await record(subgraph, [dead])
    await reconcile(subgraph, Ear(), seconds=70)
    assert await open_letters(subgraph.database) == []


STEPS = [
    (Book, "begin"),
    (rebuild, "outwait"),
    (rebuild, "_await_consumers"),
    (gates_store, "lock_to_collect"),
    (collect, "place"),
    (Draft, "lay"),
    (Draft, "enqueue"),
    (Draft, "install"),
    (Gate, "open"),
    (gates_store, "mark_gate_rebuilt"),
]


@pytest.mark.parametrize(("owner", "step"), STEPS, ids=[step for _, step in STEPS])
async def test_a_rebuilder_that_dies_is_followed_by_another(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    def die(*_: object, **__: object) -> None:
        raise ConnectionError(step)

    event = await create_event(subgraph, quantity=4)
    recorded, waiting = [await accept(gate, event) for _ in range(2)]
    await record(subgraph, [recorded])
    await restart(subgraph, event)
    with monkeypatch.context() as dying:
        dying.setattr(owner, step, die)
        with pytest.raises(ConnectionError):
            await watch(subgraph)
    await watch(subgraph)
    assert (await row(subgraph, event)).gate_lost_at is None
    assert [await accept(gate, event, each.user_id) for each in (recorded, waiting)] == [
        replace(recorded, is_pending=False),
        waiting,
    ]
    more = [await accept(gate, event) for _ in range(2)]
    assert [each.slot for each in more] == [3, 4]
    await record_all(subgraph)
    await ensure_recorded(subgraph, event, await told(gate, event, [recorded, waiting, *more]))


async def test_what_redis_loses_while_it_is_rebuilt_has_it_begun_anew(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await create_event(subgraph)
    person = await accept(gate, event)
    await record(subgraph, [person])
    await restart(subgraph, event)
    install = Draft.install

    async def lose_first(self: Draft, *given: object) -> bool:
        await subgraph.cache.redis.flushdb()
        return await install(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as losing:
        losing.setattr(Draft, "install", lose_first)
        await watch(subgraph)
    with pytest.raises(GateLost):
        await gate.take(event, person.user_id)
    await watch(subgraph)
    assert (await accept(gate, event, person.user_id)).rank == 1
    assert (await row(subgraph, event)).gate_generation == 3


async def test_whoever_was_overtaken_installs_nothing(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await create_event(subgraph)
    person = await accept(gate, event)
    await restart(subgraph, event)
    install = Draft.install

    async def be_overtaken(self: Draft, *given: object) -> bool:
        await subgraph.resources[Book].begin(event, 7)
        return await install(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as slow:
        slow.setattr(Draft, "install", be_overtaken)
        await watch(subgraph)
    assert await gate.look(event) is None
    await watch(subgraph)
    assert await accept(gate, event, person.user_id) == person
    assert (await row(subgraph, event)).gate_generation == 8


async def test_one_rebuilds_at_a_time(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    events = [await create_event(subgraph) for _ in range(3)]
    people = {event: await accept(gate, event) for event in events}
    for event in events:
        await restart(subgraph, event)
    await asyncio.gather(*(watch(subgraph) for _ in range(4)))
    await watch(subgraph)
    assert {event: await accept(gate, event, each.user_id) for event, each in people.items()} == people
    assert {(await row(subgraph, event)).gate_generation for event in events} == {2}


async def test_what_is_wrong_with_one_event_does_not_keep_the_others_shut(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, event = await create_event(subgraph), await create_event(subgraph)
    for each in (wrong, event):
        await restart(subgraph, each)
    page_of_recorded = gates_store.page_of_recorded

    async def fail(session: object, coupon_event_id: UUID, *given: object) -> object:
        if coupon_event_id == wrong:
            raise ValueError
        return await page_of_recorded(session, coupon_event_id, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(gates_store, "page_of_recorded", fail)
    await watch(subgraph)
    await accept(gate, event)
    with pytest.raises(GateLost):
        await gate.take(wrong, uuid7())


async def test_relays_are_waited_for_and_send_nothing_of_it_meanwhile(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph)
    await accept(gate, event)
    await restart(subgraph, event)
    async with relaying(subgraph.database) as running:
        assert list(running) == [event]
        watching = asyncio.create_task(watch(subgraph))
        async with asyncio.timeout(30):
            while (await row(subgraph, event)).gate_lost_at is None:
                await asyncio.sleep(0.01)
        assert await gate.look(event) is None
        assert not watching.done()
    await watching
    assert await gate.look(event) is not None


async def test_an_event_that_is_being_rebuilt_is_relayed_when_it_is_open(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object) -> None:
        raise ConnectionError

    event = await create_event(subgraph)
    await restart(subgraph, event)
    with monkeypatch.context() as dying:
        dying.setattr(rebuild, "_await_consumers", die)
        with pytest.raises(ConnectionError):
            await watch(subgraph)
    async with relaying(subgraph.database) as running:
        assert list(running) == []
    await watch(subgraph)
    async with relaying(subgraph.database) as running:
        assert list(running) == [event]
    assert await gate.look(event) is not None


async def test_a_straggler_takes_a_free_slot_from_the_new_gate(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph, quantity=3)
    missed = await accept(gate, event)
    await lose(subgraph, event)
    await watch(subgraph)
    somebody = await accept(gate, event)
    assert somebody.slot == missed.slot == 1
    await record(subgraph, [missed, somebody])
    assert (await accept(gate, event, missed.user_id)).slot == 2
    await ensure_recorded(subgraph, event, await told(gate, event, [missed, somebody]))


async def test_a_straggler_who_asked_again_has_what_the_new_gate_said(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph, quantity=3)
    other, missed = [await accept(gate, event) for _ in range(2)]
    await lose(subgraph, event)
    await watch(subgraph)
    again = await accept(gate, event, missed.user_id)
    assert (again.slot, again.rank, again.generation) == (1, 1, 2)
    await record(subgraph, [missed])
    await record(subgraph, [again, other])
    await ensure_recorded(subgraph, event, await told(gate, event, [other, missed]))


async def test_a_straggler_for_whom_nothing_is_left_is_not_recorded(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph, quantity=1)
    missed = await accept(gate, event)
    await lose(subgraph, event)
    await watch(subgraph)
    somebody = await accept(gate, event)
    for _ in range(2):
        with pytest.raises(NoSlotLeft):
            await record(subgraph, [missed])
    await record(subgraph, [somebody])
    await ensure_recorded(subgraph, event, await told(gate, event, [somebody]))


async def test_stragglers_wait_for_a_gate_that_is_lost_again_as_for_a_server(
    subgraph: SubgraphUnderTest, gate: Gate
) -> None:
    event = await create_event(subgraph)
    missed = await accept(gate, event)
    for _ in range(2):
        await lose(subgraph, event)
        await watch(subgraph)
    await lose(subgraph, event)
    with pytest.raises(GateAway) as away:
        await record(subgraph, [missed])
    assert is_outage(away.value)
    await watch(subgraph)
    await record(subgraph, [missed])
    await ensure_recorded(subgraph, event, await told(gate, event, [missed]))


async def test_what_is_recorded_before_it_is_collected_keeps_its_slot(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await create_event(subgraph)
    first, second = [await accept(gate, event) for _ in range(2)]
    await lose(subgraph, event)

    async def arrive(*_: object) -> None:
        await record(subgraph, [second])

    monkeypatch.setattr(rebuild, "_await_consumers", arrive)
    await watch(subgraph)
    assert (await accept(gate, event, second.user_id)).slot == second.slot == 2
    assert (await accept(gate, event, first.user_id)).slot == 1


@pytest.mark.parametrize("fault", [lose, restart])
async def test_a_closed_event_stays_closed(
    subgraph: SubgraphUnderTest, gate: Gate, fault: Callable[[SubgraphUnderTest, UUID], Awaitable[None]]
) -> None:
    event = await create_event(subgraph)
    await ask(subgraph, CLOSE_EVENT, id=str(event))
    closed_at = (await row(subgraph, event)).closed_at
    await fault(subgraph, event)
    await watch(subgraph)
    view = await gate.look(event)
    assert view is not None
    assert view.closed_at == closed_at
    decided = await gate.take(event, uuid7())
    assert isinstance(decided, Rejection)
    assert decided.reason is CouponRejection.CLOSED


async def test_what_the_gate_had_closed_and_nobody_noted_stays_closed(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph)
    applied = await gate.close_event(event)
    await restart(subgraph, event)
    await watch(subgraph)
    view = await gate.look(event)
    assert view is not None
    assert view.closed_at == applied.closed_at


async def test_a_change_waits_for_the_gate_and_is_then_made(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph)
    await lose(subgraph, event)
    assert (await ask(subgraph, CLOSE_EVENT, id=str(event))).codes == ["UNAVAILABLE"]
    with later(seconds=6):
        await finish_changes(subgraph.database, gate, subgraph.resources[EventNudges])
    assert (await row(subgraph, event)).closed_at is None
    await watch(subgraph)
    with later(seconds=6):
        await finish_changes(subgraph.database, gate, subgraph.resources[EventNudges])
    decided = await gate.take(event, uuid7())
    assert isinstance(decided, Rejection)
    assert decided.reason is CouponRejection.CLOSED
    assert (await row(subgraph, event)).closed_at is not None


async def test_an_event_that_is_still_to_open_is_rebuilt_before_it_does(
    subgraph: SubgraphUnderTest, gate: Gate
) -> None:
    opens_at, closes_at = clock.now() + timedelta(seconds=1), clock.now() + HOUR
    event = await create_event(subgraph, opensAt=text(opens_at), closesAt=text(closes_at))
    await lose(subgraph, event)
    await watch(subgraph)
    async with asyncio.timeout(30):
        while isinstance(decided := await gate.take(event, uuid7()), Rejection):
            assert decided.reason is CouponRejection.NOT_OPEN_YET
            await asyncio.sleep(0.01)
    assert decided.requested_at >= (await row(subgraph, event)).opens_at


async def test_what_is_settled_needs_no_gate(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph)
    person = await accept(gate, event)
    await record_all(subgraph)
    await ask(subgraph, CLOSE_EVENT, id=str(event))
    await reconcile(subgraph, Ear(), minutes=5)
    assert (await row(subgraph, event)).settled_at is not None
    assert 0 < await subgraph.cache.redis.ttl(Keys(event).accepted) <= 90_000
    assert await accept(gate, event, person.user_id) == replace(person, is_pending=False)
    await lose(subgraph, event)
    await watch(subgraph)
    assert await subgraph.cache.redis.exists(*Keys(event).all) == 0


async def test_an_event_that_is_over_is_not_settled_while_its_gate_is_lost(
    subgraph: SubgraphUnderTest, gate: Gate
) -> None:
    event = await create_event(subgraph)
    await accept(gate, event)
    await lose(subgraph, event)
    await reconcile(subgraph, Ear(), hours=2)
    assert (await row(subgraph, event)).settled_at is None
    await watch(subgraph)
    await reconcile(subgraph, Ear(), hours=2)
    assert (await row(subgraph, event)).settled_at is not None


@asynccontextmanager
async def older(subgraph: SubgraphUnderTest, event: UUID) -> AsyncIterator[None]:
    """What happens in here the same server has forgotten after it: it was another's replica in between."""
    keys = Keys(event).all
    for key in keys:
        await subgraph.cache.redis.copy(key, f"{key}:older")
    yield
    for key in keys:
        await subgraph.cache.redis.unlink(key)
        await subgraph.cache.redis.copy(f"{key}:older", key)


async def test_a_gate_that_forgot_what_it_gave_is_shut_and_rebuilt(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph, quantity=3)
    first = await accept(gate, event)
    async with older(subgraph, event):
        second = await accept(gate, event)
        await record(subgraph, [first, second])
    await reconcile(subgraph, Ear())
    with pytest.raises(GateLost):
        await gate.take(event, uuid7())
    await watch(subgraph)
    assert (await accept(gate, event, second.user_id)).slot == 2
    assert (await accept(gate, event)).slot == 3


async def test_whoever_was_given_a_slot_twice_by_such_a_gate_gets_one_of_their_own(
    subgraph: SubgraphUnderTest, gate: Gate
) -> None:
    event = await create_event(subgraph, quantity=3)
    first = await accept(gate, event)
    async with older(subgraph, event):
        second = await accept(gate, event)
        await record(subgraph, [first, second])
    somebody = await accept(gate, event)
    assert (somebody.slot, somebody.rank) == (second.slot, second.rank)
    with pytest.raises(SlotTaken):
        await record(subgraph, [somebody])
    await put_aside(subgraph.database, "loyalty", encode(message_of(somebody)), SlotTaken("2"), tries=5)
    await reconcile(subgraph, Ear())
    await watch(subgraph)
    assert (await accept(gate, event, somebody.user_id)).slot == 3
    await record_all(subgraph)
    await reconcile(subgraph, Ear())
    assert await open_letters(subgraph.database) == []
    await ensure_recorded(subgraph, event, await told(gate, event, [first, second, somebody]))


async def test_it_is_laid_down_in_pieces(
    subgraph: SubgraphUnderTest, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await create_event(subgraph, quantity=30)
    people = [await accept(gate, event) for _ in range(20)]
    kept = [each for each in people if each.slot % 3 != 0]
    await record(subgraph, kept[:8])
    await subgraph.cache.redis.hdel(Keys(event).accepted, *(str(each.user_id) for each in people if each.slot % 3 == 0))
    gone = [f"1-{each.rank}" for each in people if each.slot % 3 == 0]
    await subgraph.cache.redis.xdel(Keys(event).entries, *gone)
    await restart(subgraph, event)
    monkeypatch.setattr(draft, "AT_ONCE", 3)
    monkeypatch.setattr(collect, "PAGE", 3)
    await watch(subgraph)
    found = [await accept(gate, event, each.user_id) for each in kept]
    assert [each.slot for each in found] == [each.slot for each in kept]
    more = [await accept(gate, event) for _ in range(16)]
    assert [each.slot for each in more] == [3, 6, 9, 12, 15, 18, *range(21, 31)]
    assert isinstance(await gate.take(event, uuid7()), Rejection)
    assert await subgraph.cache.redis.ttl(Keys(event).accepted) == -1
    await record_all(subgraph)
    await ensure_recorded(subgraph, event, await told(gate, event, kept + more))


async def test_what_is_still_in_the_broker_is_waited_for(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event = await create_event(subgraph, quantity=3)
    lost, sent = [await accept(gate, event) for _ in range(2)]
    settings = subgraph.settings.model_copy(update={"topic_prefix": f"test.{uuid7()}."})
    await Topics(settings).declare(["loyalty.events"])
    producer = Producer.connect(settings)
    await producer.send([encode(message_of(sent))])
    await producer.close()
    await lose(subgraph, event)
    with capture_logs() as logs, pytest.raises(TimeoutError):
        await watch(subgraph, topic_prefix=settings.topic_prefix, rebuild_patience_seconds=1)
    [waits] = [each for each in logs if each["event"] == "rebuild_waits_for_consumers"]
    assert (waits["behind"], waits["events"], waits["coupon_event_ids"]) == (1, 1, [str(event)])
    with pytest.raises(GateLost):
        await gate.take(event, lost.user_id)
    async with working(subgraph, topic_prefix=settings.topic_prefix):
        found = await insist_all(subgraph, event, [sent.user_id, lost.user_id])
        assert [(each["rank"], each["id"]) for each in found] == [
            (sent.rank, str(sent.issuance_id)),
            (sent.rank + 1, str(lost.issuance_id)),
        ]
        assert (await recorded_all(subgraph, event, 2))["recorded"] == 2
    await watch(subgraph)
    assert {(await accept(gate, event, each.user_id)).slot for each in (sent, lost)} == {1, 2}
