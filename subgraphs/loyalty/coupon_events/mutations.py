"""What clients do at coupon events: take a coupon."""

import strawberry

from chassis.context import Info
from chassis.database import Database
from chassis.ids import parse_id

from .gate import Gate
from .issue import issue_coupon
from .note_sold_out import SoldOutNotes
from .nudge import EventNudges
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
        opened = info.context.resources
        decided = await issue_coupon(
            event_id,
            user_id,
            gate=opened[Gate],
            database=opened[Database],
            nudges=opened[EventNudges],
            notes=opened[SoldOutNotes],
        )
        if isinstance(decided, Rejection):
            return CouponIssuance.rejected(event_id, user_id, decided)
        return CouponIssuance.of(decided)
