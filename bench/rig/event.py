"""A coupon event to rush, made as an administrator makes one, and its books."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, func, select  # noqa: TID251 (the books are read behind the service's back)

from chassis import clock
from chassis.database import Database
from chassis.kafka import Topics
from chassis.migrations import upgrade
from chassis.resources import Resources
from subgraphs.loyalty.consumers import consumer
from subgraphs.loyalty.coupon_events.create import create_coupon_event
from subgraphs.loyalty.coupon_events.gate import Gate
from subgraphs.loyalty.coupon_events.prepare import prepare_gate
from subgraphs.loyalty.coupon_events.tables import CouponEvent, CouponIssuance
from subgraphs.loyalty.coupons.create import create_coupon
from subgraphs.loyalty.coupons.tables import Coupon, CouponKind, DiscountKind
from subgraphs.loyalty.resources import open_resources
from subgraphs.loyalty.settings import Settings


@asynccontextmanager
async def loyalty(settings: Settings) -> AsyncIterator[Resources]:
    """Loyalty's own resources, its database migrated, the topics there that other subgraphs would declare."""
    await upgrade("subgraphs.loyalty", settings)
    await Topics(settings).declare(consumer.topics)
    resources = await open_resources(settings)
    try:
        yield resources
    finally:
        await resources.close()


async def open_event(resources: Resources, quantity: int) -> UUID:
    """An event that is open already."""
    database, now = resources[Database], clock.now()
    coupon = Coupon(
        name="Rush",
        kind=CouponKind.LIMITED,
        discount_kind=DiscountKind.PERCENTAGE,
        percent=10,
        currency="KRW",
        usable_from=now,
        usable_until=now + timedelta(days=30),
        quantity=quantity,
    )
    window = {"opens_at": now - timedelta(minutes=1), "closes_at": now + timedelta(hours=1)}
    event = CouponEvent(coupon_id=coupon.id, name="Rush", description="", **window)
    async with database.transaction() as session:
        await create_coupon(session, coupon)
        await create_coupon_event(session, event)
    await prepare_gate(database, resources[Gate], event.id)
    return event.id


@dataclass(frozen=True)
class Books:
    """What the gate accepted, and what PostgreSQL has of it."""

    accepted: int
    recorded: set[str]
    """Ids of the issuances."""
    lag: float
    """Seconds from the last acceptance to the last row, by the servers' clocks."""


async def count_recorded(resources: Resources, event: UUID) -> int:
    async with resources[Database].reading() as session:
        rows = await session.exec(select(func.count()).where(col(CouponIssuance.coupon_event_id) == event))
        return rows.one()


async def read_books(resources: Resources, event: UUID) -> Books:
    view = await resources[Gate].look(event)
    async with resources[Database].reading() as session:
        rows = (await session.exec(select(CouponIssuance).where(CouponIssuance.coupon_event_id == event))).all()
    last_asked = max(row.requested_at for row in rows)
    last_recorded = max(row.recorded_at for row in rows)
    lag = (last_recorded - last_asked).total_seconds()
    return Books(view.accepted if view else 0, {str(row.id) for row in rows}, lag)
