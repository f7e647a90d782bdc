"""What clients do at coupon events: take a coupon."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id

from .gate import Gate
from .issue import issue_coupon
from .rules import Rejection
from .types import CouponIssuance


@strawberry.type
class CouponEventMutation:
    @strawberry.mutation(
        description="Whoever was accepted and asks again gets the same issuance; it never takes a second coupon."
    )
    async def issue_coupon(self, info: Info, coupon_event_id: strawberry.ID) -> CouponIssuance:
        user_id = info.context.principal.require_user()
        event_id = parse_id(coupon_event_id, "couponEventId")
        decided = await issue_coupon(info.context.resources[Gate], info.context.database, event_id, user_id)
        if isinstance(decided, Rejection):
            return CouponIssuance.rejected(event_id, user_id, decided)
        return CouponIssuance.of(decided)
