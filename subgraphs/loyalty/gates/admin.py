"""The books of an event in the back office: compared when an administrator wants it."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.kafka import Producer
from chassis.roles import Role, requires_role

from ..coupon_events.admin import AdminCouponEvent
from ..coupon_events.book import Book
from ..coupon_events.stream import Stream
from .reconcile import reconcile_event


@strawberry.type
class GateAdminMutation:
    @strawberry.mutation(
        description="Compares the two books and repairs what differs; only ever adds.",
        extensions=[requires_role(Role.ADMIN)],
    )
    async def reconcile_coupon_event(self, info: Info, coupon_event_id: strawberry.ID) -> AdminCouponEvent:
        database, resources = info.context.database, info.context.resources
        book, stream, producer = resources[Book], resources[Stream], resources[Producer]
        event_id = parse_id(coupon_event_id, "couponEventId")
        return AdminCouponEvent.from_row(await reconcile_event(database, book, stream, producer, event_id))
