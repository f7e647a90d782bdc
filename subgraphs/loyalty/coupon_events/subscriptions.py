"""An issuance followed until it is written down."""

from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID

import strawberry

from chassis.context import Context, Info
from chassis.errors import NotFound
from chassis.ids import parse_id
from chassis.watch import watch

from .gate import GateLost
from .loaders import own_issuances_by_id
from .nudge import channel_of
from .types import CouponIssuance, CouponIssuanceStatus


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


async def _read(context: Context, issuance_id: UUID) -> tuple[bool, CouponIssuance] | None:
    """Whether it is written down, and the issuance; None while its gate can't say."""
    [found] = await own_issuances_by_id(context, [issuance_id])
    if found is None:
        raise NotFound("There is no such issuance.")
    if isinstance(found, GateLost):
        return None
    issuance = CouponIssuance.of(found)
    return issuance.status is CouponIssuanceStatus.ISSUED, issuance
