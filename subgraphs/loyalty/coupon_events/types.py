"""Coupon events, and what became of those who asked, as the graph shows them."""

from datetime import datetime
from enum import Enum
from typing import Self, TypeVar
from uuid import UUID

import strawberry

from chassis import clock
from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id

from ..coupons.loaders import coupons_by_id, owned_coupons_by_id
from ..coupons.types import Coupon, UserCoupon
from . import rules, store, tables
from .gate import GateLost
from .loaders import events_by_id, gate_views, issuances_by_id, own_issuances_by_id, recorded_by_event
from .rules import Acceptance, CouponEventStatus, CouponRejection, Rejection

Row = TypeVar("Row")

strawberry.enum(CouponEventStatus)
strawberry.enum(CouponRejection)


@strawberry.enum
class CouponEventOrder(Enum):
    OPENS_AT_ASC = store.CouponEventOrder.OPENS_AT_ASC
    OPENS_AT_DESC = store.CouponEventOrder.OPENS_AT_DESC
    CLOSES_AT_ASC = store.CouponEventOrder.CLOSES_AT_ASC
    CLOSES_AT_DESC = store.CouponEventOrder.CLOSES_AT_DESC


@strawberry.enum
class CouponIssuanceStatus(Enum):
    PENDING = strawberry.enum_value(
        rules.CouponIssuanceStatus.PENDING,
        description="Accepted: the coupon is the viewer's and is being written down.",
    )
    ISSUED = rules.CouponIssuanceStatus.ISSUED
    REJECTED = strawberry.enum_value(
        rules.CouponIssuanceStatus.REJECTED,
        description="Not accepted. Nothing is kept of it; asking again is decided anew.",
    )


@strawberry.federation.type(keys=["id"])
class CouponEvent:
    id: strawberry.ID
    name: str
    description: str
    opens_at: datetime
    closes_at: datetime
    row: strawberry.Private[tables.CouponEvent]
    seen: strawberry.Private[rules.Seen | None] = None
    """What whoever follows it saw, together with all others who follow it."""

    @strawberry.field
    async def status(self, info: Info) -> CouponEventStatus:
        return rules.status_of(self.row, await self._view(info), clock.now())

    @strawberry.field
    async def coupon(self, info: Info) -> Coupon:
        if self.seen:
            return Coupon.from_row(self.seen.coupon)
        coupon = await info.context.loader(coupons_by_id).load(self.row.coupon_id)
        return Coupon.from_row(known(coupon))

    @strawberry.field(description="Null when unlimited.")
    async def remaining(self, info: Info) -> int | None:
        if self.row.quantity is None:
            return None
        if view := await self._view(info):
            return view.remaining
        if self.row.settled_at is None:
            raise GateLost
        return self.row.quantity - await info.context.loader(recorded_by_event).load(self.row.id)

    @strawberry.field(description="Null when the viewer has won nothing here, or nobody is signed in.")
    async def viewer_issuance(self, info: Info) -> "CouponIssuance | None":
        user_id = info.context.principal.user_id
        if user_id is None:
            return None
        # What hangs on the issuance leads back to this event, at whatever moment its book answered.
        info.context.loader(events_by_id).prime(self.row.id, self.row)
        if recorded := await info.context.loader(issuances_by_id).load(rules.issuance_id(self.row.id, user_id)):
            return CouponIssuance.of(recorded)
        view = await info.context.loader(gate_views).load(self.row.id)
        if view is None and self.row.settled_at is None:
            raise GateLost
        return CouponIssuance.of(view.acceptance) if view and view.acceptance else None

    async def _view(self, info: Info) -> rules.GateView | None:
        return self.seen.gate if self.seen else await info.context.loader(gate_views).load(self.row.id)

    @classmethod
    def from_row(cls, row: tables.CouponEvent, seen: rules.Seen | None = None) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            description=row.description,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            row=row,
            seen=seen,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(events_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@strawberry.federation.type(keys=["id"])
class CouponIssuance:
    id: strawberry.ID
    status: CouponIssuanceStatus
    rejection: CouponRejection | None
    rank: int | None = strawberry.field(
        description="The order of acceptance, from 1; may have gaps. Null when REJECTED."
    )
    requested_at: datetime
    coupon_event_id: strawberry.Private[UUID]
    user_coupon_id: strawberry.Private[UUID | None] = None
    """Where the row is at hand."""

    @strawberry.field
    async def coupon_event(self, info: Info) -> CouponEvent:
        return CouponEvent.from_row(known(await info.context.loader(events_by_id).load(self.coupon_event_id)))

    @strawberry.field
    async def user_coupon(self, info: Info) -> UserCoupon | None:
        if self.status is not CouponIssuanceStatus.ISSUED:
            return None
        owned = await info.context.loader(owned_coupons_by_id).load(await self._user_coupon_id(info))
        return UserCoupon.from_row(known(owned))

    async def _user_coupon_id(self, info: Info) -> UUID:
        if self.user_coupon_id:
            return self.user_coupon_id
        return known(await info.context.loader(issuances_by_id).load(parse_id(self.id))).user_coupon_id

    @classmethod
    def of(cls, found: tables.CouponIssuance | Acceptance) -> Self:
        """From either book."""
        pending = isinstance(found, Acceptance) and found.is_pending
        return cls(
            id=strawberry.ID(str(rules.issuance_id(found.coupon_event_id, found.user_id))),
            status=CouponIssuanceStatus.PENDING if pending else CouponIssuanceStatus.ISSUED,
            rejection=None,
            rank=found.rank,
            requested_at=found.requested_at,
            coupon_event_id=found.coupon_event_id,
            user_coupon_id=None if isinstance(found, Acceptance) else found.user_coupon_id,
        )

    @classmethod
    def rejected(cls, coupon_event_id: UUID, user_id: UUID, rejection: Rejection) -> Self:
        return cls(
            id=strawberry.ID(str(rules.issuance_id(coupon_event_id, user_id))),
            status=CouponIssuanceStatus.REJECTED,
            rejection=rejection.reason,
            rank=None,
            requested_at=rejection.requested_at,
            coupon_event_id=coupon_event_id,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        """Only to the person whose it is, as everywhere."""
        found = await info.context.loader(own_issuances_by_id).load(parse_id(id))
        return cls.of(found) if found else None


@field_of(UserCoupon, description="Null when an administrator gave it.")
async def coupon_event(user_coupon: strawberry.Parent[UserCoupon], info: Info) -> CouponEvent | None:
    if user_coupon.coupon_event_id is None:
        return None
    return CouponEvent.from_row(known(await info.context.loader(events_by_id).load(user_coupon.coupon_event_id)))


def known(row: Row | None) -> Row:
    """What a foreign key points at."""
    if row is None:
        raise LookupError("A row is gone that others point at.")
    return row
