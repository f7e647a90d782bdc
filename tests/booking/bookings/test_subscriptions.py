"""A booking is pushed as it changes, to its guest alone."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from chassis.testing_sockets import Subscription, SubscriptionFailed
from tests.booking.story import Story

FOLLOW = "subscription ($id: ID!) { booking(id: $id) { id status price { total { amount } } refusal { code } } }"


def follow(subgraph: SubgraphUnderTest, booking_id: UUID, user: UUID | None) -> Subscription:
    return subgraph.subscribe(FOLLOW, {"id": str(booking_id)}, user=user)


async def status_of(payloads: Subscription) -> Any:
    return (await anext(payloads))["booking"]["status"]


async def until(payloads: Subscription, status: str) -> list[str]:
    """The statuses up to and with that one, without repeats."""
    seen: list[str] = []
    while status not in seen:
        shown = await status_of(payloads)
        seen += [shown] if shown not in seen else []
    return seen


async def test_the_booking_as_it_is_comes_first_and_then_each_change(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    async with follow(subgraph, story.id, story.guest) as payloads:
        assert await anext(payloads) == {
            "booking": {"id": str(story.id), "status": "PENDING", "price": None, "refusal": None}
        }
        await story.hold_nights()
        assert (await anext(payloads))["booking"]["price"] == {"total": {"amount": 110000}}
        await story.open_payment()
        assert await until(payloads, "AWAITING_PAYMENT") == ["AWAITING_PAYMENT"]
        await story.pay()
        await story.tell("accommodation.nights.confirmed")
        # A nudge says no more than "look": who looks late sees only what became of it.
        assert await until(payloads, "CONFIRMED") in (["AWAITING_PAYMENT", "CONFIRMED"], ["CONFIRMED"])


async def test_it_ends_when_the_booking_can_change_no_more(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    async with follow(subgraph, story.id, story.guest) as payloads:
        await anext(payloads)
        await story.tell("accommodation.nights.refused", reason="SOLD_OUT", message="Sold out.", night=None)
        assert (await anext(payloads))["booking"] == {
            "id": str(story.id),
            "status": "REFUSED",
            "price": None,
            "refusal": {"code": "SOLD_OUT"},
        }
        with pytest.raises(StopAsyncIteration):
            await anext(payloads)


async def test_what_has_ended_is_sent_once(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.tell("accommodation.nights.refused", reason="SOLD_OUT", message="Sold out.", night=None)
    async with follow(subgraph, story.id, story.guest) as payloads:
        assert [payload["booking"]["status"] async for payload in payloads] == ["REFUSED"]


async def test_many_watch_and_each_sees_the_end(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)

    async def watch_to_the_end(watching: asyncio.Barrier) -> list[str]:
        async with follow(subgraph, story.id, story.guest) as payloads:
            seen = [await status_of(payloads)]
            await watching.wait()
            return seen + [payload["booking"]["status"] async for payload in payloads]

    watching = asyncio.Barrier(21)
    watchers = [asyncio.create_task(watch_to_the_end(watching)) for _ in range(20)]
    await watching.wait()
    await story.tell("accommodation.nights.refused", reason="SOLD_OUT", message="Sold out.", night=None)
    assert await asyncio.gather(*watchers) == [["PENDING", "REFUSED"]] * 20


@pytest.mark.parametrize("whose", ["another's", "nobody's"])
async def test_what_is_not_ones_own_is_not_found(subgraph: SubgraphUnderTest, whose: str) -> None:
    story = await Story.begin(subgraph)
    booking_id = story.id if whose == "another's" else uuid7()
    async with follow(subgraph, booking_id, uuid7()) as payloads:
        with pytest.raises(SubscriptionFailed) as failure:
            await anext(payloads)
    assert failure.value.codes == ["NOT_FOUND"]


async def test_nobody_watches_without_signing_in(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    async with follow(subgraph, story.id, None) as payloads:
        with pytest.raises(SubscriptionFailed) as failure:
            await anext(payloads)
    assert failure.value.codes == ["UNAUTHENTICATED"]
