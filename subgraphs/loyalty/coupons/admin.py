"""Coupons in the back office: what administrators see of them and do to them."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Self

import strawberry

from chassis import clock
from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.roles import Role, requires_role
from chassis.texts import ensure_searchable
from chassis.types import Connection, Money, wants_total

from ..references import User
from . import store, tables
from .create import create_coupon
from .delete import delete_coupon
from .grant import grant_coupon
from .loaders import coupons_by_id, issued_by_coupon, owned_coupons_by_id, pages_of_owned_coupons
from .revoke import revoke_user_coupon
from .rules import Grant, OwnedCoupon, UserCouponStatus, status_of
from .types import CouponKind, Discount, DiscountKind, money_of

BY_ADMIN = requires_role(Role.ADMIN)
# A default is printed as it is written: `filter: CouponFilter! = {}`.
ALL: Any = {}


@strawberry.federation.type(name="Coupon", keys=["id"])
class AdminCoupon:
    id: strawberry.ID
    name: str
    kind: CouponKind
    discount: Discount
    minimum_order: Money | None
    maximum_order: Money | None
    usable_from: datetime
    usable_until: datetime
    quantity: int | None
    created_at: datetime
    created_by: User | None
    updated_at: datetime
    updated_by: User | None
    deleted_at: datetime | None
    deleted_by: User | None

    @strawberry.field
    async def issued(self, info: Info) -> int:
        return (await info.context.loader(issued_by_coupon).load(parse_id(self.id)))[0]

    @strawberry.field
    async def used(self, info: Info) -> int:
        return (await info.context.loader(issued_by_coupon).load(parse_id(self.id)))[1]

    @classmethod
    def from_row(cls, row: tables.Coupon) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            kind=CouponKind(row.kind),
            discount=Discount.from_row(row),
            minimum_order=money_of(row.minimum_order, row.currency),
            maximum_order=money_of(row.maximum_order, row.currency),
            usable_from=row.usable_from,
            usable_until=row.usable_until,
            quantity=row.quantity,
            created_at=row.created_at,
            created_by=User.of(row.created_by),
            updated_at=row.updated_at,
            updated_by=User.of(row.updated_by),
            deleted_at=row.deleted_at,
            deleted_by=User.of(row.deleted_by),
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        if info.context.principal.role is not Role.ADMIN:
            return None
        row = await info.context.loader(coupons_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@strawberry.federation.type(name="UserCoupon", keys=["id"])
class AdminUserCoupon:
    id: strawberry.ID = strawberry.field(extensions=[BY_ADMIN])
    user: User | None = strawberry.field(extensions=[BY_ADMIN])
    coupon: AdminCoupon = strawberry.field(extensions=[BY_ADMIN])
    status: UserCouponStatus = strawberry.field(extensions=[BY_ADMIN])
    revoked_reason: str | None = strawberry.field(extensions=[BY_ADMIN])
    issued_at: datetime = strawberry.field(extensions=[BY_ADMIN])
    used_at: datetime | None = strawberry.field(extensions=[BY_ADMIN])

    @classmethod
    def from_row(cls, owned: OwnedCoupon) -> Self:
        user_coupon, coupon, hold = owned
        return cls(
            id=strawberry.ID(str(user_coupon.id)),
            user=User.of(user_coupon.user_id),
            coupon=AdminCoupon.from_row(coupon),
            status=status_of(owned, clock.now()),
            revoked_reason=user_coupon.revoked_reason,
            issued_at=user_coupon.issued_at,
            used_at=hold.spent_at if hold else None,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        if info.context.principal.role is not Role.ADMIN:
            return None
        owned = await info.context.loader(owned_coupons_by_id).load(parse_id(id))
        return cls.from_row(owned) if owned else None


@field_of(User, extensions=[BY_ADMIN])
async def coupons(
    user: strawberry.Parent[User],
    info: Info,
    statuses: list[UserCouponStatus] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[AdminUserCoupon] | None:
    wish = store.CouponsWish(
        statuses=None if statuses is None else tuple(statuses),
        order=store.UserCouponOrder.ISSUED_AT_DESC,
        first=first,
        after=after,
        count=wants_total(info),
    )
    page = await info.context.loader(pages_of_owned_coupons).load((parse_id(user.id), wish))
    return Connection.of(page, AdminUserCoupon.from_row)


@strawberry.input
class DiscountInput:
    kind: DiscountKind
    percent: int | None = None
    amount: Decimal | None = None
    cap: Decimal | None = None


@strawberry.input
class CreateCouponInput:
    name: str
    kind: CouponKind
    discount: DiscountInput
    minimum_order: Decimal | None = None
    maximum_order: Decimal | None = None
    usable_from: datetime
    usable_until: datetime
    quantity: int | None = strawberry.field(
        default=None, description="LIMITED needs one, 1 to 1,000,000; UNLIMITED refuses one."
    )

    def to_row(self, currency: str) -> tables.Coupon:
        return tables.Coupon(
            name=self.name,
            kind=self.kind.value,
            discount_kind=self.discount.kind.value,
            percent=self.discount.percent,
            amount=self.discount.amount,
            cap=self.discount.cap,
            minimum_order=self.minimum_order,
            maximum_order=self.maximum_order,
            currency=currency,
            usable_from=self.usable_from,
            usable_until=self.usable_until,
            quantity=self.quantity,
        )


@strawberry.input
class GrantCouponInput:
    idempotency_key: strawberry.ID
    user_id: strawberry.ID
    coupon_id: strawberry.ID
    reason: str

    def to_grant(self) -> Grant:
        return Grant(
            key=str(self.idempotency_key),
            user_id=parse_id(self.user_id, "userId"),
            coupon_id=parse_id(self.coupon_id, "couponId"),
            reason=self.reason,
        )


@strawberry.input
class CouponFilter:
    text: str | None = None
    kinds: list[CouponKind] | None = None
    deleted: bool | None = None


@strawberry.enum
class CouponOrder(Enum):
    CREATED_AT_DESC = store.CouponOrder.CREATED_AT_DESC
    CREATED_AT_ASC = store.CouponOrder.CREATED_AT_ASC
    NAME_ASC = store.CouponOrder.NAME_ASC


@strawberry.type
class CouponAdminQuery:
    @strawberry.field(extensions=[BY_ADMIN])
    async def coupon(self, info: Info, id: strawberry.ID) -> AdminCoupon | None:  # noqa: A002 - the argument's name
        row = await info.context.loader(coupons_by_id).load(parse_id(id))
        return AdminCoupon.from_row(row) if row else None

    @strawberry.field(extensions=[BY_ADMIN])
    async def coupons(
        self,
        info: Info,
        filter: CouponFilter = ALL,  # noqa: A002 - the argument's name
        order_by: CouponOrder = CouponOrder.CREATED_AT_DESC,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[AdminCoupon]:
        ensure_searchable(filter.text or "")
        async with info.context.database.reading() as session:
            page = await store.page_of_coupons(
                session,
                text=filter.text,
                kinds=None if filter.kinds is None else [kind.value for kind in filter.kinds],
                deleted=filter.deleted,
                order=order_by.value,
                first=first,
                after=after,
                count=wants_total(info),
            )
        return Connection.of(page, AdminCoupon.from_row)


@strawberry.type
class CouponAdminMutation:
    @strawberry.mutation(extensions=[BY_ADMIN])
    async def create_coupon(self, info: Info, input: CreateCouponInput) -> AdminCoupon:  # noqa: A002 - its name
        async with info.context.database.transaction(by=info.context.principal.user_id) as session:
            coupon = await create_coupon(session, input.to_row(info.context.settings.currency))
        return AdminCoupon.from_row(coupon)

    @strawberry.mutation(description="No new event may use it; what is issued stays usable.", extensions=[BY_ADMIN])
    async def delete_coupon(self, info: Info, coupon_id: strawberry.ID) -> AdminCoupon:
        async with info.context.database.transaction(by=info.context.principal.user_id) as session:
            coupon = await delete_coupon(session, parse_id(coupon_id, "couponId"))
        return AdminCoupon.from_row(coupon)

    @strawberry.mutation(description="UNLIMITED coupons only.", extensions=[BY_ADMIN])
    async def grant_coupon(self, info: Info, input: GrantCouponInput) -> AdminUserCoupon:  # noqa: A002 - its name
        by = info.context.principal.require_user()
        async with info.context.database.transaction(by=by) as session:
            granted = await grant_coupon(session, input.to_grant(), by)
        return AdminUserCoupon.from_row(granted)

    @strawberry.mutation(extensions=[BY_ADMIN])
    async def revoke_user_coupon(self, info: Info, user_coupon_id: strawberry.ID, reason: str) -> AdminUserCoupon:
        by = info.context.principal.require_user()
        async with info.context.database.transaction(by=by) as session:
            revoked = await revoke_user_coupon(session, parse_id(user_coupon_id, "userCouponId"), reason, by)
        return AdminUserCoupon.from_row(revoked)
