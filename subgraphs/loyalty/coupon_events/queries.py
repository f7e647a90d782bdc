"""What clients ask about coupon events."""

from typing import Any

import strawberry

from chassis import clock
from chassis.context import Info
from chassis.ids import parse_id
from chassis.types import Connection, wants_total

from . import store
from .rules import CouponEventStatus
from .types import CouponEvent, CouponEventOrder, CouponIssuance

# A default is printed as it is written: `filter: CouponEventFilter! = {}`.
ALL: Any = {}


@strawberry.input
class CouponEventFilter:
    text: str | None = None
    statuses: list[CouponEventStatus] | None = strawberry.field(
        default_factory=lambda: [CouponEventStatus.SCHEDULED, CouponEventStatus.OPEN]
    )


@strawberry.type
class CouponEventQuery:
    @strawberry.field
    async def coupon_event(self, info: Info, id: strawberry.ID) -> CouponEvent | None:  # noqa: A002 - its name
        async with info.context.database.reading() as session:
            row = await store.find_event(session, parse_id(id))
        return CouponEvent.from_row(row) if row else None

    @strawberry.field
    async def coupon_events(
        self,
        info: Info,
        filter: CouponEventFilter = ALL,  # noqa: A002 - the argument's name
        order_by: CouponEventOrder = CouponEventOrder.CLOSES_AT_ASC,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[CouponEvent]:
        conditions = []
        if filter.text:
            conditions.append(store.says(filter.text))
        if filter.statuses is not None:
            conditions.append(store.stands_as(filter.statuses, clock.now()))
        async with info.context.database.reading() as session:
            page = await store.page_of_events(
                session, *conditions, order=order_by.value, first=first, after=after, count=wants_total(info)
            )
        return Connection.of(page, CouponEvent.from_row)

    @strawberry.field(description="Own issuances only; null for one that was rejected.")
    async def coupon_issuance(self, info: Info, id: strawberry.ID) -> CouponIssuance | None:  # noqa: A002 - its name
        info.context.principal.require_user()
        return await CouponIssuance.resolve_reference(info, id)
