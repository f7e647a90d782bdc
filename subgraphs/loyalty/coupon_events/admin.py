"""Coupon events in the back office: what administrators see of them and do to them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, Self, TypeAlias
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement

from chassis import clock
from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.roles import Role, requires_role
from chassis.types import Connection, wants_total

from ..coupons.admin import AdminCoupon
from ..coupons.loaders import coupons_by_id
from ..references import User
from . import rules, store, tables
from .change import change_event
from .close import close_coupon_event
from .create import create_coupon_event
from .delete import delete_coupon_event
from .follow import Follow
from .gate import Gate
from .loaders import (
    EventsWish,
    dead_letters_by_event,
    events_by_id,
    gate_views,
    pages_of_events,
    recorded_by_event,
)
from .nudge import EventNudges
from .prepare import prepare_gate_now_or_later
from .rules import CouponEventStatus
from .types import CouponEventOrder, known
from .update import Update, update_coupon_event

BY_ADMIN = requires_role(Role.ADMIN)
# A default is printed as it is written: `filter: CouponEventFilter! = {}`.
ALL: Any = {}

Wished: TypeAlias = Awaitable[tables.CouponEventChange | None]


@strawberry.type(
    description="The two books side by side. In a quiet moment `accepted` = `recorded` and `inFlight` = 0."
)
class CouponStock:
    quantity: int | None
    accepted: int
    recorded: int
    in_flight: int
    dead_lettered: int
    remaining: int | None
    asked: int = strawberry.field(
        description="How often it was asked for a coupon, accepted or not; at least so often once it was rebuilt."
    )
    generation: int = strawberry.field(description="How often the gate was rebuilt, from 1.")
    unavailable_since: datetime | None = strawberry.field(
        description="Since when the gate is away or being rebuilt, and whoever asks is told UNAVAILABLE; null while it "
        "answers. Until then the figures are those of the rows."
    )

    @classmethod
    def of(cls, stock: rules.Stock) -> Self:
        return cls(
            quantity=stock.quantity,
            accepted=stock.accepted,
            recorded=stock.recorded,
            in_flight=stock.in_flight,
            dead_lettered=stock.dead_lettered,
            remaining=stock.remaining,
            asked=stock.asked,
            generation=stock.generation,
            unavailable_since=stock.unavailable_since,
        )


@strawberry.federation.type(name="CouponEvent", keys=["id"])
class AdminCouponEvent:
    id: strawberry.ID
    name: str
    description: str
    opens_at: datetime
    closes_at: datetime
    created_at: datetime
    created_by: User | None
    updated_at: datetime
    updated_by: User | None
    deleted_at: datetime | None
    deleted_by: User | None
    row: strawberry.Private[tables.CouponEvent]
    seen: strawberry.Private[rules.Seen | None] = None
    """What whoever follows it saw, together with all others who follow it."""

    @strawberry.field
    async def status(self, info: Info) -> CouponEventStatus:
        if self.seen:
            return self.seen.status
        view = await info.context.loader(gate_views).load(self.row.id)
        return rules.status_of(self.row, view, clock.now())

    @strawberry.field
    async def coupon(self, info: Info) -> AdminCoupon:
        if self.seen:
            return AdminCoupon.from_row(self.seen.coupon)
        return AdminCoupon.from_row(known(await info.context.loader(coupons_by_id).load(self.row.coupon_id)))

    @strawberry.field
    async def stock(self, info: Info) -> CouponStock:
        if self.seen:
            return CouponStock.of(self.seen.stock)
        recorded, dead_lettered, view = await asyncio.gather(
            info.context.loader(recorded_by_event).load(self.row.id),
            info.context.loader(dead_letters_by_event).load(self.row.id),
            info.context.loader(gate_views).load(self.row.id),
        )
        return CouponStock.of(rules.stock_of(self.row, view, recorded, dead_lettered, clock.now()))

    @classmethod
    def from_row(cls, row: tables.CouponEvent, seen: rules.Seen | None = None) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            description=row.description,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            created_at=row.created_at,
            created_by=User.of(row.created_by),
            updated_at=row.updated_at,
            updated_by=User.of(row.updated_by),
            deleted_at=row.deleted_at,
            deleted_by=User.of(row.deleted_by),
            row=row,
            seen=seen,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        if info.context.principal.role is not Role.ADMIN:
            return None
        row = await info.context.loader(events_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@field_of(AdminCoupon)
async def events(
    coupon: strawberry.Parent[AdminCoupon], info: Info, first: int = 20, after: str | None = None
) -> Connection[AdminCouponEvent]:
    wish = EventsWish(store.CouponEventOrder.OPENS_AT_DESC, first, after, wants_total(info))
    page = await info.context.loader(pages_of_events).load((parse_id(coupon.id), wish))
    return Connection.of(page, AdminCouponEvent.from_row)


@strawberry.input
class CreateCouponEventInput:
    coupon_id: strawberry.ID
    name: str
    description: str
    opens_at: datetime
    closes_at: datetime

    def to_row(self) -> tables.CouponEvent:
        return tables.CouponEvent(
            coupon_id=parse_id(self.coupon_id, "couponId"),
            name=self.name,
            description=self.description,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
        )


@strawberry.input
class UpdateCouponEventInput:
    coupon_event_id: strawberry.ID
    name: str | None = None
    description: str | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    def to_update(self) -> Update:
        return Update(self.name, self.description, self.opens_at, self.closes_at)


@strawberry.input(name="CouponEventFilter")
class AdminCouponEventFilter:
    text: str | None = None
    statuses: list[CouponEventStatus] | None = None
    opens_from: datetime | None = None
    closes_to: datetime | None = None
    deleted: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        wanted = (
            store.says(self.text) if self.text else None,
            store.stands_as(self.statuses, clock.now()) if self.statuses is not None else None,
            store.opens_from(self.opens_from) if self.opens_from else None,
            store.closes_to(self.closes_to) if self.closes_to else None,
        )
        return [condition for condition in wanted if condition is not None]


@strawberry.type
class CouponEventAdminQuery:
    @strawberry.field(extensions=[BY_ADMIN])
    async def coupon_event(self, info: Info, id: strawberry.ID) -> AdminCouponEvent | None:  # noqa: A002 - its name
        return await AdminCouponEvent.resolve_reference(info, id)

    @strawberry.field(extensions=[BY_ADMIN])
    async def coupon_events(
        self,
        info: Info,
        filter: AdminCouponEventFilter = ALL,  # noqa: A002 - the argument's name
        order_by: CouponEventOrder = CouponEventOrder.OPENS_AT_DESC,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[AdminCouponEvent]:
        async with info.context.database.reading() as session:
            page = await store.page_of_events(
                session,
                *filter.conditions(),
                deleted=bool(filter.deleted),
                order=order_by.value,
                first=first,
                after=after,
                count=wants_total(info),
            )
        return Connection.of(page, AdminCouponEvent.from_row)


@strawberry.type
class CouponEventAdminMutation:
    @strawberry.mutation(extensions=[BY_ADMIN])
    async def create_coupon_event(self, info: Info, input: CreateCouponEventInput) -> AdminCouponEvent:  # noqa: A002
        context = info.context
        async with context.database.transaction(by=context.principal.user_id) as session:
            event = await create_coupon_event(session, input.to_row())
        await prepare_gate_now_or_later(context.database, context.resources[Gate], event.id)
        return await _read_again(info, event.id)

    @strawberry.mutation(description="No more coupons from now on; those issued stay usable.", extensions=[BY_ADMIN])
    async def close_coupon_event(self, info: Info, coupon_event_id: strawberry.ID) -> AdminCouponEvent:
        return await _change(info, parse_id(coupon_event_id, "couponEventId"), close_coupon_event)

    @strawberry.mutation(description="Times can change only before the event opens.", extensions=[BY_ADMIN])
    async def update_coupon_event(self, info: Info, input: UpdateCouponEventInput) -> AdminCouponEvent:  # noqa: A002
        event_id = parse_id(input.coupon_event_id, "couponEventId")
        return await _change(info, event_id, partial(update_coupon_event, update=input.to_update()))

    @strawberry.mutation(description="Only an event that never opened.", extensions=[BY_ADMIN])
    async def delete_coupon_event(self, info: Info, coupon_event_id: strawberry.ID) -> AdminCouponEvent:
        return await _change(info, parse_id(coupon_event_id, "couponEventId"), delete_coupon_event)


@strawberry.type
class CouponEventAdminSubscription:
    @strawberry.subscription(
        description="The event as it is now, then as its stock moves: the board to watch a rush on.",
        extensions=[BY_ADMIN],
    )
    async def coupon_event(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the argument's name
    ) -> AsyncIterator[AdminCouponEvent]:
        async for seen in info.context.resources[Follow].board(parse_id(id)):
            yield AdminCouponEvent.from_row(seen.event, seen)


async def _change(info: Info, coupon_event_id: UUID, wish: Callable[..., Wished]) -> AdminCouponEvent:
    """`wish(session, coupon_event_id, by=…)` says what is to change."""
    context, by = info.context, info.context.principal.require_user()
    gate, nudges = context.resources[Gate], context.resources[EventNudges]
    await change_event(context.database, gate, nudges, by, lambda session: wish(session, coupon_event_id, by=by))
    return await _read_again(info, coupon_event_id)


async def _read_again(info: Info, coupon_event_id: UUID) -> AdminCouponEvent:
    """As it is after its gate was asked."""
    async with info.context.database.reading() as session:
        events = await store.events_by_id(session, [coupon_event_id])
    return AdminCouponEvent.from_row(events[coupon_event_id])
