"""An issuance followed until it is written down, and an event followed as it goes."""

from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID

import strawberry

from chassis.context import Context, Info
from chassis.errors import NotFound
from chassis.ids import parse_id
from chassis.watch import watch

from .follow import Follow
from .gate import GateLost
from .loaders import own_issuances_by_id
from .nudge import channel_of
from .types import CouponEvent, CouponIssuance, CouponIssuanceStatus


@strawberry.type
class CouponEventSubscription:
    @strawberry.subscription(
        description="The issuance as it is now, then again when it is decided; then it completes. Nothing is missed "
        "by subscribing late."
    )
    async def coupon_issuance(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the argument's name
    ) -> AsyncIterator[CouponIssuance]:
        info.context.principal.require_user()
        issuance_id = parse_id(id)
        async for issuance in watch(
            info.context.cache, channel_of(issuance_id), partial(_read, info.context, issuance_id)
        ):
            yield issuance
            if issuance.status is CouponIssuanceStatus.ISSUED:
                return

    @strawberry.subscription(
        description="The event as it is now, then again as coupons go or its status changes, at most a few times a "
        "second."
    )
    async def coupon_event(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the argument's name
    ) -> AsyncIterator[CouponEvent]:
        async for seen in info.context.resources[Follow].event(parse_id(id)):
            yield CouponEvent.from_row(seen.event, seen)


async def _read(context: Context, issuance_id: UUID) -> tuple[bool, CouponIssuance] | None:
    """Whether it is written down, and the issuance; None while its gate can't say."""
    # Nothing is remembered from one look to the next: a gate that was lost may be there again.
    [found] = await own_issuances_by_id(context.renewed(), [issuance_id])
    if found is None:
        raise NotFound("There is no such issuance.")
    if isinstance(found, GateLost):
        return None
    issuance = CouponIssuance.of(found)
    return issuance.status is CouponIssuanceStatus.ISSUED, issuance
