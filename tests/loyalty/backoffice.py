"""What an administrator does before a test begins: coupons and events, through the back office."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import ConnectionPool
from redis.exceptions import ConnectionError as RedisAway
from sqlmodel import select

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import Answer, SubgraphUnderTest
from subgraphs.loyalty.coupons.tables import Coupon

ADMIN = uuid7()

CREATE_COUPON = "mutation ($input: CreateCouponInput!) { createCoupon(input: $input) { id } }"
DELETE_COUPON = "mutation ($id: ID!) { deleteCoupon(couponId: $id) { deletedAt deletedBy { id } } }"
CREATE_EVENT = "mutation ($input: CreateCouponEventInput!) { createCouponEvent(input: $input) { id } }"
REVOKE = """mutation ($id: ID!, $reason: String!) { revokeUserCoupon(userCouponId: $id, reason: $reason) {
    status revokedReason coupon { issued used } } }"""
CLOSE_EVENT = "mutation ($id: ID!) { closeCouponEvent(couponEventId: $id) { status } }"
STOCK = """query ($id: ID!) { couponEvent(id: $id) {
    status stock { quantity accepted recorded inFlight deadLettered remaining generation } } }"""


@contextmanager
def redis_away() -> Iterator[None]:
    """Nothing gets through to Redis, as when it refuses connections."""

    async def refuse(*_: object, **__: object) -> None:
        raise RedisAway("refused")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ConnectionPool, "get_connection", refuse)
        yield


async def ask(subgraph: SubgraphUnderTest, document: str, **variables: Any) -> Answer:
    return await subgraph.graphql(document, variables, user=ADMIN, role=Role.ADMIN, face="admin")


def a_coupon(**changes: Any) -> dict[str, Any]:
    """Input for a coupon of 10 percent, usable for a month."""
    now = clock.now()
    return {
        "name": "Ten percent",
        "kind": "LIMITED",
        "discount": {"kind": "PERCENTAGE", "percent": 10},
        "usableFrom": text(now - timedelta(days=1)),
        "usableUntil": text(now + timedelta(days=30)),
        "quantity": 100,
    } | changes


def an_event(coupon_id: UUID, **changes: Any) -> dict[str, Any]:
    """Input for an event that is open, for an hour more."""
    now = clock.now()
    return {
        "couponId": str(coupon_id),
        "name": "First come",
        "description": "One each.",
        "opensAt": text(now - timedelta(minutes=1)),
        "closesAt": text(now + timedelta(hours=1)),
    } | changes


async def create_coupon(subgraph: SubgraphUnderTest, *, over: bool = False, **changes: Any) -> UUID:
    """`over`: nobody can use it any more since a moment ago, as if it had been created before."""
    answer = await ask(subgraph, CREATE_COUPON, input=a_coupon(**changes))
    assert answer.errors == [], answer.errors
    coupon_id = UUID(answer.data["createCoupon"]["id"])
    if over:
        async with subgraph.database.transaction() as session:
            coupon = (await session.exec(select(Coupon).where(Coupon.id == coupon_id))).one()
            coupon.usable_from, coupon.usable_until = clock.now() - timedelta(days=9), clock.now()
    return coupon_id


async def create_event(subgraph: SubgraphUnderTest, *, quantity: int | None = 100, **changes: Any) -> UUID:
    """An event with a coupon of its own; without a quantity, as many as people want."""
    kind = "LIMITED" if quantity else "UNLIMITED"
    coupon_id = await create_coupon(subgraph, kind=kind, quantity=quantity)
    answer = await ask(subgraph, CREATE_EVENT, input=an_event(coupon_id, **changes))
    assert answer.errors == [], answer.errors
    return UUID(answer.data["createCouponEvent"]["id"])


async def revoke(
    subgraph: SubgraphUnderTest, user_coupon_id: UUID, reason: str = "Bought by a bot.", *, by: UUID = ADMIN
) -> Answer:
    given = {"id": str(user_coupon_id), "reason": reason}
    return await subgraph.graphql(REVOKE, given, user=by, role=Role.ADMIN, face="admin")


async def stock(subgraph: SubgraphUnderTest, event_id: UUID) -> dict[str, Any]:
    answer = await ask(subgraph, STOCK, id=str(event_id))
    assert answer.errors == [], answer.errors
    found: dict[str, Any] = answer.data["couponEvent"]["stock"]
    return found


@contextmanager
def later(**by: float) -> Iterator[None]:
    """The clock turned ahead; whatever needs a token is asked before or after, for tokens expire by it."""
    with at(clock.now() + timedelta(**by)):
        yield


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """The clock stopped there."""
    with pytest.MonkeyPatch.context() as turned:
        turned.setattr(clock, "now", lambda: instant)
        yield


def text(instant: datetime) -> str:
    return instant.isoformat()
