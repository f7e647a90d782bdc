"""The gate: one atomic decision, on real Redis."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chassis import clock
from chassis.cache import Cache
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from stack.servers import embedded_valkey
from subgraphs.loyalty.coupon_events.gate import Applied, Gate, GateLost, Keys, instant, microseconds
from subgraphs.loyalty.coupon_events.rules import Acceptance, CouponRejection, Rejection
from subgraphs.loyalty.coupon_events.tables import ChangeKind, CouponEvent, CouponEventChange

HOUR = timedelta(hours=1)


@pytest.fixture
def gate(subgraph: SubgraphUnderTest) -> Gate:
    return subgraph.resources[Gate]


def an_event(**changes: Any) -> CouponEvent:
    """One that is open, of three coupons."""
    now = clock.now()
    return CouponEvent(
        **{
            "coupon_id": uuid7(),
            "name": "First come",
            "description": "",
            "opens_at": now - HOUR,
            "closes_at": now + HOUR,
            "quantity": 3,
            "gate_generation": 1,
        }
        | changes
    )


async def opened(gate: Gate, **changes: Any) -> CouponEvent:
    event = an_event(**changes)
    assert await gate.write(event)
    assert await gate.open(event.id, event.gate_generation)
    return event


async def reason(gate: Gate, event: CouponEvent) -> CouponRejection:
    decided = await gate.take(event.id, uuid7())
    assert isinstance(decided, Rejection)
    assert abs(decided.requested_at - clock.now()) < timedelta(minutes=1)
    return decided.reason


async def accepted(gate: Gate, event: CouponEvent) -> Acceptance:
    decided = await gate.take(event.id, uuid7())
    assert isinstance(decided, Acceptance)
    return decided


async def test_each_is_given_the_next_slot_and_rank_until_there_are_none(gate: Gate) -> None:
    event = await opened(gate)
    given = [await accepted(gate, event) for _ in range(3)]
    assert [(each.slot, each.rank, each.generation, each.is_pending) for each in given] == [
        (1, 1, 1, True),
        (2, 2, 1, True),
        (3, 3, 1, True),
    ]
    assert given == sorted(given, key=lambda each: each.requested_at)
    assert await reason(gate, event) is CouponRejection.SOLD_OUT


async def test_without_a_quantity_there_is_always_one_more(gate: Gate) -> None:
    event = await opened(gate, quantity=None)
    assert [(await accepted(gate, event)).slot for _ in range(5)] == [1, 2, 3, 4, 5]
    view = await gate.look(event.id)
    assert view is not None
    assert (view.quantity, view.remaining, view.accepted) == (None, None, 5)


async def test_whoever_was_accepted_is_answered_the_same_again_and_takes_no_second(gate: Gate) -> None:
    event, person = await opened(gate), uuid7()
    first = await gate.take(event.id, person)
    assert await gate.take(event.id, person) == first
    view = await gate.look(event.id, person)
    assert view is not None
    assert (view.accepted, view.remaining, view.acceptance) == (1, 2, first)


async def test_an_acceptance_is_answered_again_when_all_is_over(subgraph: SubgraphUnderTest, gate: Gate) -> None:
    event, person = await opened(gate, quantity=2), uuid7()
    first = await gate.take(event.id, person)
    assert isinstance(first, Acceptance)
    await subgraph.cache.redis.hset(Keys(event.id).gate, "closes", microseconds(first.requested_at) + 1)
    assert await reason(gate, event) is CouponRejection.ENDED
    assert await gate.take(event.id, person) == first


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"opens_at": HOUR, "closes_at": 2 * HOUR}, CouponRejection.NOT_OPEN_YET),
        ({"opens_at": -2 * HOUR, "closes_at": -HOUR}, CouponRejection.ENDED),
    ],
)
async def test_the_window_is_that_of_redis_own_clock(
    gate: Gate, changes: dict[str, timedelta], expected: CouponRejection
) -> None:
    event = await opened(gate, **{field: clock.now() + shift for field, shift in changes.items()})
    assert await reason(gate, event) is expected
    view = await gate.look(event.id)
    assert view is not None
    assert view.accepted == 0


async def test_an_event_that_opens_while_people_ask_lets_them_in(gate: Gate) -> None:
    event = await opened(gate, opens_at=clock.now() + timedelta(milliseconds=150))
    async with asyncio.timeout(20):
        while isinstance(decided := await gate.take(event.id, uuid7()), Rejection):
            assert decided.reason is CouponRejection.NOT_OPEN_YET
            assert decided.requested_at < event.opens_at
    assert decided.slot == 1
    assert decided.requested_at >= event.opens_at


async def test_a_closed_gate_lets_nobody_in_and_forgets_nobody(gate: Gate) -> None:
    event, person = await opened(gate), uuid7()
    first = await gate.take(event.id, person)
    applied = await gate.close_event(event.id)
    assert await gate.close_event(event.id) == applied
    assert await reason(gate, event) is CouponRejection.CLOSED
    assert await gate.take(event.id, person) == first
    view = await gate.look(event.id)
    assert view is not None
    assert (applied.generation, view.closed_at, view.accepted) == (1, applied.closed_at, 1)


async def test_there_is_nothing_to_close_where_all_is_over(gate: Gate) -> None:
    sold_out = await opened(gate, quantity=1)
    await accepted(gate, sold_out)
    ended = await opened(gate, opens_at=clock.now() - 2 * HOUR, closes_at=clock.now() - HOUR)
    assert [await gate.close_event(each.id) for each in (sold_out, ended)] == [Applied(1), Applied(1)]
    assert await reason(gate, sold_out) is CouponRejection.SOLD_OUT
    assert await reason(gate, ended) is CouponRejection.ENDED


def a_change(event: CouponEvent, revision: int, **shifts: timedelta) -> CouponEventChange:
    now = clock.now()
    times = {"opens_at": now + HOUR, "closes_at": now + 2 * HOUR} | {key: now + by for key, by in shifts.items()}
    return CouponEventChange(coupon_event_id=event.id, kind=ChangeKind.UPDATE, revision=revision, **times)


async def test_times_change_until_it_opens(gate: Gate) -> None:
    event = await opened(gate, opens_at=clock.now() + HOUR, closes_at=clock.now() + 2 * HOUR)
    assert await gate.change_times(a_change(event, 1, closes_at=3 * HOUR)) == Applied(1)
    assert await reason(gate, event) is CouponRejection.NOT_OPEN_YET
    opening = a_change(event, 2, opens_at=-HOUR)
    assert await gate.change_times(opening) == Applied(1)
    assert (await accepted(gate, event)).slot == 1
    assert await gate.change_times(a_change(event, 3)) is None
    assert await gate.retire(a_change(event, 3)) is None
    assert (await accepted(gate, event)).slot == 2
    # Asked again after a crash, it is answered again; one from before it does nothing any more.
    assert await gate.change_times(opening) == Applied(1)
    assert await gate.change_times(a_change(event, 1)) == Applied(1)
    assert (await accepted(gate, event)).slot == 3


async def test_a_retired_gate_never_lets_anybody_in(gate: Gate) -> None:
    event = await opened(gate, opens_at=clock.now() + HOUR, closes_at=clock.now() + 2 * HOUR)
    for _ in range(2):
        assert await gate.retire(a_change(event, 1)) == Applied(1)
    assert await reason(gate, event) is CouponRejection.CLOSED
    assert await gate.change_times(a_change(event, 2, opens_at=-HOUR)) is None
    await gate.remove(event.id)
    assert await gate.look(event.id) is None
    for ask in (gate.change_times, gate.retire):
        with pytest.raises(GateLost):
            await ask(a_change(event, 3))


async def test_it_counts_how_often_it_was_asked_and_says_which_was_the_last(gate: Gate) -> None:
    event, people = await opened(gate, quantity=2), [uuid7() for _ in range(3)]
    decided = [await gate.take(event.id, person) for person in (*people, people[1])]
    assert [isinstance(each, Acceptance) and each.is_last for each in decided] == [False, True, False, False]
    assert [isinstance(each, Rejection) and each.generation for each in decided] == [False, False, 1, False]
    view = await gate.look(event.id)
    assert view is not None
    assert (view.asked, view.accepted, view.remaining) == (4, 2, 0)
    assert abs(view.at - clock.now()) < timedelta(minutes=1)


async def test_a_gate_of_a_new_generation_counts_anew(gate: Gate) -> None:
    event = await opened(gate)
    await accepted(gate, event)
    event.gate_generation = 2
    assert await gate.write(event)
    view = await gate.look(event.id)
    assert view is not None
    assert view.asked == 0


async def test_many_at_once_get_one_slot_each(gate: Gate) -> None:
    event = await opened(gate, quantity=100)
    people = [uuid7() for _ in range(300)]
    decided = await asyncio.gather(*(gate.take(event.id, person) for person in people * 3))
    won = {each.user_id: each for each in decided if isinstance(each, Acceptance)}
    assert sorted(each.slot for each in won.values()) == list(range(1, 101))
    assert sum(isinstance(each, Acceptance) for each in decided) == 300
    assert all(each.reason is CouponRejection.SOLD_OUT for each in decided if isinstance(each, Rejection))


async def test_no_gate_is_not_an_empty_gate(gate: Gate) -> None:
    with pytest.raises(GateLost) as lost:
        await gate.take(uuid7(), uuid7())
    assert lost.value.extensions == {"code": "UNAVAILABLE", "retryAfter": 1}
    with pytest.raises(GateLost):
        await gate.close_event(uuid7())
    assert await gate.look(uuid7()) is None


async def test_a_gate_that_is_not_opened_yet_lets_nobody_in(gate: Gate) -> None:
    event = an_event()
    await gate.write(event)
    with pytest.raises(GateLost):
        await gate.take(event.id, uuid7())
    with pytest.raises(GateLost):
        await gate.close_event(event.id)
    assert await gate.open(event.id, 2) is False
    with pytest.raises(GateLost):
        await gate.take(event.id, uuid7())
    assert await gate.open(event.id, 1) is True
    assert (await accepted(gate, event)).slot == 1


async def test_a_late_writer_does_not_touch_a_gate_as_new_as_its_own_or_newer(gate: Gate) -> None:
    event = await opened(gate, gate_generation=2)
    await accepted(gate, event)
    for generation in (1, 2):
        late = an_event(id=event.id, gate_generation=generation)
        assert await gate.write(late) is False
    view = await gate.look(event.id)
    assert view is not None
    assert (view.generation, view.accepted) == (2, 1)


async def test_a_gate_of_another_server_is_not_believed(gate: Gate, subgraph: SubgraphUnderTest) -> None:
    event = await opened(gate)
    await accepted(gate, event)
    await subgraph.cache.redis.hset(Keys(event.id).gate, "server", "another")
    with pytest.raises(GateLost):
        await gate.take(event.id, uuid7())
    assert await gate.look(event.id) is None
    assert await gate.open(event.id, 1) is False
    assert await subgraph.cache.redis.hlen(Keys(event.id).accepted) == 1


async def test_what_redis_forgot_of_the_functions_is_loaded_again(gate: Gate, subgraph: SubgraphUnderTest) -> None:
    event = await opened(gate)
    await subgraph.cache.redis.function_flush("SYNC")
    given = await asyncio.gather(*(accepted(gate, event) for _ in range(3)))
    assert sorted(each.slot for each in given) == [1, 2, 3]


async def test_a_gate_from_before_a_restart_is_not_believed_although_all_of_it_is_there(tmp_path: Path) -> None:
    with embedded_valkey(tmp_path) as server:
        cache = Cache.connect(server.url)
        gate, person = Gate(cache), uuid7()
        event = await opened(gate)
        await gate.take(event.id, person)
        server.restart()
        await cache.redis.connection_pool.disconnect()
        for who in (person, uuid7()):
            with pytest.raises(GateLost):
                await gate.take(event.id, who)
        assert await cache.redis.hlen(Keys(event.id).accepted) == 1
        assert await gate.write(an_event(id=event.id, gate_generation=2))
        assert await gate.open(event.id, 2)
        assert (await accepted(gate, event)).generation == 2
        await cache.close()


def test_instants_are_whole_microseconds() -> None:
    now = clock.now()
    assert instant(microseconds(now)) == now
