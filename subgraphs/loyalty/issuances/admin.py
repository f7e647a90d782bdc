"""Issuances in the back office: whom an event accepted, recorded or not yet."""

from datetime import datetime
from enum import Enum
from typing import Self
from uuid import UUID

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.roles import Role
from chassis.types import Connection, wants_total

from ..coupon_events.admin import AdminCouponEvent
from ..coupon_events.loaders import issuances_by_id
from ..coupon_events.rules import CouponIssuanceStatus
from ..coupon_events.tables import CouponIssuance
from ..coupon_events.types import known
from ..coupons.admin import AdminUserCoupon
from ..coupons.loaders import owned_coupons_by_id
from ..references import User
from .loaders import pages_of_issuances
from .rules import Accepted, Wish


@strawberry.enum(name="CouponIssuanceStatus")
class AdminCouponIssuanceStatus(Enum):
    PENDING = CouponIssuanceStatus.PENDING
    ISSUED = CouponIssuanceStatus.ISSUED


@strawberry.federation.type(name="CouponIssuance", keys=["id"])
class AdminCouponIssuance:
    id: strawberry.ID
    user: User | None
    status: AdminCouponIssuanceStatus
    rank: int | None
    requested_at: datetime
    user_coupon_id: strawberry.Private[UUID | None]

    @strawberry.field
    async def user_coupon(self, info: Info) -> AdminUserCoupon | None:
        if self.user_coupon_id is None:
            return None
        return AdminUserCoupon.from_row(known(await info.context.loader(owned_coupons_by_id).load(self.user_coupon_id)))

    @classmethod
    def of(cls, found: Accepted) -> Self:
        """From either book."""
        recorded = found if isinstance(found, CouponIssuance) else None
        return cls(
            id=strawberry.ID(str(found.id if isinstance(found, CouponIssuance) else found.issuance_id)),
            user=User.of(found.user_id),
            status=AdminCouponIssuanceStatus.ISSUED if recorded else AdminCouponIssuanceStatus.PENDING,
            rank=found.rank,
            requested_at=found.requested_at,
            user_coupon_id=recorded.user_coupon_id if recorded else None,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        """Once it is recorded: an id alone does not say in whose stream it would wait."""
        if info.context.principal.role is not Role.ADMIN:
            return None
        row = await info.context.loader(issuances_by_id).load(parse_id(id))
        return cls.of(row) if row else None


@field_of(AdminCouponEvent)
async def issuances(
    event: strawberry.Parent[AdminCouponEvent],
    info: Info,
    statuses: list[AdminCouponIssuanceStatus] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[AdminCouponIssuance]:
    wanted = frozenset(each.value for each in (AdminCouponIssuanceStatus if statuses is None else statuses))
    wish = Wish(wanted, first, after, wants_total(info))
    page = await info.context.loader(pages_of_issuances).load((event.row.id, wish))
    return Connection.of(page, AdminCouponIssuance.of)
