"""Administrators who change events, and processes that die while they do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from chassis import clock
from chassis.testing import Answer, SubgraphUnderTest
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.coupon_events.finish import finish_changes
from subgraphs.loyalty.coupon_events.gate import MICROSECOND, Gate, Keys
from subgraphs.loyalty.coupon_events.nudge import EventNudges
from subgraphs.loyalty.coupon_events.rules import to_the_millisecond
from tests.loyalty.backoffice import ask, create_event, later, text

UPDATE = """mutation ($input: UpdateCouponEventInput!) { updateCouponEvent(input: $input) {
    name description opensAt closesAt status updatedBy { id } } }"""
DELETE = "mutation ($id: ID!) { deleteCouponEvent(couponEventId: $id) { id deletedAt deletedBy { id } } }"
EVENT = """query ($id: ID!) { couponEvent(id: $id) {
    name description opensAt closesAt status deletedAt updatedAt updatedBy { id } coupon { id } } }"""


class Died(Exception):
    """A process, at that very moment."""


def hours(many: float) -> str:
    return text(clock.now() + timedelta(hours=many))


async def create_scheduled(subgraph: SubgraphUnderTest, **changes: Any) -> UUID:
    """One that opens in an hour, for an hour."""
    return await create_event(subgraph, **({"opensAt": hours(1), "closesAt": hours(2)} | changes))


async def update(subgraph: SubgraphUnderTest, event: UUID, **changes: Any) -> Answer:
    return await ask(subgraph, UPDATE, input={"couponEventId": str(event)} | changes)


async def delete(subgraph: SubgraphUnderTest, event: UUID) -> Answer:
    return await ask(subgraph, DELETE, id=str(event))


async def read(subgraph: SubgraphUnderTest, event: UUID) -> dict[str, Any]:
    answer = await ask(subgraph, EVENT, id=str(event))
    assert answer.errors == []
    found: dict[str, Any] = answer.data["couponEvent"]
    return found


async def finish(subgraph: SubgraphUnderTest) -> None:
    """What is left of six seconds ago."""
    with later(seconds=6):
        await finish_changes(subgraph.database, subgraph.resources[Gate], subgraph.resources[EventNudges])


async def pass_time(subgraph: SubgraphUnderTest, event: UUID, **by: float) -> None:
    """As if the event had been planned for so much earlier: its row, and its gate, which goes by the clock of Redis."""
    shift = timedelta(**by)
    async with subgraph.database.transaction() as session:
        row = await store.lock_event(session, event)
        row.opens_at, row.closes_at = row.opens_at - shift, row.closes_at - shift
    for field in ("opens", "closes"):
        await subgraph.cache.redis.hincrby(Keys(event).gate, field, -(shift // MICROSECOND))


@contextmanager
def dying(step: str, *, after: bool) -> Iterator[None]:
    """Whoever asks that of the gate dies before it does it, or after it has."""
    done = getattr(Gate, step)

    async def die(*given: object) -> None:
        if after:
            await done(*given)
        raise Died

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Gate, step, die)
        yield


@contextmanager
def away(step: str) -> Iterator[None]:
    """Redis, for whoever asks that of the gate."""

    async def refuse(*_: object) -> None:
        raise RedisConnectionError("refused")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Gate, step, refuse)
        yield


def same(shown: str, instant: str) -> bool:
    return instant_of(shown) == instant_of(instant)


def instant_of(said: str) -> datetime:
    """To the millisecond, as the graph shows instants."""
    return to_the_millisecond(datetime.fromisoformat(said))
