"""Following an event: as it is, then as coupons go and its status changes, on whatever process that happens."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from chassis.testing_sockets import Subscription, SubscriptionFailed
from subgraphs.loyalty.coupon_events.follow import REST
from subgraphs.loyalty.coupon_events.gate import Keys
from tests.loyalty.askers import ask_all, issue
from tests.loyalty.backoffice import ADMIN, CLOSE_EVENT, ask, create_event, text
from tests.loyalty.coupon_events.changes import create_scheduled, delete, update
from tests.loyalty.pipeline import record_all
from tests.loyalty.processes import another_api

EVENT = "subscription ($id: ID!) { couponEvent(id: $id) { status remaining } }"
BOARD = "subscription ($id: ID!) { couponEvent(id: $id) { status stock { accepted recorded inFlight asked } } }"


def follow(subgraph: SubgraphUnderTest, event: UUID, document: str = EVENT) -> Subscription:
    return subgraph.subscribe(document, {"id": str(event)}, user=uuid7())


def board(subgraph: SubgraphUnderTest, event: UUID) -> Subscription:
    return subgraph.subscribe(BOARD, {"id": str(event)}, user=ADMIN, role=Role.ADMIN, face="admin")


async def told(payloads: Subscription) -> dict[str, Any]:
    async with asyncio.timeout(10):
        found: dict[str, Any] = (await anext(payloads))["couponEvent"]
    return found


async def plain_timer(instant: datetime) -> datetime:
    """When a plain timer for that instant is done: on a busy machine it is late as well."""
    await asyncio.sleep((instant - clock.now()).total_seconds())
    return clock.now()


async def told_until(payloads: Subscription, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """All that is told up to that."""
    seen = [await told(payloads)]
    while seen[-1] != wanted:
        seen.append(await told(payloads))
    return seen


async def test_it_is_told_as_it_is_then_as_coupons_go(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=2)
    async with follow(subgraph, event) as payloads:
        assert await told(payloads) == {"status": "OPEN", "remaining": 2}
        await issue(subgraph, event, uuid7())
        assert await told(payloads) == {"status": "OPEN", "remaining": 1}
        await issue(subgraph, event, uuid7())
        assert await told(payloads) == {"status": "SOLD_OUT", "remaining": 0}


async def test_its_status_moves_by_the_clock_without_anybody_asking(subgraph: SubgraphUnderTest) -> None:
    now = clock.now()
    opens, closes = now + timedelta(seconds=4), now + timedelta(seconds=6)
    timers = [asyncio.create_task(plain_timer(instant)) for instant in (opens, closes)]
    event = await create_event(subgraph, opensAt=text(opens), closesAt=text(closes))
    async with follow(subgraph, event) as payloads:
        assert (await told(payloads))["status"] == "SCHEDULED"
        for status, instant, timer in zip(("OPEN", "ENDED"), (opens, closes), timers, strict=True):
            assert (await told(payloads))["status"] == status
            assert instant <= clock.now() < await timer + timedelta(seconds=1)


async def test_closing_it_is_told(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph)
    async with follow(subgraph, event) as payloads:
        assert (await told(payloads))["status"] == "OPEN"
        await ask(subgraph, CLOSE_EVENT, id=str(event))
        assert (await told(payloads))["status"] == "CLOSED"


async def test_the_board_shows_both_books_as_they_move(subgraph: SubgraphUnderTest) -> None:
    event, people = await create_event(subgraph, quantity=10), [uuid7() for _ in range(12)]
    async with board(subgraph, event) as payloads:
        stock = {"accepted": 0, "recorded": 0, "inFlight": 0, "asked": 0}
        assert await told(payloads) == {"status": "OPEN", "stock": stock}
        begun = monotonic()
        await ask_all(subgraph, event, people)
        stock = {"accepted": 10, "recorded": 0, "inFlight": 10, "asked": 12}
        seen = await told_until(payloads, {"status": "SOLD_OUT", "stock": stock})
        assert len(seen) <= 2 + (monotonic() - begun) / REST
        await record_all(subgraph)
        stock |= {"recorded": 10, "inFlight": 0}
        await told_until(payloads, {"status": "SOLD_OUT", "stock": stock})
        await issue(subgraph, event, people[0])
        assert await told(payloads) == {"status": "SOLD_OUT", "stock": stock | {"asked": 13}}


async def test_whoever_comes_late_or_again_is_told_what_is(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=3)
    async with follow(subgraph, event) as first:
        assert (await told(first))["remaining"] == 3
        await issue(subgraph, event, uuid7())
        async with follow(subgraph, event) as second:
            assert (await told(second))["remaining"] == 2
            assert (await told(first))["remaining"] == 2
        await ask(subgraph, CLOSE_EVENT, id=str(event))
        async with follow(subgraph, event) as again:
            assert await told(again) == {"status": "CLOSED", "remaining": 2}
    async with follow(subgraph, event) as after_the_end:
        assert await told(after_the_end) == {"status": "CLOSED", "remaining": 2}


async def test_what_happens_on_another_process_is_told_here(subgraph: SubgraphUnderTest) -> None:
    opens = text(clock.now() + timedelta(hours=1))
    event = await create_event(subgraph, quantity=3, opensAt=opens)
    async with another_api(subgraph) as other, board(subgraph, event) as payloads:
        assert (await told(payloads))["status"] == "SCHEDULED"
        assert (await update(other, event, opensAt=text(clock.now()))).errors == []
        assert (await told(payloads))["status"] == "OPEN"
        await issue(other, event, uuid7())
        stock = {"accepted": 1, "recorded": 0, "inFlight": 1, "asked": 1}
        await told_until(payloads, {"status": "OPEN", "stock": stock})
        await record_all(other)
        stock = {"accepted": 1, "recorded": 1, "inFlight": 0, "asked": 1}
        await told_until(payloads, {"status": "OPEN", "stock": stock})
        await ask(other, CLOSE_EVENT, id=str(event))
        await told_until(payloads, {"status": "CLOSED", "stock": stock})


async def test_a_changed_text_is_told_and_a_deleted_event_is_no_more(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    named = "subscription ($id: ID!) { couponEvent(id: $id) { name deletedAt } }"
    admins = subgraph.subscribe(named, {"id": str(event)}, user=ADMIN, role=Role.ADMIN, face="admin")
    async with follow(subgraph, event, named.replace("deletedAt", "")) as payloads, admins as admins_payloads:
        assert [await told(payloads), (await told(admins_payloads))["name"]] == [{"name": "First come"}, "First come"]
        await update(subgraph, event, name="New")
        assert [await told(payloads), (await told(admins_payloads))["name"]] == [{"name": "New"}, "New"]
        await delete(subgraph, event)
        assert (await told(admins_payloads))["deletedAt"] is not None
        with pytest.raises(SubscriptionFailed) as gone:
            await told(payloads)
        assert gone.value.codes == ["NOT_FOUND"]


async def test_whoever_is_slow_gets_the_newest_and_holds_up_nobody(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=9)
    slow = follow(subgraph, event)
    # A client that reads nothing: what is sent to it fills what lies between, and then nothing more is sent.
    slow._from_app = asyncio.Queue(maxsize=1)
    async with slow as slow_payloads, follow(subgraph, event) as payloads:
        assert await told(payloads) == {"status": "OPEN", "remaining": 9}
        for left in range(8, 3, -1):
            await issue(subgraph, event, uuid7())
            assert await told(payloads) == {"status": "OPEN", "remaining": left}
        seen = await told_until(slow_payloads, {"status": "OPEN", "remaining": 4})
        assert [each["remaining"] for each in seen] in ([9, 4], [9, 8, 4], [9, 8, 7, 4])


async def test_however_many_follow_it_each_book_is_read_once_a_look(
    subgraph: SubgraphUnderTest, round_trips: list[int]
) -> None:
    event = await create_event(subgraph, quantity=9)
    document = "subscription ($id: ID!) { couponEvent(id: $id) { name status remaining coupon { name } } }"
    async with AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(follow(subgraph, event, document)) for _ in range(40)]
        assert {(await told(each))["remaining"] for each in watchers} == {9}
        subgraph.sql.clear()
        round_trips.clear()
        await issue(subgraph, event, uuid7())
        assert {(await told(each))["remaining"] for each in watchers} == {8}
        # The event and its coupon; issuing, and the gate. A look that was due by the clock may have come as well.
        assert len(subgraph.sql) in (2, 4)
        assert len(round_trips) in (2, 3)


async def test_while_the_gate_is_lost_nothing_is_told_but_that_all_is_over(subgraph: SubgraphUnderTest) -> None:
    closes = clock.now() + timedelta(seconds=4)
    timer = asyncio.create_task(plain_timer(closes))
    event = await create_event(subgraph, closesAt=text(closes))
    document = "subscription ($id: ID!) { couponEvent(id: $id) { status } }"
    async with follow(subgraph, event, document) as payloads:
        assert await told(payloads) == {"status": "OPEN"}
        await subgraph.cache.redis.delete(Keys(event).gate)
        await update(subgraph, event, name="New")
        assert await told(payloads) == {"status": "ENDED"}
        assert closes <= clock.now() < await timer + timedelta(seconds=1)


@pytest.mark.parametrize("face", ["public", "admin"])
async def test_what_is_not_there_is_not_found(subgraph: SubgraphUnderTest, face: str) -> None:
    document = "subscription ($id: ID!) { couponEvent(id: $id) { status } }"
    for _ in range(2):
        async with subgraph.subscribe(
            document, {"id": str(uuid7())}, user=ADMIN, role=Role.ADMIN, face=face
        ) as payloads:
            with pytest.raises(SubscriptionFailed) as refused:
                await anext(payloads)
        assert refused.value.codes == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("role", "code"), [(Role.GUEST, "FORBIDDEN"), (Role.HOST, "FORBIDDEN"), (None, "UNAUTHENTICATED")]
)
async def test_the_board_is_for_administrators(subgraph: SubgraphUnderTest, role: Role | None, code: str) -> None:
    event = await create_event(subgraph)
    who: dict[str, Any] = {"user": uuid7(), "role": role} if role else {}
    async with subgraph.subscribe(BOARD, {"id": str(event)}, face="admin", **who) as payloads:
        with pytest.raises(SubscriptionFailed) as refused:
            await anext(payloads)
    assert refused.value.codes == [code]
